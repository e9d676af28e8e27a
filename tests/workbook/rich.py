"""A workbook with everything that a careless save loses; made with XlsxWriter, so outside the code under test."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path

import xlsxwriter

ROWS = (
    # KPI, target, actual, weight
    ("销售额（万元）", 500, 480.5, 0.4),
    ("客户满意度", 0.9, 0.93, 0.35),
    ("投诉次数 & <其他>", 3, 2, 0.25),
)


def tiny_png() -> bytes:
    """A red picture of two by two pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    pixels = zlib.compress((b"\0" + b"\xff\0\0" * 2) * 2)
    header = struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def rich_workbook(path: Path) -> Path:
    """Write the workbook and return its path.

    Sheet 考核表 holds the table in A3:F6 (cached scores in E4:E6), the total in E7, an array formula in H4:H6, an
    error in H8, a boolean in I8 and a formula without cached value in J8; sheet 数据 draws the chart; sheet 隐藏 is hidden.
    """
    book = xlsxwriter.Workbook(str(path))
    title = book.add_format({"bold": True, "font_size": 16, "align": "center", "border": 1})
    head = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True})
    percent = book.add_format({"num_format": "0.0%", "border": 1})
    unlocked = book.add_format({"num_format": "0.00", "locked": False, "border": 1})
    date = book.add_format({"num_format": 'yyyy"年"m"月"'})
    red = book.add_format({"font_color": "#9C0006", "bg_color": "#FFC7CE"})

    form = book.add_worksheet("考核表")
    form.merge_range("A1:F1", "绩效考核表", title)
    form.write("A2", "期间")
    form.write_number("B2", 45292, date)
    form.write_row("A3", ("指标", "目标", "实际", "权重", "得分", "备注"), head)
    for row, (kpi, target, actual, weight) in enumerate(ROWS, start=3):
        form.write_string(row, 0, kpi)
        form.write_number(row, 1, target, percent if target < 1 else None)
        form.write_number(row, 2, actual, unlocked)
        form.write_number(row, 3, weight, percent)
        form.write_formula(row, 4, f"=ROUND(C{row + 1}/B{row + 1}*100,2)", None, round(actual / target * 100, 2))
        form.write_blank(row, 5, None, unlocked)
    form.write_formula("E7", "=SUMPRODUCT(D4:D6,E4:E6)", head, 91.2733)
    form.write_rich_string("A7", "合计", head, "（加权）", title, " 总分")
    form.write_array_formula("H4:H6", "{=C4:C6*2}", None, 961)
    form.write_number("H5", 1.86)
    form.write_number("H6", 4)
    form.write_formula("H8", "=1/0", None, "#DIV/0!")
    form.write_boolean("I8", True)
    form.write_formula("J8", '=""', None, "")
    form.write_url("A9", "https://example.com/制度", string="考核制度")
    form.write_comment("C4", "财务部提供")
    form.data_validation("C4:C6", {"validate": "decimal", "criteria": ">=", "value": 0, "input_title": "实际值"})
    form.data_validation("F4:F6", {"validate": "list", "source": ["不适用", "缺失"]})
    form.conditional_format("E4:E6", {"type": "cell", "criteria": "<", "value": 80, "format": red})
    form.conditional_format("D4:D6", {"type": "data_bar", "data_bar_2010": True, "bar_solid": True})
    form.conditional_format("C4:C6", {"type": "icon_set", "icon_style": "3_traffic_lights"})
    form.add_sparkline("G4", {"range": "考核表!B4:C4", "markers": True})
    form.insert_image("J2", "点.png", {"image_data": BytesIO(tiny_png())})
    form.insert_textbox("J10", "填表说明：只填实际值")
    form.freeze_panes(3, 1)
    form.set_column("A:A", 24)
    form.set_column("B:F", 12)
    form.set_column("K:M", 9, None, {"hidden": True})
    form.set_row(11, None, None, {"hidden": True})
    form.protect("", {"select_locked_cells": True})
    form.set_footer("&C第 &P 页")

    data = book.add_worksheet("数据")
    data.write_column("A1", (1, 2, 4, 8))
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=数据!$A$1:$A$4"})
    data.insert_chart("C2", chart)
    data.add_table("E1:F3", {"columns": [{"header": "等级"}, {"header": "分数"}], "data": [["A", 90], ["B", 80]]})

    hidden = book.add_worksheet("隐藏")
    hidden.write("A1", "内部")
    hidden.hide()
    book.define_name("总分", "=考核表!$E$7")
    book.define_name("数据!本表", "=数据!$A$1")
    book.set_properties({"title": "考核", "author": "人力资源部"})
    book.close()
    return path
