"""The demonstration: a department's plain table, filled in, becomes one that grades itself."""

from __future__ import annotations

from pathlib import Path

from ..workbook.embed import embed
from ..workbook.inspection import explanations, inspect
from ..workbook.package import Package
from .cards import show_card
from .show import console, print_line, show_findings
from .words import one_line, say, typed

PERIOD = "季度"


def run_demo(folder: Path) -> None:
    """Write the plain workbook and both embedded ones into a folder, and show the graded result."""
    from workbooks.build import load, plain_form

    definition = load("001")
    names = {
        "plain": folder / say("1 原表.xlsx", "1 plain.xlsx"),
        "native": folder / say("2 已评分.xlsx", "2 graded.xlsx"),
        "udf": folder / say("3 已评分（KPI函数）.xlsx", "3 graded with KPI functions.xlsx"),
    }
    Package.open(plain_form(definition, actuals=True, as_printed=True, period="2026Q3")).save(names["plain"])
    for flavour in ("native", "udf"):
        embed(names["plain"], names[flavour], rules=definition, formulas=flavour, period=PERIOD, overwrite=True)
    graded = inspect(names["native"])
    out = console()
    print_line(
        out,
        say(
            "客户服务部经理的季度考核表：实际值已填，公式已嵌入，成绩如下。",
            "A quarter of a service manager: actuals typed in, formulas embedded, graded.",
        ),
    )
    for card in graded.cards:
        show_card(out, card, graded.computed[card.table.sheet], names["native"].name)
        out.print()
        out.print(say("为什么是这个分数（前三项）：", "Why these scores (the first three):"), style="bold")
        for sentence in explanations(card)[:3]:
            print_line(out, one_line(sentence.text(), 600))
    show_findings(out, [f for f in graded.findings if f.severity != "info"], names["native"].name)
    out.print()
    out.print(say("打开看看（数字应与上面相同）：", "Open these; they show the same numbers:"), style="bold")
    described = {
        "plain": say("部门原来的表，没有公式", "the department's table, no formulas"),
        "native": say("普通公式，Excel、WPS、LibreOffice 都能算", "plain formulas: Excel, WPS, LibreOffice"),
        "udf": say(
            "KPI_ 函数，需要 Excel + xlwings 或 LibreOffice 插件",
            "KPI_ functions: Excel with xlwings, or the LibreOffice add-in",
        ),
    }
    for kind, path in names.items():
        print_line(out, f"{path}  {described[kind]}", 4)
    command = f"scorecard explain {typed(names['native'])}"
    out.print()
    out.print(say(f"每一分的理由：{command}", f"The reason for every point: {command}"), markup=False, soft_wrap=True)
