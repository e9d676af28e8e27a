"""异常 and 来源: what was not taken, what was noticed, who is missing, and the files with their fingerprints."""

from __future__ import annotations

from .context import Context
from .links import told
from .style import AMBER, BAD, Book, fitting, height

ISSUES, SOURCES = "异常", "来源"
_TOLD = 62
_SEVERITIES = {"error": "错误", "warning": "注意", "info": "说明"}


def add_issues(book: Book, context: Context) -> None:
    """Write 异常."""
    done = context.done
    sheet = book.sheet(
        ISSUES,
        f"异常{context.of_period}",
        f"没有计入的 {len(done.set_aside)} 处，没有交表的 {len(done.missing)} 人，其他发现 {len(done.notices)} 处。"
        "点位置可打开原处。",
        tab=BAD,
    )
    sheet.widths((10, 20, _TOLD, 48))
    sheet.heads(3, ("类别", "代码", "说明", "位置"), height=24)
    row = 4
    for notice in done.set_aside:
        sheet.text(row, 0, "没有计入", "center")
        sheet.text(row, 1, notice.code)
        sheet.text(row, 2, notice.message.zh, "wrap")
        url = context.links.to(notice.file, notice.sheet, notice.cell)
        sheet.link(row, 3, url, told(notice.file, notice.sheet, notice.cell))
        sheet.ws.set_row(row, height(notice.message.zh, _TOLD))
        row += 1
    for notice in done.notices:
        sheet.text(row, 0, _SEVERITIES[notice.severity], "center")
        sheet.text(row, 1, notice.code)
        sheet.text(row, 2, notice.message.zh, "wrap")
        url = context.links.to(notice.file, notice.sheet, notice.cell.partition(",")[0].partition(":")[0])
        sheet.link(row, 3, url, told(notice.file, notice.sheet, notice.cell))
        sheet.ws.set_row(row, height(notice.message.zh, _TOLD))
        row += 1
    if row == 4:
        sheet.text(row, 0, "没有异常。", "note")
        return
    sheet.ws.autofilter(3, 0, row - 1, 3)
    sheet.ws.freeze_panes(4, 0)
    for word, color in (("没有计入", BAD), ("错误", BAD), ("注意", AMBER)):
        sheet.ws.conditional_format(
            4,
            0,
            row - 1,
            0,
            {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": book.flag(color, bold=True)},
        )


def add_sources(book: Book, context: Context) -> None:
    """Write 来源."""
    done = context.done
    told_ = "读取的文件、其中的考核表数和内容指纹（SHA-256）；内容有任何改动，指纹就不同。"
    sheet = book.sheet(SOURCES, "来源", told_, tab="#8A94A3")
    sheet.widths((fitting((s.file for s in done.sources.files), 30, 70), 10, 10, 10, 12, 70))
    sheet.heads(3, ("文件", "考核表", "计入", "未计入", "字节", "SHA-256"), height=24)
    cards = done.cards.groupby("file")["counted"].agg(["size", "sum"])
    aside: dict[str, int] = {}
    for notice in done.set_aside:
        aside[notice.file] = aside.get(notice.file, 0) + 1
    row = 4
    for source in done.sources.files:
        size, counted = (int(n) for n in cards.loc[source.file]) if source.file in cards.index else (0, 0)
        sheet.link(row, 0, context.links.to(source.file), source.file)
        sheet.number(row, 1, size, "whole")
        sheet.number(row, 2, counted, "whole")
        sheet.number(row, 3, aside.get(source.file, 0), "whole")
        sheet.number(row, 4, source.size, "whole")
        sheet.text(row, 5, source.digest)
        row += 1
    sheet.ws.freeze_panes(4, 1)
    if row > 4:
        sheet.ws.autofilter(3, 0, row - 1, 5)
