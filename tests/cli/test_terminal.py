"""The command as a process: encodings, pipes, interruption, the width of a terminal, what start-up loads."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .runner import environment, interruptible, process, scorecard

POSIX = pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals and signals of POSIX")


def on_terminal(columns: int, *arguments: object, lang: str = "zh") -> str:
    """What the command shows on a terminal of that width, without colours."""
    import fcntl
    import pty
    import struct
    import termios

    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    child = subprocess.Popen(
        [sys.executable, "-m", "scorecard", "--lang", lang, *map(str, arguments)],
        stdin=follower, stdout=follower, stderr=follower, env=environment(TERM="xterm-256color", PYTHONUTF8="1"),
    )  # fmt: skip
    os.close(follower)
    shown = b""
    while True:
        try:
            data = os.read(leader, 65536)
        except OSError:  # how Linux says that the other side is gone
            break
        if not data:
            break
        shown += data
    os.close(leader)
    child.wait(timeout=60)
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", shown.decode("utf-8")).replace("\r\n", "\n")


def cells(line: str) -> int:
    """The width of a line on a terminal."""
    from rich.cells import cell_len

    return cell_len(line)


class TestEncodings:
    @pytest.mark.parametrize("encoding", ["ascii", "gbk", "latin-1", "utf-8"])
    def test_no_character_ends_the_run(self, encoding: str, embedded: Path) -> None:
        done = process("inspect", embedded, text=False, PYTHONIOENCODING=encoding, LC_ALL="zh_CN.UTF-8")
        assert (done.returncode, done.stderr) == (0, b"")
        shown = done.stdout.decode(encoding)
        assert ("客户服务部经理" in shown) is (encoding in ("gbk", "utf-8"))
        if encoding == "gbk":
            # Lines of frames are twice as wide in old Chinese consoles, and would tear the table apart.
            assert "│" not in shown and "─" not in shown

    def test_complaints_survive_too(self, tmp_path: Path) -> None:
        done = process("inspect", tmp_path / "没有😀.xlsx", text=False, PYTHONIOENCODING="ascii", LC_ALL="zh_CN.UTF-8")
        assert done.returncode == 4 and len(done.stderr.splitlines()) == 1

    def test_the_c_locale(self, embedded: Path) -> None:
        done = process("inspect", embedded, text=False, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
        assert (done.returncode, done.stderr) == (0, b"")
        assert b"total" in done.stdout

    @pytest.mark.parametrize("encoding", ["ascii", "gbk"])
    def test_json_is_utf8_wherever_it_goes(self, encoding: str, embedded: Path) -> None:
        done = process("inspect", embedded, "--json", text=False, PYTHONIOENCODING=encoding)
        assert json.loads(done.stdout.decode("utf-8"))["scorecards"][0]["sheet"] == "考核表"


class TestProcess:
    def test_the_module_is_the_command(self, tmp_path: Path) -> None:
        run = process("inspect", tmp_path / "没有.xlsx", "--json", LC_ALL="en_US.UTF-8")
        here = scorecard("inspect", tmp_path / "没有.xlsx", "--json")
        assert (run.returncode, run.stdout, run.stderr.strip()) == (here.status, here.out, here.err.strip())

    @POSIX
    @pytest.mark.parametrize("arguments", [("explain",), ("inspect", "--json"), ("embed", "--dry-run")], ids=" ".join)
    def test_a_reader_that_goes_away_ends_it_quietly(
        self, arguments: tuple[str, ...], embedded: Path, form: Path
    ) -> None:
        file = form if arguments[0] == "embed" else embedded
        child = subprocess.Popen(
            [sys.executable, "-m", "scorecard", *arguments, str(file)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(),
        )  # fmt: skip
        assert child.stdout is not None and child.stderr is not None
        child.stdout.close()
        assert child.stderr.read() == b""
        assert child.wait(timeout=60) in (0, 141)

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full")
    @pytest.mark.parametrize("arguments", [("inspect",), ("inspect", "--json"), ("--help",)], ids=" ".join)
    def test_output_to_a_full_disk(self, arguments: tuple[str, ...], embedded: Path) -> None:
        with Path("/dev/full").open("wb") as full:
            done = subprocess.run(
                [sys.executable, "-m", "scorecard", *arguments, *([] if "--help" in arguments else [str(embedded)])],
                stdout=full, stderr=subprocess.PIPE, env=environment(), encoding="utf-8",
            )  # fmt: skip
        assert done.returncode == 4
        assert len(done.stderr.splitlines()) == 1 and "No space left" in done.stderr

    @POSIX
    def test_an_interruption_is_quiet(self, tmp_path: Path, embedded: Path) -> None:
        # A pipe as rules file: the command waits for it until it is interrupted.
        rules = tmp_path / "rules.toml"
        os.mkfifo(rules)
        child = subprocess.Popen(
            [sys.executable, "-m", "scorecard", "inspect", str(embedded), "--rules", str(rules)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(), preexec_fn=interruptible,
        )  # fmt: skip
        with rules.open("wb"):  # opens as soon as the command reads
            child.send_signal(signal.SIGINT)
            out, err = child.communicate(timeout=60)
        assert (child.returncode, out.strip(), err.strip()) == (130, b"", b"")


class TestStartUp:
    @pytest.mark.parametrize(
        "arguments", [("--help",), ("--version",), ("embed", "--help"), ("nonsense",)], ids=" ".join
    )
    def test_help_waits_for_no_engine(self, arguments: tuple[str, ...]) -> None:
        code = (
            "import sys; from scorecard.cli import main\n"
            f"try: main({list(arguments)!r})\n"
            "except SystemExit: pass\n"
            "heavy = {'formualizer', 'lxml', 'numpy', 'pandas', 'openpyxl', 'xlwings', 'rich.table'} & set(sys.modules)\n"
            "print('LOADED', sorted(heavy))"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", env=environment())
        assert done.stdout.splitlines()[-1] == "LOADED []"


@POSIX
class TestWidth:
    @pytest.mark.parametrize("columns", [80, 120])
    @pytest.mark.parametrize("command", ["inspect", "explain"])
    def test_nothing_runs_over_the_edge(self, columns: int, command: str, embedded: Path) -> None:
        shown = on_terminal(columns, command, embedded)
        assert "总分" in shown
        assert max(map(cells, shown.splitlines())) <= columns

    @pytest.mark.parametrize("columns", [40, 60, 80])
    def test_chinese_is_broken_as_chinese_is_set(self, columns: int, embedded: Path) -> None:
        lines = on_terminal(columns, "explain", embedded).splitlines()
        sentence = [i for i, line in enumerate(lines) if line.startswith("报修处理及时率: ")][0]
        paragraph = [lines[sentence]]
        for line in lines[sentence + 1 :]:
            if not line.startswith("  "):
                break
            paragraph.append(line)
        whole = "".join(line.strip() for line in paragraph).replace(" ", "")
        assert (
            whole == "报修处理及时率:实际96%(F6)对目标95%→达到目标[95%,97%)→60+10×0.5=65.0;权重15%，分摊后15.96%→10.37"
        )
        assert not any(line.lstrip()[0] in "，。；：、）" for line in paragraph)
        # Filled as far as words and numbers allow.
        assert all(cells(line) > columns * 0.6 for line in paragraph[:-1])

    def test_every_kpi_takes_one_row_at_80_columns(self, embedded: Path) -> None:
        shown = on_terminal(80, "inspect", embedded).splitlines()
        row = next(line for line in shown if line.startswith("报修处理及时率"))
        assert row.split() == ["报修处理及时率", "95%", "96%", "达到目标", "65.0", "15%", "10.37"]
        longest = next(line for line in shown if line.startswith("安装、调试、维修满意率"))
        assert longest.split()[-1].replace(".", "").isdigit()

    def test_the_next_command_is_there_to_be_copied(self, form: Path) -> None:
        shown = on_terminal(60, "inspect", form)
        assert f"  scorecard embed {form}".replace("\n", "") in shown.replace("\n", "")
        assert "还没有得分" in shown

    def test_files_and_pipes_get_one_line_per_finding(self, form: Path, tmp_path: Path) -> None:
        done = process("embed", form, "-o", tmp_path / "o.xlsx", LC_ALL="en_US.UTF-8")
        findings = [line for line in done.stdout.splitlines() if re.match("(error|warning|note): ", line)]
        assert findings and all(re.search(r"\[[a-z-]+\]$|--json lists all$", line) for line in findings)
