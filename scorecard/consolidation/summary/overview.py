"""总览: the headline, completion, the distribution against the quota, and the departments, as one page."""

from __future__ import annotations

import math

from . import departments, distribution
from . import issues as aside
from . import people as listing
from .context import Context
from .style import GREY, Book, Sheet, cell, place, quoted, span

SHEET = "总览"


def add(book: Book, context: Context) -> None:
    """Write the sheet; it refers to the others."""
    done, people = context.done, context.people
    sheet = book.sheet(SHEET, f"绩效考核汇总{context.of_period}", _told(context))
    sheet.widths((14,) * 10)
    sheet.ws.fit_to_pages(1, 1)
    scored = [float(t) for t in people["total"] if t == t]
    mean = math.fsum(scored) / len(scored) if scored else None
    last = max(context.last, listing.FIRST)
    totals = span(listing.FIRST, last, listing.TOTAL, listing.SHEET)
    names = span(listing.FIRST, last, listing.STATUS, listing.SHEET)
    # Who is not on the roster need not be there: neither among those expected nor among those of them who are done.
    extra = people[people["who"].isin(list(done.unlisted))]
    done_extra = int(extra["total"].notna().sum())
    expected = len(people) + len(done.missing) - len(extra)
    rate = (len(scored) - done_extra) / expected if expected else "—"
    tiles = (
        ("应考人数" if done.roster is not None else "交表人数",
         f'=COUNTIF({names},"?*"){len(done.missing) - len(extra):+d}', expected, "big"),
        (f"已完成（含名单外 {done_extra} 人）" if done_extra else "已完成", f"=COUNT({totals})", len(scored), "big"),
        ("完成率", f'=IF({cell(3, 0)}=0,"—",({cell(3, 2)}-{done_extra})/{cell(3, 0)})', rate, "big_percent"),
        ("平均分", f'=IF({cell(3, 2)}=0,"—",AVERAGE({totals}))', "—" if mean is None else mean,
         "big_score"),
        ("没有计入", f'=COUNTIF({quoted(aside.ISSUES)}!$A:$A,"没有计入")', len(done.set_aside), "big"),
    )  # fmt: skip
    sheet.ws.set_row(3, 38)
    for i, (label, formula, value, style) in enumerate(tiles):
        col = 2 * i
        sheet.ws.merge_range(3, col, 3, col + 1, "", book.style(style))
        sheet.formula(3, col, formula, value, style)
        sheet.ws.merge_range(4, col, 4, col + 1, "", book.style("tile"))
        sheet.text(4, col, label, "tile")
    _status(sheet, context)
    _charts(sheet, context)
    sheet.ws.activate()
    sheet.ws.set_first_sheet()


def _told(context: Context) -> str:
    done = context.done
    rule = "第一张" if done.keep == "first" else "最后一张"
    counts = f"{len(done.sources.files)} 个文件，{len(done.cards)} 张考核表"
    order = "按文件名顺序，名称写明副本的排在后面；定稿的优先，隐藏的不计"
    return f"{counts}；同一人有几张表时计{rule}有总分的（{order}），其余标为重复。"


def _status(sheet: Sheet, context: Context) -> None:
    """What is still open, in words, with the way there."""
    done, people = context.done, context.people
    counts = {status: int((people["status"] == status).sum()) for status in listing.STATUS_WORDS}
    duplicates = int((done.cards["status"] == "duplicate").sum())
    lines = [
        (f"未完成 {counts['incomplete']} 人", listing.SHEET),
        (f"有错误、算不出总分 {counts['error']} 人", aside.ISSUES),
        (
            f"没有交表 {len(done.missing)} 人" if done.roster is not None else "没有给花名册（--roster），不知道谁没交",
            aside.ISSUES,
        ),
        (f"重复的表 {duplicates} 张", aside.ISSUES),
        (f"发现 {len(done.notices)} 处", aside.ISSUES),
    ]
    sheet.text(6, 0, "尚待处理", "section")
    for col in range(1, 10):
        sheet.text(6, col, "", "section")
    for i, (words, target) in enumerate(lines):
        sheet.link(7 + i // 3, (i % 3) * 3, f"internal:{quoted(target)}!A1", words, "link_plain")


def _charts(sheet: Sheet, context: Context) -> None:
    book = sheet.book.workbook
    font = {"name": "等线", "size": 9}
    grades = len(context.ladder)
    end = distribution.FIRST + grades - 1
    chart = book.add_chart({"type": "column"})
    chart.set_style(10)
    labels = f"={span(distribution.FIRST, end, distribution.LABEL, distribution.SHEET)}"
    chart.add_series({
        "name": "按分数", "categories": labels, "fill": {"color": "#4A7FB0"}, "gap": 60, "overlap": 0,
        "values": f"={span(distribution.FIRST, end, distribution.STATED, distribution.SHEET)}",
        "data_labels": {"value": True, "font": font},
    })  # fmt: skip
    chart.add_series({
        "name": "名额", "categories": labels, "fill": {"none": True}, "border": {"color": "#6B7280", "dash_type": "dash"},
        "values": f"={span(distribution.FIRST, end, distribution.HEADS, distribution.SHEET)}",
        "data_labels": {"value": True, "font": {**font, "color": GREY}},
    })  # fmt: skip
    _dress(chart, "等级分布与名额（人）", font)
    most = max(len(context.people) // 2, 1)
    chart.set_y_axis({
        "num_font": font, "num_format": "0", "min": 0, "major_unit": -(-most // 5), "line": {"none": True},
        "major_gridlines": {"visible": True, "line": {"color": "#E5E7EB"}},
    })  # fmt: skip
    chart.set_legend({"position": "bottom", "font": font})
    chart.set_size({"width": 500, "height": 300})
    sheet.ws.insert_chart(10, 0, chart, {"x_offset": 4, "y_offset": 4, "object_position": 2})
    names = departments.rows(context)
    shown = min(len(names), 25)
    if shown:
        bars = book.add_chart({"type": "bar"})
        final = departments.FIRST + shown - 1
        bars.add_series({
            "name": "平均分", "fill": {"color": "#4A7FB0"}, "gap": 50,
            "categories": f"={span(departments.FIRST, final, departments.NAME, departments.SHEET)}",
            "values": f"={span(departments.FIRST, final, departments.MEAN, departments.SHEET)}",
            "data_labels": {"value": True, "num_format": "0.0", "font": font},
        })  # fmt: skip
        _dress(bars, "部门平均分" + (f"（前 {shown} 名）" if shown < len(names) else ""), font)
        bars.set_y_axis(
            {"reverse": True, "num_font": font, "major_gridlines": {"visible": False}, "line": {"color": GREY}}
        )
        # The axis would stand on top, above a reversed one; the labels say it all.
        bars.set_x_axis({"min": 0, "max": 100, "visible": False, "major_gridlines": {"visible": False}})
        bars.set_legend({"none": True})
        bars.set_size({"width": 500, "height": max(300, 40 + 26 * shown)})
        sheet.ws.insert_chart(10, 5, bars, {"x_offset": 8, "y_offset": 4, "object_position": 2})


def _dress(chart: object, title: str, font: dict[str, object]) -> None:
    chart.set_title({"name": title, "name_font": {**font, "size": 11, "bold": True}, "overlay": False})  # type: ignore[attr-defined]
    chart.set_x_axis({"num_font": font, "line": {"color": GREY}})  # type: ignore[attr-defined]
    chart.set_y_axis(  # type: ignore[attr-defined]
        {"num_font": font, "major_gridlines": {"visible": True, "line": {"color": "#E5E7EB"}}, "line": {"none": True}}
    )
    chart.set_chartarea({"border": {"color": "#E5E7EB"}})  # type: ignore[attr-defined]


__all__ = ["SHEET", "add", "place"]
