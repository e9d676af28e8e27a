"""Definitions: scorecards and their rules as TOML. One schema for `--rules`, for templates and for a person's own file.

The schema is described in `docs/definitions.md`; every mistake is named with its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from .definition_rules import Entry, number_of, rule_of
from .errors import UsageError
from .messages import Message
from .refusals import parse_toml, read_settings_text
from .scoring import curve as curves
from .scoring.curve import Rating
from .scoring.indicators import Indicator
from .scoring.ladder import Ladder, fixed
from .scoring.model import Grade, GradeTable, Settings
from .scoring.policies import DIRECTIONS, KINDS, Policy
from .scoring.values import key, read

SCHEMA = 1
FORMS = ("bands", "list")

#: The sheets of a card: the form, and systems beside it with items of their own.
FORM_SHEET, ABILITY_SHEET, GOAL_SHEET = "考核表", "能力态度", "目标"
#: What a rating is worth when the definition has no `[ratings]`; how far a goal without a number was reached.
RATINGS = (("优", 100.0), ("良", 85.0), ("中", 75.0), ("及格", 60.0), ("差", 40.0))
FULFILMENT = (("达到", 100.0), ("基本达到", 80.0), ("部分达到", 60.0), ("未达到", 0.0))
#: Goals are met or not: reaching one scores 100, at the top of the scale too.
GOAL_POLICY = Policy(cap_score="full_at_cap", anchor=100)
ROLLUP_RULES = ("mean", "pooled", "last")
ABSENT_RULES = ("redistribute", "zero", "wait")


@dataclass(frozen=True, slots=True)
class KpiDefinition:
    """One item: what the table says of it, and how it is scored.

    Attributes:
        name: As the form prints it.
        aliases: Other names the same KPI has in existing tables.
        number: 编号 as printed.
        section: Its group.
        weight: As printed ("20%", 15); None if the form gives none.
        kind: "rate", "amount" or "count"; "" if not stated.
        direction: "higher" or "lower"; "" if not stated.
        unit: Printed behind actuals ("次/台").
        targets: Period to target as printed; "" where the period has none.
        rule: A ladder, one per period, or a rating; None: by policy, or by hand if `manual`.
        manual: Scored by hand, 0 to 100.
        standard: 评分标准 as printed.
        method: 考核方法.
        evaluator: Who scores it.
        assumption: What was decided where the source leaves it open.
        actual: An example actual, for demonstrations.
        rank: Importance, 1 for the most important; of a form without weights, they follow from it.
        base: What the denominators of a rate count ("服务单数"); the form then has a place for their number.
        team: The indicator of subordinates' cards that this one is pooled from.
        veto: Not scored: a breach sets the total to 0.
    """

    name: str
    aliases: tuple[str, ...] = ()
    number: str = ""
    section: str = ""
    weight: float | str | None = None
    kind: str = ""
    direction: str = ""
    unit: str = ""
    targets: Mapping[str, float | str] | None = None
    rule: Ladder | Rating | Mapping[str, Ladder] | None = None
    manual: bool = False
    standard: str = ""
    method: str = ""
    evaluator: str = ""
    assumption: str = ""
    actual: float | str | None = None
    rank: int | None = None
    base: str = ""
    team: str = ""
    veto: bool = False


@dataclass(frozen=True, slots=True)
class YearRules:
    """How the periods of a year become one total.

    Attributes:
        parts: Part (考核表, 能力态度, 目标) to its weight as a fraction; they sum to 1.
        quarters: "mean", "pooled" (by the weight each period was assessed on) or "last"; `halves` likewise.
        absent: A period or part without a total: its weight goes to the others ("redistribute"), it counts 0 ("zero"),
            or there is no total yet ("wait").
    """

    parts: tuple[tuple[str, float], ...]
    quarters: str = "mean"
    halves: str = "mean"
    absent: str = "redistribute"


@dataclass(frozen=True, slots=True)
class Definition:
    """A scorecard and its rules.

    Attributes:
        id: Short name, for `scorecard template new`.
        source: The file it came from.
        title: Heading of the form.
        form: "bands" (KPI table with targets and bands) or "list" (plain weighted list).
        periods: Target periods of a bands form.
        kpis: In order.
        policy: For KPIs without thresholds of their own; None: as the caller says, `Policy()` in the end.
        settings: How the card is added up.
        assumptions: Decisions about the whole card.
        indicators: Definition cards (指标定义卡), for `scorecard cards` and `scorecard link`.
        expected: Codes of what `scorecard check` finds in the workbook built from it, decided and left on purpose.
        sections: Section of the form to its weight as printed; the items of a section share it equally.
        ability_sections: Likewise of the sheet 能力态度.
        goals: Items of the sheet 目标; `abilities` those of 能力态度.
        year: How the year is added up; None where there is only the form.
        cycle: How often the form is filled in: 月度, 季度, 半年 or 年度.
    """

    id: str
    source: str
    title: str = ""
    position: str = ""
    department: str = ""
    form: str = "list"
    periods: tuple[str, ...] = ()
    kpis: tuple[KpiDefinition, ...] = ()
    policy: Policy | None = None
    settings: Settings = Settings()
    assumptions: tuple[str, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    expected: tuple[str, ...] = ()
    sections: tuple[tuple[str, float | str], ...] = ()
    ability_sections: tuple[tuple[str, float | str], ...] = ()
    goals: tuple[KpiDefinition, ...] = ()
    abilities: tuple[KpiDefinition, ...] = ()
    year: YearRules | None = None
    cycle: str = "季度"

    def for_sheet(self, sheet: str) -> Definition:
        """What applies to a sheet of that name: the goals to 目标, the abilities to 能力态度, else the form's items."""
        if sheet == GOAL_SHEET and self.goals:
            return replace(self, kpis=self.goals, sections=())
        if sheet == ABILITY_SHEET and self.abilities:
            return replace(self, kpis=self.abilities, sections=self.ability_sections)
        return self

    def kpi(self, name: str) -> KpiDefinition | None:
        """The KPI of that name or alias, compared without regard to width, case and blanks."""
        wanted = key(name)
        for item in self.kpis:
            if wanted == key(item.name) or wanted in map(key, item.aliases):
                return item
        return None


def load_definition(path: str | Path) -> Definition:
    """Read a definition from a TOML file.

    Raises:
        UsageError: No such file, not TOML, an unknown key, a value that breaks the schema or a rule that cannot be
            used; the message names file and place.
    """
    path = Path(path)
    return parse_definition(read_settings_text(path, Message("规则文件", "rules file")), path.name, path.stem)


def parse_definition(text: str, source: str = "rules.toml", name: str = "") -> Definition:
    r"""Read a definition from TOML text.

    Raises:
        UsageError: See `load_definition`.

    Example:
        >>> text = 'schema = 1\n[[kpi]]\nname = "及时率"\nthresholds = [0.8, 1]\nscores = [0, 100]'
        >>> parse_definition(text).kpi("及时率").rule.curve().score(0.9)
        50.0
    """
    top = Entry(parse_toml(text, source), source)
    schema = top.take("schema", (int,), SCHEMA)
    if schema != SCHEMA:
        raise UsageError(
            Message(f"schema {schema}：本版本只认 {SCHEMA}", f"schema {schema}: this version reads {SCHEMA}"), source
        )
    policy = top.table("policy")
    ratings = _ratings(top)
    definition = Definition(
        id=top.take("id", (str,), name),
        source=source,
        title=top.take("title", (str,), ""),
        position=top.take("position", (str,), ""),
        department=top.take("department", (str,), ""),
        form=top.choice("form", FORMS, "list"),
        periods=top.texts("periods"),
        policy=_policy(policy) if policy else None,
        settings=_settings(top),
        assumptions=top.texts("assumptions"),
        expected=top.texts("expected"),
        sections=_sections(top),
        ability_sections=_sections(top, "ability_sections"),
        kpis=tuple(
            _kpi(Entry(item, f"{source}!kpi[{i}]"), ratings)
            for i, item in enumerate(top.take("kpi", (list,), []), start=1)
        ),
        indicators=tuple(
            _indicator(Entry(item, f"{source}!indicators[{i}]"))
            for i, item in enumerate(top.take("indicators", (list,), []), start=1)
        ),
        goals=tuple(
            _goal(Entry(item, f"{source}!goal[{i}]"), ratings)
            for i, item in enumerate(top.take("goal", (list,), []), start=1)
        ),
        abilities=_abilities(top, ratings),
        year=_year(top),
        cycle=top.choice("cycle", ("月度", "季度", "半年", "年度"), "季度"),
    )
    top.finish()
    for sheet in ("", GOAL_SHEET, ABILITY_SHEET):
        _check_names(definition.for_sheet(sheet))
    return definition


def _check_names(definition: Definition) -> None:
    """Every name and alias may stand for one KPI only; numbered empty slots have none."""
    owners: dict[str, str] = {}
    for kpi in definition.kpis:
        for name in dict.fromkeys(map(key, (kpi.name, *kpi.aliases))):
            if name and name in owners:
                raise UsageError(
                    Message(
                        f"指标“{kpi.name}”与“{owners[name]}”重名", f'KPI "{kpi.name}" has a name of "{owners[name]}"'
                    ),
                    definition.source,
                )
            owners[name] = kpi.name


# --- sections of the file --------------------------------------------------------------------------------------------


def _policy(table: Entry) -> Policy:
    policy = table.guard(
        lambda: Policy(
            table.take("name", (str,), "standard"),
            table.take("cap_score", (str,), "literal"),
            table.take("anchor", (int,), 60),
        )
    )
    table.finish()
    return policy


def _settings(top: Entry) -> Settings:
    table = top.table("settings") or Entry({}, top.where)
    rows = top.take("grades", (list,), [])
    grades = Settings().grades
    if rows:
        parsed = []
        for i, row in enumerate(rows, start=1):
            grade = Entry(row, f"{top.where}!grades[{i}]")
            parsed.append(
                Grade(
                    float(grade.need("lower", (int, float))),
                    grade.need("label", (str,)),
                    grade.take("coefficient", (int, float), None),
                )
            )
            grade.finish()
        grades = top.guard(lambda: GradeTable(tuple(parsed)))
    settings = table.guard(
        lambda: Settings(
            missing=table.take("missing", (str,), "incomplete"),
            weights=table.choice("weights", ("strict", "normalise", "as_is"), "strict"),
            digits=table.take("digits", (int,), 2),
            floor=float(table.take("floor", (int, float), 0.0)),
            cap=table.take("cap", (int, float), None),
            grades=grades,
        )
    )
    if not 0 <= settings.digits <= 6:
        raise UsageError(
            Message(f"小数位 {settings.digits} 应在 0 与 6 之间", f"digits {settings.digits}: must be from 0 to 6"),
            table.where,
        )
    if settings.cap is not None and settings.floor > settings.cap:
        raise UsageError(Message("总分下限高于上限", "floor is above cap"), table.where)
    table.finish()
    return settings


def _ratings(top: Entry) -> Rating:
    """What the words of a rating are worth: `[ratings]`, else the usual five."""
    table = top.take("ratings", (dict,), None)
    if table is None:
        return Rating(RATINGS)
    if not table:
        raise UsageError(Message("评级表是空的", "the rating table is empty"), f"{top.where}!ratings")
    return top.guard(lambda: curves.rating({str(k): number_of(v) for k, v in table.items()}))


def _sections(top: Entry, name: str = "sections") -> tuple[tuple[str, float | str], ...]:
    table = top.take(name, (dict,), {})
    for section, weight in table.items():
        if isinstance(weight, bool) or not isinstance(weight, (int, float, str)) or read(weight).number is None:
            raise UsageError(
                Message(f"“{section}”的权重“{weight}”读不出来", f'weight "{weight}" of "{section}" cannot be read'),
                f"{top.where}!{name}",
            )
    return tuple(table.items())


def _abilities(top: Entry, ratings: Rating) -> tuple[KpiDefinition, ...]:
    """`[abilities]`: section to its items; an item is a name, or a list of its name and aliases."""
    found = []
    for section, listed in top.take("abilities", (dict,), {}).items():
        where = f"{top.where}!abilities {section}"
        if not isinstance(listed, list):
            raise UsageError(Message("应为一列名称", "must be a list of names"), where)
        for item in listed:
            names = [item] if isinstance(item, str) else item
            if not (isinstance(names, list) and names and all(isinstance(n, str) and n for n in names)):
                raise UsageError(Message(f"“{item}”应为名称", f'"{item}" must be a name'), where)
            found.append(KpiDefinition(names[0], tuple(names[1:]), section=section, rule=ratings))
    return tuple(found)


def _goal(table: Entry, ratings: Rating) -> KpiDefinition:
    """A goal: by the policy of goals where it states a number, else by how far it was reached."""
    goal = _kpi(table, ratings)
    if goal.rule is not None or goal.manual:
        return goal
    reading = read((goal.targets or {}).get("", ""))
    if reading.number is None:
        return replace(goal, rule=Rating(FULFILMENT))
    if not goal.kind or not goal.direction:
        raise UsageError(
            Message("数字目标要写明 kind 和 direction", "a goal with a number must state kind and direction"),
            table.where,
        )
    target = reading.number
    return replace(goal, rule=table.guard(lambda: fixed(GOAL_POLICY.curve(goal.kind, goal.direction, target))))


def _year(top: Entry) -> YearRules | None:
    known = [FORM_SHEET]
    known += [name for key_, name in (("abilities", ABILITY_SHEET), ("goal", GOAL_SHEET)) if top.data.get(key_)]
    table = top.table("year")
    if table is None:
        return None
    parts = []
    for name, weight in table.need("parts", (dict,)).items():
        share = read(weight).number if isinstance(weight, (int, float, str)) else None
        if share is None or share < 0:
            raise UsageError(
                Message(f"“{name}”的权重“{weight}”读不出来", f'weight "{weight}" of "{name}" cannot be read'),
                table.where,
            )
        if name not in known:
            listed = "、".join(known)
            raise UsageError(
                Message(f"没有“{name}”这一部分，有：{listed}", f'there is no part "{name}"; there are: {listed}'),
                table.where,
            )
        parts.append((str(name), share))
    if abs(sum(share for _, share in parts) - 1) > 1e-6:
        raise UsageError(Message("各部分权重之和应为 100%", "the weights of the parts must sum to 100 %"), table.where)
    rules = YearRules(
        tuple(parts),
        table.choice("quarters", ROLLUP_RULES, "mean"),
        table.choice("halves", ROLLUP_RULES, "mean"),
        table.choice("absent", ABSENT_RULES, "redistribute"),
    )
    table.finish()
    return rules


def _kpi(table: Entry, ratings: Rating) -> KpiDefinition:
    name = table.need("name", (str,))
    table.where = f"{table.where} {name}"
    targets = table.take("targets", (dict,), None)
    target = table.take("target", (int, float, str), None)
    if targets is None and target is not None:
        targets = {"": target}
    rule, manual = rule_of(table, ratings)
    kpi = KpiDefinition(
        name=name,
        aliases=table.texts("aliases"),
        number=str(table.take("number", (str, int), "")),
        section=table.take("section", (str,), ""),
        weight=table.take("weight", (int, float, str), None),
        kind=table.choice("kind", KINDS, ""),
        direction=table.choice("direction", DIRECTIONS, ""),
        unit=table.take("unit", (str,), ""),
        targets=targets,
        rule=rule,
        manual=manual,
        standard=table.take("standard", (str,), ""),
        method=table.take("method", (str,), ""),
        evaluator=table.take("evaluator", (str,), ""),
        assumption=table.take("assumption", (str,), ""),
        actual=table.take("actual", (int, float, str), None),
        rank=table.take("rank", (int,), None),
        base=table.take("base", (str,), ""),
        team=table.take("team", (str,), ""),
        veto=table.take("veto", (bool,), False),
    )
    if targets is not None and any(isinstance(t, (list, dict, bool)) for t in targets.values()):
        raise UsageError(Message("目标应为数字或文字", "targets must be numbers or texts"), table.where)
    if kpi.weight is not None and read(kpi.weight).number is None:
        raise UsageError(Message(f"权重“{kpi.weight}”读不出来", f'weight "{kpi.weight}" cannot be read'), table.where)
    table.finish()
    return kpi


def _indicator(table: Entry) -> Indicator:
    """A definition card; texts only, its formula is read where it is used."""
    name = table.need("name", (str,))
    if not name.strip():
        raise UsageError(Message("定义卡缺指标名称", "a definition card needs a name"), table.where)
    table.where = f"{table.where} {name}"

    def text(key_: str) -> str:
        return str(table.take(key_, (str, int, float), ""))

    operands = table.table("operands") or Entry({}, table.where)
    indicator = Indicator(
        name=name, number=text("number"), version=text("version"), category=text("category"), level=text("level"),
        period=text("period"), definition=text("definition"), purpose=text("purpose"), formula=text("formula"),
        statistics=text("statistics"), source=text("source"), point=text("point"), department=text("department"),
        owner=text("owner"), target=text("target"), aliases=table.texts("aliases"),
        operands={operand: operands.texts(operand) for operand in operands.data},
    )  # fmt: skip
    operands.finish()
    table.finish()
    return indicator
