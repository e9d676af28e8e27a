"""`scorecard doctor`: what is installed, where scorecards can be computed on this machine, and what to do next."""

# No `from __future__ import annotations`: the parser reads the annotations, and their texts are made in `add_to`.
import os
import platform
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .. import __version__
from .failures import SCHEMA, errors, print_json
from .options import Command, help_text, json_option
from .words import say

if TYPE_CHECKING:
    from ..hosts import Host, Requirement


def add_to(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(
        cls=Command,
        short_help=say(
            "体检本机：装了什么，在哪里能算，下一步做什么", "what is installed, what can compute here, what to do next"
        ),
        help=help_text(
            "查看本机装了什么、考核表可以在哪些软件里计算、下一步做什么。不改任何东西，也不联网。",
            "Show what is installed, where scorecards can be computed on this machine, and what to do next. Changes nothing "
            "and uses no network.",
            ("doctor", "doctor"),
        ),
    )
    def doctor(as_json: Annotated[bool, json_option()] = False) -> None:
        with errors("doctor", as_json=as_json):
            from ..hosts import hosts, requirements

            known, found = requirements(), hosts()
            advice = _advice(known)
            if as_json:
                print_json(_document(known, found, advice))
            else:
                _show(known, found, advice)
            if any(not r.version for r in known if not r.extra and not _is_for_elsewhere(r)):
                raise typer.Exit(1)


def _is_for_elsewhere(requirement: "Requirement") -> bool:
    return sys.platform == "emscripten" and not requirement.extra


def _extras(known: "list[Requirement]") -> dict[str, list[str]]:
    """Extra of a user → the packages of it that are missing."""
    from ..hosts import EXTRAS

    found: dict[str, list[str]] = {}
    for requirement in known:
        if requirement.extra in EXTRAS:
            found.setdefault(requirement.extra, []).extend([] if requirement.version else [requirement.name])
    return found


def _advice(known: "list[Requirement]") -> list[str]:
    from ..hosts import memory_path

    said = []
    if not known:
        said.append(
            say(
                "本软件没有安装，只是从文件夹运行：pip install .",
                "the package is not installed, only run from its folder: pip install .",
            )
        )
    lost = [r.name for r in known if not r.extra and not r.version]
    if lost:
        said.append(
            say(
                f"缺少 {'、'.join(lost)}：pip install scorecard-kpi",
                f"missing {', '.join(lost)}: pip install scorecard-kpi",
            )
        )
    for place, words in (
        (Path.cwd(), say("当前文件夹", "the current folder")),
        (Path(tempfile.gettempdir()), say("临时文件夹", "the temporary folder")),
    ):
        if not _may_write(place):
            said.append(
                say(
                    f"{words}不可写，请用 -o 写到别处：{place}",
                    f"{words} cannot be written to, use -o for another place: {place}",
                )
            )
    memory = Path(memory_path()).parent
    if not _may_write(memory):
        said.append(
            say(
                f"recalc 记不住算过的工作簿，每次全部重算；可用环境变量 SCORECARD_CACHE 指定可写的文件夹：{memory}",
                f"recalc cannot remember what it has done and computes everything each time; let SCORECARD_CACHE name a "
                f"folder that can be written to: {memory}",
            )
        )
    said.append(
        say(
            "先看演示：scorecard demo；再看自己的表：scorecard inspect 客服部.xlsx",
            "look at the demonstration: scorecard demo; then at a table of yours: scorecard inspect department.xlsx",
        )
    )
    return said


def _may_write(place: Path) -> bool:
    """Whether a folder can be written to, or be made where the first of its parents is."""
    there = next(folder for folder in (place, *place.parents) if folder.exists())
    return os.access(there, os.W_OK)


def _document(known: "list[Requirement]", found: "list[Host]", advice: list[str]) -> dict[str, object]:
    from ..hosts import EXTRAS

    return {
        "schema": SCHEMA,
        "scorecard": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "language": say("zh", "en"),
        "packages": [{"name": r.name, "version": r.version or None} for r in known if not r.extra],
        "extras": [
            {"name": extra, "missing": missing, "use": EXTRAS[extra].text()} for extra, missing in _extras(known).items()
        ],
        "hosts": [
            {"name": h.name, "found": h.found or None, "version": h.version or None, "use": h.use.text()} for h in found
        ],
        "advice": advice,
        "findings": [],
    }


def _show(known: "list[Requirement]", found: "list[Host]", advice: list[str]) -> None:
    from ..hosts import EXTRAS
    from .show import console, print_line

    out = console()
    print_line(
        out,
        f"scorecard {__version__} · Python {platform.python_version()} · {platform.platform()} · {say('中文', 'English')}",
    )
    installed = [r for r in known if not r.extra and r.version]
    if installed:
        print_line(out, say("依赖：", "packages: ") + " · ".join(f"{r.name} {r.version}" for r in installed))
    print_line(out, "")
    print_line(out, say("在哪里能算", "Where scorecards compute"), style="bold")
    for host in found:
        mark = "✓" if host.found else "–"
        absent = "" if host.found else say("（本机未找到；在有它的电脑上）", " (not found here; where it is)")
        name = " ".join(filter(None, (host.name, host.version)))
        print_line(out, f"  {mark} {name}{absent}{say('：', ': ')}{host.use.text()}", indent=4)
    if _extras(known):
        print_line(out, "")
        print_line(out, say("可选组件", "Extras"), style="bold")
        for extra, missing in _extras(known).items():
            state = (
                say("已装", "installed")
                if not missing
                else say(
                    f'未装，需要时：pip install "scorecard-kpi[{extra}]"',
                    f'not installed; when needed: pip install "scorecard-kpi[{extra}]"',
                )
            )
            words = f"{extra}{say('：', ': ')}{EXTRAS[extra].text()}{say('。', '; ')}{state}"
            print_line(out, f"  {'✓' if not missing else '–'} {words}", indent=4)
    print_line(out, "")
    print_line(out, say("下一步", "What to do next"), style="bold")
    for sentence in advice:
        print_line(out, f"  · {sentence}", indent=4)
