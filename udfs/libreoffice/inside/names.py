"""The names by which LibreOffice knows the extension; the builder and the code inside share them."""

from __future__ import annotations

from typing import NamedTuple

from scorecard.messages import Message

IDENTIFIER = "org.scorecard.kpi"
INTERFACE = f"{IDENTIFIER}.XFunctions"
FUNCTIONS = f"{IDENTIFIER}.Functions"
COMMANDS = f"{IDENTIFIER}.Commands"

TITLE = Message("绩效评分", "Scorecard")


class Command(NamedTuple):
    """One entry of the menu and the toolbar.

    Attributes:
        name: What follows the question mark of its address.
        title: What the menu shows.
    """

    name: str
    title: Message

    @property
    def url(self) -> str:
        """What a menu, a button or a script dispatches."""
        return f"service:{COMMANDS}?{self.name}"


MENU = (
    Command("embed", Message("嵌入评分", "Embed scoring")),
    Command("recalculate", Message("重新计算", "Recalculate")),
    Command("check", Message("体检", "Check the sheets")),
    Command("explain", Message("说明选中的得分", "Explain the selected score")),
    Command("next_period", Message("开始下一期（另开一份）", "Start the next period (in a copy)")),
    Command("lock", Message("锁定公式单元格", "Lock the formula cells")),
    Command("unlock", Message("解除锁定", "Unlock")),
    Command("charts", Message("添加图表", "Add charts")),
)
