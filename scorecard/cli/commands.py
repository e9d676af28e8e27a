"""The commands. Each reads its options, calls one function of the package and shows the result."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from .. import __version__
from ..errors import NoTableFound, ScorecardError, UsageError
from ..findings import Finding
from ..messages import Message
from ..scoring.policies import Policy
from ..workbook.card import Card
from ..workbook.embed import Embedding, convert, embed
from ..workbook.inspection import SCHEMA, Inspection, explanations, finding_json, inspect
from ..workbook.recalc import Failure, Recalculation, recalculate_many
from .demo import run_demo
from .show import columns_line, console, result_line, say, show_card, show_findings, show_plan

#: Workbooks that are looked for in a folder; lock files and temporary ones begin with ~$ or a dot.
ENDINGS = (".xlsx", ".xlsm")

File = Annotated[
    Path, typer.Argument(help=say("工作簿（.xlsx 或 .xlsm）", "workbook (.xlsx or .xlsm)"), show_default=False)
]


def make_app() -> typer.Typer:
    """The application, with help in the language of the process."""
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        help=say(
            "让绩效考核表在工作簿里自己算分。", "KPI assessment tables that compute their own grades in the workbook."
        ),
    )
    json_help = say("输出一个 JSON 文档", "print one JSON document")
    rules_help = say("规则文件（TOML）", "rules file (TOML)")
    anchor_help = say("达到目标得几分：60、70 或 100", "score of reaching the target: 60, 70 or 100")
    cap_help = say(
        "封顶目标（100%、零次）达标计分：literal 70 分，full_at_cap 100 分",
        "capped targets: literal scores 70, full_at_cap 100",
    )
    period_help = say("考核周期，如 季度、2026Q4", "the period, for example 季度 or 2026Q4")
    output_help = say("输出文件；文件夹会自动建立", "output file; folders are created")

    @app.callback()
    def options(
        lang: Annotated[
            str,
            typer.Option(
                "--lang", help=say("语言：zh 或 en；默认随系统", "language: zh or en; that of the system by default")
            ),
        ] = "",
        version: Annotated[
            bool, typer.Option("--version", help=say("显示版本", "show the version"), callback=_version, is_eager=True)
        ] = False,
    ) -> None:
        if lang not in ("", "zh", "en"):
            raise typer.BadParameter(say("应为 zh 或 en", "must be zh or en"), param_hint="--lang")

    @app.command(
        help=say(
            "演示：把种子考核表嵌入公式并算出成绩。\n\n例：scorecard demo -o 演示",
            "Demonstration: embeds formulas into a sample table and grades it.\n\nExample: scorecard demo -o demo",
        )
    )
    def demo(
        output: Annotated[
            Path, typer.Option("-o", "--output", help=say("写到哪个文件夹", "folder to write to"))
        ] = Path("scorecard-demo"),
    ) -> None:
        with _errors():
            run_demo(output)

    @app.command(
        "inspect",
        help=say(
            "看懂一个工作簿：找出考核表，列出各列含义、得分与问题。\n\n例：scorecard inspect 客服部.xlsx",
            "Understand a workbook: its assessment tables, columns, scores and problems.\n\nExample: scorecard inspect department.xlsx",
        ),
    )
    def inspect_(
        file: File,
        as_json: Annotated[bool, typer.Option("--json", help=json_help)] = False,
        rules: Annotated[Path | None, typer.Option(help=rules_help)] = None,
        period: Annotated[str | None, typer.Option(help=period_help)] = None,
    ) -> None:
        with _errors(file, as_json):
            result = inspect(file, rules=rules, period=period)
            _finish_reading(result, as_json, result.to_json(), lambda: _show_inspection(result))

    @app.command(
        help=say(
            "用一句话说明每个得分。\n\n例：scorecard explain 客服部_评分.xlsx",
            "Say in one sentence how each score comes about.\n\nExample: scorecard explain department_评分.xlsx",
        )
    )
    def explain(
        file: File,
        as_json: Annotated[bool, typer.Option("--json", help=json_help)] = False,
        rules: Annotated[Path | None, typer.Option(help=rules_help)] = None,
        period: Annotated[str | None, typer.Option(help=period_help)] = None,
    ) -> None:
        with _errors(file, as_json):
            result = inspect(file, rules=rules, period=period)
            _finish_reading(result, as_json, _explain_json(result), lambda: _show_explanations(result))

    @app.command(
        "embed",
        help=say(
            "把评分公式嵌入已有的考核表。原文件不动，另存一份。\n\n例：scorecard embed 客服部.xlsx --rules 规则.toml -o 输出/客服部.xlsx",
            "Embed scoring formulas into existing tables; the input stays, a copy is written.\n\n"
            "Example: scorecard embed department.xlsx --rules rules.toml -o out/department.xlsx",
        ),
    )
    def embed_(
        file: File,
        output: Annotated[Path | None, typer.Option("-o", "--output", help=output_help)] = None,
        rules: Annotated[Path | None, typer.Option(help=rules_help)] = None,
        formulas: Annotated[
            str | None,
            typer.Option(help=say("native：普通公式；udf：KPI_ 函数", "native: plain formulas; udf: KPI_ functions")),
        ] = None,
        period: Annotated[str | None, typer.Option(help=period_help)] = None,
        anchor: Annotated[int | None, typer.Option(help=anchor_help)] = None,
        cap_score: Annotated[str | None, typer.Option(help=cap_help)] = None,
        in_place: Annotated[
            bool, typer.Option("--in-place", help=say("直接改原文件", "change the input itself"))
        ] = False,
        force: Annotated[
            bool, typer.Option("--force", help=say("允许覆盖已有的输出文件", "replace an existing output"))
        ] = False,
        dry_run: Annotated[
            bool,
            typer.Option(
                "--dry-run", help=say("只列出要写的单元格，不写文件", "list what would be written, write nothing")
            ),
        ] = False,
        as_json: Annotated[bool, typer.Option("--json", help=json_help)] = False,
    ) -> None:
        with _errors(file, as_json):
            policy = None
            if anchor is not None or cap_score is not None:
                policy = Policy(cap_score=cap_score or "literal", anchor=anchor or 60)
            done = embed(
                file, output, rules=rules, policy=policy, formulas=formulas, period=period,
                in_place=in_place, overwrite=force, dry_run=dry_run,
            )  # fmt: skip
            _finish_writing(file, done, as_json)

    @app.command(
        "convert",
        help=say(
            "在普通公式（native）与 KPI_ 函数（udf）之间互换。\n\n例：scorecard convert 客服部_评分.xlsx --formulas udf",
            "Turn plain formulas into KPI_ functions, or back.\n\nExample: scorecard convert department.xlsx --formulas udf",
        ),
    )
    def convert_(
        file: File,
        formulas: Annotated[str, typer.Option(help="native / udf")],
        output: Annotated[Path | None, typer.Option("-o", "--output", help=output_help)] = None,
        in_place: Annotated[
            bool, typer.Option("--in-place", help=say("直接改原文件", "change the input itself"))
        ] = False,
        force: Annotated[
            bool, typer.Option("--force", help=say("允许覆盖已有的输出文件", "replace an existing output"))
        ] = False,
        dry_run: Annotated[
            bool, typer.Option("--dry-run", help=say("只列出要写的单元格", "list what would be written"))
        ] = False,
        as_json: Annotated[bool, typer.Option("--json", help=json_help)] = False,
    ) -> None:
        with _errors(file, as_json):
            done = convert(file, output, formulas=formulas, in_place=in_place, overwrite=force, dry_run=dry_run)
            _finish_writing(file, done, as_json)

    @app.command(
        help=say(
            "重新计算工作簿（或文件夹）里的公式，只更新缓存值，其他字节不动。\n\n例：scorecard recalc 部门/ 或 scorecard recalc --check 客服部.xlsx",
            "Recalculate workbooks or folders; only cached values change.\n\nExample: scorecard recalc departments/",
        )
    )
    def recalc(
        paths: Annotated[list[Path], typer.Argument(help=say("文件或文件夹", "files or folders"), show_default=False)],
        check: Annotated[
            bool,
            typer.Option(
                "--check", help=say("只检查，不写；有过期值时退出码 1", "change nothing; exit 1 if something is stale")
            ),
        ] = False,
        as_json: Annotated[bool, typer.Option("--json", help=json_help)] = False,
    ) -> None:
        with _errors(None, as_json):
            results = recalculate_many(list(_workbooks(paths)), check=check)
            _finish_recalc(results, check, as_json)

    templates = typer.Typer(
        no_args_is_help=True, help=say("岗位考核表模板", "scorecard templates"), rich_markup_mode=None
    )
    app.add_typer(templates, name="template")

    @templates.command(
        "list",
        help=say(
            "列出模板。\n\n例：scorecard template list", "List the templates.\n\nExample: scorecard template list"
        ),
    )
    def list_(as_json: Annotated[bool, typer.Option("--json", help=json_help)] = False) -> None:
        with _errors(None, as_json):
            from workbooks.build import templates as known

            found = [{"id": t.id, "title": t.title, "position": t.position, "file": t.path.name} for t in known()]
            if as_json:
                _print_json({"schema": SCHEMA, "templates": found})
            else:
                out = console()
                for entry in found:
                    out.print(f"{entry['id']}  {entry['title']}")

    @templates.command(
        "new",
        help=say(
            "按模板新建一份空白考核表。\n\n例：scorecard template new 001 --period 2026Q4 --person 张三 -o 张三.xlsx",
            "Make a blank scorecard from a template.\n\nExample: scorecard template new 001 --period 2026Q4 -o card.xlsx",
        ),
    )
    def new(
        position: Annotated[
            str,
            typer.Argument(
                help=say("模板编号、岗位，或自己的 TOML 文件", "template id, position, or your own TOML file"),
                show_default=False,
            ),
        ],
        output: Annotated[Path, typer.Option("-o", "--output", help=output_help)],
        person: Annotated[str, typer.Option(help=say("被考核人", "person"))] = "",
        period: Annotated[str, typer.Option(help=period_help)] = "",
        formulas: Annotated[str, typer.Option(help="native / udf")] = "native",
        force: Annotated[
            bool, typer.Option("--force", help=say("允许覆盖已有的输出文件", "replace an existing output"))
        ] = False,
    ) -> None:
        with _errors():
            from workbooks.build import build, load

            from ..definitions import load_definition
            from ..workbook.package import Package

            if output.exists() and not force:
                raise UsageError(
                    Message(
                        "输出文件已存在；确要覆盖请加 --force", "the output exists already; use --force to replace it"
                    ),
                    str(output),
                )
            definition = load_definition(position) if position.endswith(".toml") else load(position)
            Package.open(build(definition, person=person, period=period, formulas=formulas)).save(output)
            console().print(say(f"已写出 {output}", f"written: {output}"))

    return app


# --- finishing -------------------------------------------------------------------------------------------------------


@contextmanager
def _errors(file: Path | None = None, as_json: bool = False) -> Iterator[None]:
    """Turn an error of the package into one line (or one JSON document) and its exit status."""
    try:
        yield
    except ScorecardError as problem:
        if as_json:
            document: dict[str, Any] = {"schema": SCHEMA, "file": str(file) if file else None}
            if isinstance(problem, NoTableFound):
                document["scorecards"] = []
            document["findings"] = []
            document["error"] = {"where": problem.where, "message": problem.message.text()}
            _print_json(document)
        console(stderr=True).print(problem.text(), style="bold red", markup=False, soft_wrap=True)
        raise typer.Exit(problem.exit_status) from None


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"scorecard {__version__}")
        raise typer.Exit


def _print_json(document: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n")
    sys.stdout.flush()


def _finish_reading(result: Inspection, as_json: bool, document: dict[str, Any], show: Callable[[], None]) -> None:
    status = 3 if not result.cards else 1 if result.has_errors else 0
    if as_json:
        _print_json(document)
    else:
        show()
    raise typer.Exit(status)


def _show_inspection(result: Inspection) -> None:
    out, name = console(), Path(result.file).name
    if not result.cards:
        _no_table(result)
    for card in result.cards:
        show_card(out, card, name)
        out.print(columns_line(card.table))
    show_findings(out, result.findings, name)


def _show_explanations(result: Inspection) -> None:
    out, name = console(), Path(result.file).name
    if not result.cards:
        _no_table(result)
    for card in result.cards:
        out.print()
        out.print(f"{card.table.title or card.table.sheet}  ({name}!{card.table.sheet})", style="bold", markup=False)
        for sentence in explanations(card):
            out.print(sentence.text(), markup=False, soft_wrap=True)
        out.print(result_line(card.result))
        if not card.has_rules:
            out.print(
                say(
                    "表中没有评分规则：先运行 embed，或用 --rules 给出规则文件。",
                    "The table has no rules: run embed first, or give --rules.",
                ),
                style="yellow",
            )


def _no_table(result: Inspection) -> NoReturn:
    reason = next((f.message.text() for f in result.findings if f.code == "no-table"), "")
    line = say("没有找到考核表", "no assessment table found") + (f"：{reason}" if reason else "")
    console(stderr=True).print(f"{Path(result.file).name}: {line}", style="bold yellow", markup=False, soft_wrap=True)
    raise typer.Exit(3)


def _explain_json(result: Inspection) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "file": result.file,
        "scorecards": [_explained(card) for card in result.cards],
        "findings": [finding_json(f) for f in result.findings],
    }


def _explained(card: Card) -> dict[str, Any]:
    return {
        "sheet": card.table.sheet,
        "title": card.table.title,
        "items": [
            {
                "name": item.kpi.name,
                "cell": item.kpi.cell or None,
                "state": item.state.value,
                "score": item.score,
                "error": item.error.code if item.error else None,
                "share": item.share,
                "explanation": sentence.text(),
            }
            for item, sentence in zip(card.result.items, explanations(card), strict=True)
        ],
        "total": card.result.total,
        "computed": card.result.computed,
        "grade": card.result.grade,
        "coverage": card.result.coverage,
    }


def _finish_writing(file: Path, done: Embedding, as_json: bool) -> None:
    if as_json:
        _print_json(
            {
                "schema": SCHEMA,
                "file": str(file),
                "output": str(done.path) if done.path else None,
                "edits": [
                    {
                        "cell": f"{e.sheet}!{e.cell}",
                        "formula": e.formula,
                        "value": _plain(e.value),
                        "what": e.what.text(),
                    }
                    for e in done.plan.edits
                ],
                "findings": [finding_json(f) for f in done.findings],
            }
        )
    else:
        out = console()
        if done.path is None:
            show_plan(out, done, only_form=True)
        show_findings(out, done.findings, file.name)
        if done.path is not None:
            tables = "、".join(t.title or t.sheet for t in done.tables)
            out.print(
                say(f"已写出 {done.path}（{tables}）", f"written: {done.path} ({tables})"), markup=False, soft_wrap=True
            )
    raise typer.Exit(1 if any(f.severity == "error" for f in done.findings) else 0)


def _plain(value: Any) -> Any:
    return value if isinstance(value, (int, float, str, bool, type(None))) else str(value)


def _workbooks(paths: list[Path]) -> Iterator[Path]:
    """The files named, and the workbooks below the folders named, in a stable order."""
    for path in paths:
        if path.is_dir():
            for found in sorted(path.rglob("*")):
                if found.suffix.lower() in ENDINGS and not found.name.startswith(("~$", ".")):
                    yield found
        else:
            yield path


def _finish_recalc(results: list[Recalculation | Failure], check: bool, as_json: bool) -> None:
    failures = [r for r in results if isinstance(r, Failure)]
    done = [r for r in results if isinstance(r, Recalculation)]
    findings = [(r, f) for r in done for f in r.findings]
    if as_json:
        _print_json({"schema": SCHEMA, "check": check, "workbooks": [_recalc_json(r) for r in results]})
    else:
        _show_recalc(done, failures, findings, check)
    if failures:
        raise typer.Exit(4 if not done else 1)
    stale = check and any(r.is_stale for r in done)
    raise typer.Exit(1 if stale or any(f.severity == "error" for _, f in findings) else 0)


def _show_recalc(
    done: list[Recalculation], failures: list[Failure], findings: list[tuple[Recalculation, Finding]], check: bool
) -> None:
    out, err = console(), console(stderr=True)
    for result in done:
        if result.changes:
            verb = say("过期", "stale") if check else say("更新", "updated")
            cells = "、".join(f"{c.sheet}!{c.cell}" for c in result.changes[:3])
            rest = "…" if len(result.changes) > 3 else ""
            out.print(f"{result.path}: {verb} {len(result.changes)} ({cells}{rest})", markup=False, soft_wrap=True)
    for result, finding in findings:
        out.print(f"{result.path}!{finding.text()}", markup=False, soft_wrap=True)
    for failure in failures:
        err.print(failure.error.text(), style="bold red", markup=False, soft_wrap=True)
    changed = sum(1 for r in done if r.changes)
    out.print(
        say(
            f"{len(done) + len(failures)} 个工作簿：{changed} 个{'过期' if check else '已更新'}，{len(done) - changed} 个无变化，{len(failures)} 个无法读取",
            f"{len(done) + len(failures)} workbooks: {changed} {'stale' if check else 'updated'}, {len(done) - changed} unchanged, {len(failures)} unusable",
        )
    )


def _recalc_json(result: Recalculation | Failure) -> dict[str, Any]:
    if isinstance(result, Failure):
        return {
            "file": str(result.path),
            "error": {"where": result.error.where, "message": result.error.message.text()},
        }
    return {
        "file": str(result.path),
        "stale": result.is_stale,
        "changed": [
            {"cell": f"{c.sheet}!{c.cell}", "old": _plain(c.old), "new": _plain(c.new)} for c in result.changes
        ],
        "kept": [{"cell": f"{k.sheet}!{k.cell}", "reason": k.reason.text()} for k in result.kept],
        "findings": [finding_json(f) for f in result.findings],
    }
