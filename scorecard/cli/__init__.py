"""The command line: `scorecard …`, the same as `python -m scorecard`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn

from ..messages import LANGUAGES, choose_language
from ..refusals import reason

__all__ = ["main"]

# What a shell reports for a program that was interrupted.
_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with its status: 0 fine, 1 findings, 2 usage, 3 no table, 4 unusable input."""
    given, language = _take_language(sys.argv[1:] if arguments is None else arguments)
    choose_language(language)
    _make_output_safe("--json" in given)
    sys.exit(_run(given))


def _run(given: list[str]) -> int:
    try:
        # The help texts are in the language of the process, so the commands are only made now.
        from .commands import make_app
        from .failures import Refused, refuse

        try:
            status = make_app()(args=given, prog_name="scorecard", standalone_mode=False)
        except Refused as problem:
            status = refuse(problem, "--json" in given)
        sys.stdout.flush()
        return status if isinstance(status, int) else 0
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        from .failures import give_up_output

        return give_up_output()
    except ModuleNotFoundError as problem:
        from .failures import complain, is_of_others
        from .words import say

        if not is_of_others(problem.name or ""):
            raise  # a mistake of ours
        complain(say(
            f"安装不完整，缺少 {problem.name}；请运行 pip install scorecard-kpi，再用 scorecard doctor 查看",
            f"the installation is not complete, {problem.name} is missing; run pip install scorecard-kpi, then scorecard doctor",
        ))  # fmt: skip
        return 4
    except OSError as problem:
        from .failures import complain, give_up_output
        from .words import say

        why = reason(problem)
        if problem.filename is not None:
            # Nothing of ours: the script for completion goes where the shell reads it.
            complain(say(
                f"{problem.filename}: 无法读写（{why.zh}）；请检查权限和路径，或换一个位置",
                f"{problem.filename}: no access ({why.en}); check the permissions and the path, or choose another place",
            ))  # fmt: skip
            return 4
        give_up_output()
        complain(say(
            f"输出写不出去（{why.zh}）；请换一个位置，或检查磁盘空间",
            f"the output cannot be written ({why.en}); choose another place, or check the disk space",
        ))  # fmt: skip
        return 4


def _take_language(arguments: Sequence[str]) -> tuple[list[str], str | None]:
    """The arguments without --lang, which may stand anywhere, and the language; an unknown one stays, to be refused."""
    rest: list[str] = []
    language = None
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            rest += [argument, *waiting]
        elif argument == "--lang":
            value = next(waiting, None)
            if value in LANGUAGES:
                language = value
            else:
                rest = [argument, *([] if value is None else [value]), *rest]
        elif argument.startswith("--lang=") and argument[7:] in LANGUAGES:
            language = argument[7:]
        else:
            rest.append(argument)
    return rest, language


def _make_output_safe(is_json: bool) -> None:
    """A console that cannot show a character must not end the run; JSON is UTF-8 wherever it goes."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
            if is_json and stream is sys.stdout:
                reconfigure(encoding="utf-8")
