"""The sheet 图表: one bar chart for each table, over cells that point at the form."""

from __future__ import annotations

from typing import Any

from com.sun.star.awt import Rectangle

from scorecard.workbook.live import CHART_SHEET, CHART_TITLE, Bars

from .sheets import own_sheet
from .writing import Translation

_LEFT, _WIDTH, _BAR, _LEAST, _ROW = 9000, 16000, 800, 6000, 452  # hundredths of a millimetre


def draw(document: Any, drawn: list[Bars]) -> str:
    """Write and draw; returns the sheet's name. An earlier sheet of ours is replaced, somebody else's stays."""
    sheet = own_sheet(document, CHART_SHEET, CHART_TITLE)
    for name in sheet.Charts.ElementNames:
        sheet.Charts.removeByName(name)
    sheet.Columns.getByIndex(0).Width = 7000
    excel = Translation(document)
    row = 2
    for number, one in enumerate(drawn):
        sheet.getCellByPosition(0, row).setString(one.title)
        sheet.getCellByPosition(1, row).setString("得分")
        for i, pair in enumerate(one.formulas, 1):
            for col, formula in enumerate(pair):
                cell = sheet.getCellByPosition(col, row + i)
                cell.setFormula("=" + excel(formula[1:], cell))
        source = sheet.getCellRangeByPosition(0, row, 1, row + len(one.formulas)).getRangeAddress()
        height = max(_LEAST, _BAR * len(one.formulas))
        place = Rectangle(_LEFT, sheet.getCellByPosition(0, row).Position.Y, _WIDTH, height)
        name = f"scorecard{number + 1}"
        sheet.Charts.addNewByName(name, place, (source,), True, True)
        chart = sheet.Charts.getByName(name).EmbeddedObject
        diagram = chart.createInstance("com.sun.star.chart.BarDiagram")
        chart.setDiagram(diagram)
        # In this interface bars that lie are "vertical".
        diagram.Vertical = True
        chart.HasMainTitle, chart.HasLegend = True, False
        chart.Title.String = one.title
        row += max(len(one.formulas) + 3, 2 + height // _ROW)
    return str(sheet.Name)
