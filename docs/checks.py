"""Writes docs/checks.md, and the table of codes in docs/consolidation.md, from the words of the check-up.

`python -m docs.checks`.
"""

from __future__ import annotations

from pathlib import Path

from scorecard.messages import Message
from scorecard.workbook.checkup import Code, codes
from scorecard.workbook.checkup.codes import CONSOLIDATION, GROUPS

PATH = Path(__file__).with_name("checks.md")
TABLE_PATH = Path(__file__).with_name("consolidation.md")

_HEAD = """\
<!-- Made by `python -m docs.checks` from scorecard/workbook/checkup/codes.toml; do not edit by hand. -->
# 体检代码 · Check codes

`scorecard check FILE|FOLDER` looks at every assessment table it recognises and says, cell by cell, what is wrong or
doubtful. The cards of a folder are also compared with each other. Nothing is written unless you ask for it.

`scorecard check 文件或文件夹` 逐格检查识别出的每张考核表，并互相比较一个文件夹里的多张表。不要求就不写任何文件。

| 命令 command | 做什么 | what it does |
|---|---|---|
| `scorecard check 客服部.xlsx` | 按工作表列出，错误在前 | lists the findings by sheet, worst first |
| `scorecard check 部门/ --lines` | 每条一行，供脚本用 | one line per finding, with tabs |
| `scorecard check 客服部.xlsx --json` | 含每处可改的内容 | schema 1, with the edits of each fix |
| `scorecard check 客服部.xlsx --code weights-sum` | 只查这一类 | only this code |
| `scorecard check 客服部.xlsx --fix text-number --dry-run` | 只列出要改的 | the planned edits |
| `scorecard check 客服部.xlsx --fix text-number -o 输出/客服部.xlsx` | 改在副本里 | applied to a copy |
| `scorecard check 客服部.xlsx --sheet -o 输出/客服部.xlsx` | 写一张带链接的“体检”表 | a sheet 体检 with links |
| `scorecard check --explain weights-sum` | 说明一个代码 | what a code means |

- Exit status 退出码: 0 no errors 没有错误, 1 errors 有错误, 2 usage 用法不对, 3 no table 没有考核表, 4 unusable file 文件不能用.
- `--lines`: severity, file, sheet, cell, code, sentence; a finding may name several cells with commas.
  依次为级别、文件、工作表、单元格、代码、说明；一条可有几个单元格，用逗号隔开。
- In Python 在 Python 中: `scorecard.check(path).findings`.
- 错误 error: a number is wrong or cannot be computed 数会算错或算不出. 注意 warning: look at it 请核对.
  说明 info: worth knowing 仅供参考.
- ✎ marks what `--fix` can mend; it changes those cells and nothing else. A table of four bands without rules is looked
  at by the policy `standard`, and said so.
  ✎ 表示可用 `--fix` 修改，只改那些单元格。没有规则的四档表按政策 standard 试算，并会注明。
"""
_TABLE_HEAD = "| code | 意思 | meaning |\n|---|---|---|\n"
_WORDS = {"error": "错误 error", "warning": "注意 warning", "info": "说明 info"}


def text() -> str:
    """The whole document."""
    parts = [_HEAD]
    for group, heading in GROUPS.items():
        members = [code for code in codes().values() if code.group == group]
        parts.append(f"## {heading.en} {heading.zh}\n")
        parts += [_section(code) for code in members]
    return "\n".join(parts)


def _section(code: Code) -> str:
    words = ", ".join(_WORDS[name] for name in code.severities)
    lines = [
        f"### {code.name}\n",
        f"**{code.title.zh}** · {code.title.en} · {words}{' · ✎' if code.fix else ''}\n",
        _both(code.why),
        f"- 怎么办 What to do: {code.act.zh} {code.act.en}",
        f"- 例 Example: {code.example}",
    ]
    if code.fix is not None:
        lines.append(f"- `--fix {code.name}`: {code.fix.zh} · {code.fix.en}")
    return "\n".join([*lines, ""])


def with_table(page: str) -> str:
    """The page of `consolidate` with its table of codes written anew."""
    rows = [
        f"| `{code.name}` | {code.title.zh}。{code.why.zh} | {code.title.en}. {code.why.en} |"
        for code in codes().values() if code.group == CONSOLIDATION
    ]  # fmt: skip
    before, head, rest = page.partition(_TABLE_HEAD)
    _, end, after = rest.partition("\n\n")
    return f"{before}{head}{chr(10).join(rows)}{end}{after}"


def _both(message: Message) -> str:
    return f"{message.zh}\n{message.en}\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
    TABLE_PATH.write_text(with_table(TABLE_PATH.read_text(encoding="utf-8")), encoding="utf-8")
