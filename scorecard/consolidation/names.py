"""Names as cells, sheets and files write them: persons, departments, staff numbers, periods.

A cell is believed first, then the name of the sheet, then that of the file, then its folder. What the weaker places
say otherwise becomes a finding; they are only asked for what they surely say, so that 客服部-季度.xlsx names nobody.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from ..scoring.periods import SPANS, Period, is_day, merged, parse_period, without_days
from ..scoring.values import key, trim

# The most frequent surnames, about 97 of 100 people: only with one of these is a bare word in a file name a person.
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金"
    "石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁"
    "岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳欧管柴蒙鲍华喻祁蒲房滕屈饶"
    "解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫"
    "寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝"
)
_DOUBLE_SURNAMES = (
    "欧阳",
    "上官",
    "司马",
    "诸葛",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "司徒",
    "夏侯",
    "令狐",
    "端木",
)
_DEPARTMENT = re.compile(
    r".{1,14}(?:事业部|分公司|子公司|部门|部|中心|科|处|组|公司|车间|办公室|大区|项目部|团队)(?:[(（][^()（）]*[)）])?$"
)
# 物流中心绩效考核表, but not 客户服务部经理考核表: that is a position.
_DEPARTMENT_IN_FRONT = re.compile(
    r"(.{1,12}?(?:事业部|分公司|部门|部|中心|科|处|组|公司|车间|办公室))(?=全员|员工|人员|绩效|考核|kpi)", re.IGNORECASE
)
_COMPANY = re.compile(r"(?:.*[^分子])?(?:公司|集团)")
# All of them is none: 各部门.
_NO_DEPARTMENT = re.compile(r".*(?:考核|绩效|汇总).*|(?:各|全|本|所有|全部|全体|其他|其它)(?:部门?|中心|科|处|组|公司|车间|团队)")
# Words that begin like a name and are none.
_WORDS = frozenset((
    "高级", "安全", "万元", "文员", "全年", "时间", "成果", "成品", "任务", "计划", "史料", "金额",
    "文件", "于是", "单位", "应急", "路线", "明细", "和谐", "项目", "连锁", "全部", "程序", "管理",
    "解决", "文档", "安装", "商务", "关键", "边界", "方案", "金融", "康复", "单项", "应收", "向上",
    "高层", "中层", "基层", "文秘", "华东", "华南", "华北", "江南", "江北", "时效", "包装", "成本",
    "古董", "查询", "和解", "宁波", "武汉", "温州", "苏州", "杭州", "徐州", "石家庄", "齐全", "白班",
))  # fmt: skip
_NOT_A_NAME = re.compile(
    r"考核|绩效|评分|评价|评估|得分|成绩|汇总|统计|模板|说明|目录|指标|季度|年度|月度|半年|表|sheet|副本|最终|修改|终版|定稿|签字|经理|主管|"
    r"专员|助理|工程师|总监|部长|主任|代表|空白|示例|样表|\d|kpi|copy|final|draft|v\d",
    re.IGNORECASE,
)
_CJK = r"\u3400-\u9fff\U00020000-\U0003134f"
_BARE_NAME = re.compile(f"[{_CJK}]{{2,4}}")
_NAME_IN_FRONT = re.compile(f"([{_CJK}]{{2,4}}?)(?:的)?(?:个人)?(?:绩效|考核|评分|kpi)", re.IGNORECASE)
_PLAIN_NAME = re.compile(f"[{_CJK}]+")
_DIGITS_AROUND = re.compile(r"^\d+|\d+$")
# What stands between a department and a name in one cell.
_BETWEEN = re.compile(r"\s*[-_－—–·:：/／|｜、,，\s]\s*")
_SEPARATORS = re.compile(r"[-_－—–·,，、.。\s\u3000+&()（）\[\]【】《》]+")
_STAFF_BESIDE = re.compile(
    r"^(.*?)\s*[(（\[【]\s*(?:工号|编号|no\.?)?\s*[:：]?\s*([A-Za-z]{0,4}[-]?\d{3,12})\s*[)）\]】]$", re.IGNORECASE
)
_PERIOD = re.compile(
    r"(20\d\d)\s*(?:年度?|[./_-])?\s*(?:第?\s*([一二三四1-4]|i{1,3}|iv)\s*季度?|q([1-4])|h([12])|([上下])半年度?"
    r"|(1[0-2]|0?[1-9])\s*月?\s*[-~至—－]\s*(1[0-2]|0?[1-9])\s*月份?|(1[0-2]|0?[1-9])\s*月份?"
    r"|(年度|全年|年)|[-./]?(1[0-2]|0[1-9])(?!\d))"
    r"|(?<!\d)(1[0-2]|0?[1-9])\s*月?\s*[-~至—－]\s*(1[0-2]|0?[1-9])\s*月份?|第?([一二三四1-4])季度|(?<![a-z0-9])q([1-4])(?!\d)|([上下])半年|(?<![\d-])(1[0-2]|[1-9])月份?(?!\d)",
    re.IGNORECASE,
)
# One of these is in all that the patterns of periods find.
_PERIOD_SIGNS = re.compile(r"20\d\d|[月季]|半年|[qQ][1-4]|[1-4][qQ]|[fF][yY] ?\d")


@dataclass(frozen=True, slots=True)
class Hints:
    """What the name of a sheet, a file or a folder surely says; "" for what it does not."""

    person: str = ""
    department: str = ""
    period: str = ""


@lru_cache(maxsize=8192)
def person_name(text: str) -> str:
    """A person's name as it is shown and compared: blanks in Chinese names go, others become single.

    Example:
        >>> person_name("张　三 "), person_name("Li  Lei"), person_name("阿依古丽·买买提")
        ('张三', 'Li Lei', '阿依古丽·买买提')
    """
    if not text:
        return ""
    if _PLAIN_NAME.fullmatch(text):
        return text
    plain = "".join(unicodedata.normalize("NFKC", c) if c.isascii() or "\uff01" <= c <= "\uff5e" else c for c in text)
    plain = trim("".join(c for c in plain if unicodedata.category(c) not in ("Cf", "Cc") or c.isspace()))
    if re.search(f"[{_CJK}]", plain) and not re.search("[A-Za-z]", plain):
        return "".join(plain.split())
    return " ".join(plain.split())


def split_staff_id(name: str) -> tuple[str, str]:
    """A name and the staff number that stands behind it in brackets.

    Example:
        >>> split_staff_id("张三（000123）"), split_staff_id("张三（代）")
        (('张三', '000123'), ('张三（代）', ''))
    """
    match = _STAFF_BESIDE.match(name)
    return (trim(match[1]), match[2]) if match and trim(match[1]) else (name, "")


def split_department(text: str) -> tuple[str, str]:
    """A department and the name that stands with it in one cell, before or behind it; ("", text) unless both are sure.

    Example:
        >>> split_department("研发部-张三"), split_department("李四／市场部"), split_department("Anna-Lena Meyer")
        (('研发部', '张三'), ('市场部', '李四'), ('', 'Anna-Lena Meyer'))
    """
    if _PLAIN_NAME.fullmatch(text):
        return "", text
    parts = [part for part in _BETWEEN.split(unicodedata.normalize("NFKC", trim(text))) if part]
    if len(parts) == 2:
        for department, name in (parts, parts[::-1]):
            if is_department(department) and is_person(split_staff_id(person_name(name))[0]):
                return department, name
    return "", text


def is_department(text: str) -> bool:
    """Whether a word surely is one of a department: 研发部, 客服中心, 三组.

    Example:
        >>> is_department("研发部"), is_department("各部门"), is_department("张三")
        (True, False, False)
    """
    return _DEPARTMENT.fullmatch(text) is not None and _NO_DEPARTMENT.fullmatch(text) is None


def is_company(text: str) -> bool:
    """Whether a word is that of a company, which any of its departments is in: 某某有限公司, but not 北京分公司.

    Example:
        >>> is_company("某某有限公司"), is_company("北京分公司"), is_company("研发部")
        (True, False, False)
    """
    return _COMPANY.fullmatch(text) is not None


def staff_number(value: object, number_format: str = "General") -> tuple[str, bool]:
    """A staff number as text, and whether its leading zeros may have been lost.

    A number whose format pads it (000000) keeps its zeros; any other number may once have had some.

    Example:
        >>> staff_number("００123"), staff_number(123.0, "000000"), staff_number(123)
        (('00123', False), ('000123', False), ('123', True))
    """
    if isinstance(value, str):
        text = "".join(unicodedata.normalize("NFKC", value).split())
        return text, False
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not float(value).is_integer():
        return "", False
    digits = str(int(value))
    if re.fullmatch("0+", number_format) and len(number_format) > 1:
        return digits.zfill(len(number_format)), False
    return digits, True


def id_key(staff_id: str) -> str:
    """A staff number as it is compared: 00123, 123 and ００123 are the same.

    Example:
        >>> id_key("00123") == id_key("123"), id_key("A-07") == id_key("a07")
        (True, False)
    """
    plain = key(staff_id)
    return plain.lstrip("0") or plain


def is_person(text: str) -> bool:
    """Whether a bare word surely names a person: a frequent surname, one or two more characters, nothing else.

    Example:
        >>> is_person("李四"), is_person("欧阳修文"), is_person("客服部"), is_person("高级")
        (True, True, False, False)
    """
    word = person_name(text)
    if not _BARE_NAME.fullmatch(word) or _NOT_A_NAME.search(word) or _DEPARTMENT.fullmatch(word):
        return False
    if word in _WORDS:
        return False
    if word[:2] in _DOUBLE_SURNAMES:
        return len(word) in (3, 4)
    return word[0] in _SURNAMES and len(word) <= 3


@lru_cache(maxsize=8192)
def hints(text: str) -> Hints:
    """What the name of a sheet, of a file (without its suffix) or of a folder says.

    Example:
        >>> hints("客服部-张三-2026年第三季度考核表")
        Hints(person='张三', department='客服部', period='2026Q3')
        >>> hints("李四(1)").person, hints("考核表 (2)").person, hints("Sheet1") == Hints()
        ('李四', '', True)
    """
    plain = unicodedata.normalize("NFC", text)
    period = find_period_label(plain)
    rest = plain
    for pattern in (*SPANS, _PERIOD) if _PERIOD_SIGNS.search(plain) else ():
        rest = pattern.sub(" ", rest)
    words = [word for word in _SEPARATORS.split(rest) if word]
    persons = [word for word in words if is_person(word)]
    if not persons:
        # 张三绩效考核表: the name in front of what the file is.
        found = [_NAME_IN_FRONT.match(word) for word in words]
        persons = [match[1] for match in found if match and is_person(match[1])]
    bare = [_DIGITS_AROUND.sub("", word) for word in words]
    departments = [word for word in bare if _DEPARTMENT.fullmatch(word) and not _NO_DEPARTMENT.fullmatch(word)]
    if not departments:
        found = [_DEPARTMENT_IN_FRONT.match(word) for word in bare]
        departments = [match[1] for match in found if match]
    return Hints(
        person_name(persons[0]) if len(set(persons)) == 1 else "",
        trim(departments[-1]) if departments else "",
        period,
    )


@lru_cache(maxsize=8192)
def find_period_label(text: str) -> str:
    """The period that a longer text names, as a label; "" if it names none, or several.

    Example:
        >>> find_period_label("2026年第三季度考核表"), find_period_label("客服部2026Q4"), find_period_label("3月报表")
        ('2026Q3', '2026Q4', '3月')
    """
    plain = unicodedata.normalize("NFKC", text)
    if not _PERIOD_SIGNS.search(plain):
        return ""
    folded = key(plain)
    found = {m[0] for pattern in SPANS for m in pattern.finditer(folded)}
    found = found or {m[0] for m in _PERIOD.finditer(without_days(plain))}
    periods = [period for match in found if (period := parse_period(re.sub(r"[./_]", "-", match))) is not None]
    if not periods:
        periods = [period for match in found if (period := _loose(match)) is not None]
    whole: Period | None = None
    for period in periods:  # 2026年第三季度7-9月 is one, named twice
        whole = period if whole is None else merged(whole, period)
        if whole is None:
            return ""
    return whole.label if whole is not None else ""


@lru_cache(maxsize=8192)
def period_label(text: str) -> str:
    """A period as its label where it is one (2026Q3), else the period inside it, else the text as it stands; "" for a day."""
    plain = trim(text)
    if is_day(plain):
        return ""
    period = parse_period(plain)
    if period is not None and period.label:
        return period.label
    return find_period_label(plain) or plain


def _loose(text: str) -> Period | None:
    compact = re.fullmatch(r"(20\d\d)(\d\d)", text)
    return parse_period(f"{compact[1]}-{compact[2]}" if compact else re.sub(r"[\s./_年-]+", "年", text))


@lru_cache(maxsize=8192)
def same_period(a: str, b: str) -> bool:
    """Whether two periods can be the same: what one leaves open (the year, the number), the other may fill in.

    Example:
        >>> same_period("Q3", "2026Q3"), same_period("季度", "2026Q3"), same_period("2026Q2", "2026Q3")
        (True, True, False)
    """
    one, other = parse_period(a), parse_period(b)
    if one is None or other is None:
        return key(a) == key(b)
    return (
        one.kind == other.kind
        and (one.year is None or other.year is None or one.year == other.year)
        and (one.number is None or other.number is None or one.number == other.number)
    )


def is_whole_period(text: str) -> bool:
    """Whether a period says exactly which one it is: 2026Q3, 2026-08, 2026."""
    period = parse_period(text)
    return period is not None and period.year is not None and (period.number is not None or period.kind == "year")
