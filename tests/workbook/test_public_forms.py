"""Words that stand in public appraisal forms in English, and in both languages; what each means was read off the forms.

British, American, Indian, Singapore, Philippine and international-organisation usage. None of them is an example of the
code: a heading is only here for what it says on its form.
"""

from __future__ import annotations

import pytest

from scorecard.workbook.vocabulary import Vocabulary

WORDS = Vocabulary.load(None)

HEADINGS = {
    "number": ["Sl. No.", "S/N", "Sr. No.", "序号 No."],
    "name": ["Success Indicators", "Evaluation Parameter", "Goals", "Name of KPI", "考核指标 Key Performance Indicator"],
    "section": ["KRAs", "Key Performance Area", "MFO", "Balanced Scorecard Perspective", "维度 Dimension"],
    "target": ["Agreed Performance Targets", "End of Year Target", "Required Level", "FY25-26 Target", "目标值 Target Value"],
    "actual": [
        "Actual Accomplishments", "Target Achieved", "Achvmt", "Achievement against Target", "Performance to Date",
        "实际完成情况 Actual Result",
    ],
    "weight": ["Weitage", "Weight per KRA", "Level of Importance", "权重（%）Weight", "Weighting 权重"],
    "points": ["Marks (Max.)", "Out of", "Score Max", "Marks Allotted", "满分 Full Marks"],
    "score": ["Marks Secured", "Rating by HOD", "Score by RA", "Rated by Self", "Appraisal Result", "得分 Score"],
    "weighted_score": ["Weight x Rating", "Score (Weighted)", "Total Weighted Score", "Wtd. Points", "加权得分 Weighted Score"],
    "note": [
        "Unit of Measure", "Due Date", "Variance", "Last Year Actual", "Prior Year", "Action Plan", "Constraints Faced",
        "Areas for Improvement", "备注 Remarks",
    ],
    "rule_text": ["Scoring Matrix", "Basis of Marking", "评分标准 Scoring Criteria"],
    "method": ["Means of Verification", "MOV", "数据来源 Source of Information"],
    "band": ["Very Satisfactory", "Partially Meets Expectations", "Did Not Meet Expectations", "Far Below Target"],
}  # fmt: skip


@pytest.mark.parametrize(("role", "text"), [(role, text) for role, texts in HEADINGS.items() for text in texts])
def test_a_heading_of_a_public_form_means_what_it_says_there(role: str, text: str) -> None:
    match = WORDS.match_header(text)
    assert match is not None, text
    assert match.role == role


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Rating by HOD", "上级"), ("Emp. Rating", "自评"), ("Score - Self", "自评"), ("Second Appraiser Score", "间接上级"),
        ("HR Assessment", "人力资源"), ("Panel Score", "考核小组"), ("自评得分 Self Rating", "自评"),
        ("评分 Supervisor Rating", "上级"),
    ],
)  # fmt: skip
def test_who_scored_is_read_from_the_heading(text: str, who: str) -> None:
    match = WORDS.match_header(text)
    assert match is not None
    assert (match.role, match.label) == ("score", who)


@pytest.mark.parametrize("text", ["Invoice No. 7 Paris", "Opponent", "HR部", "A", "Lorem ipsum", "Car park"])
def test_what_is_no_heading_of_an_assessment_is_none(text: str) -> None:
    match = WORDS.match_header(text)
    assert match is None or match.role in ("number", "foreign")


def test_a_period_behind_a_target_or_an_actual_is_its_label() -> None:
    assert [WORDS.match_header(text)[:2] for text in ("Actual Q1", "Target H1", "Actual 2026")] == [  # type: ignore[index]
        ("actual", "Q1"), ("target", "H1"), ("actual", "2026"),
    ]  # fmt: skip


LABELS = {
    "person": ["Name of Ratee", "Teacher's Name", "Post Holder", "Officer Being Assessed", "Emp. Name", "姓名 Name"],
    "evaluator": [
        "First Reporting Officer", "Countersigning Officer", "Reports To", "Dept. Head", "HOD", "直接上级 Line Manager",
    ],
    "department": ["Name of School", "Bureau/Center/Service/Division", "Directorate", "部门 Department"],
    "position": ["Present Designation", "Job Grade", "Functional Title", "Employee's Designation", "职位 Title"],
    "period": ["Financial Year", "Period Reviewed", "Appraisal Month", "考核期间 Review Period"],
    "total": ["Total Marks Obtained", "Overall Weighted Average", "PMS Score", "总分 Total Score"],
    "subtotal": ["Section Total", "Part A Total", "小计 Subtotal"],
    "grade": ["Adjectival Rating", "Grade Awarded", "Year-End Rating", "等级 Grade"],
    "coefficient": ["Payout Multiplier"],
    "stop": ["Signature of Appraisee", "Supervisor's Comments", "Remarks of Reviewing Officer", "签名 Signature", "Legend"],
}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in LABELS.items() for text in texts])
def test_a_label_of_a_public_form_means_what_it_says_there(kind: str, text: str) -> None:
    match = WORDS.match_label(text)
    assert match is not None, text
    assert match.kind == kind


@pytest.mark.parametrize("text", ["Reviewed", "Department code 7", "Human resources", "Company"])
def test_what_is_no_label_is_none(text: str) -> None:
    assert WORDS.match_label(text) is None


def test_sections_of_abilities_are_told_from_items_of_them() -> None:
    sections = [
        "Core Values", "Behavioural Competencies (40%)", "Part B: Leadership Competencies", "II. Soft Skills", "Work Attitude",
    ]  # fmt: skip
    items = ["Discipline", "Job planning", "Communication", "Leads by values", "Ability and attitude"]
    assert [text for text in (*sections, *items) if WORDS.abilities.section(text)] == sections


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Retail Banking", "department"), ("Supply Chain", "department"), ("Faculty of Engineering", "department"),
        ("Data Scientist", "position"), ("Head of Sales", "position"), ("Vice President", "position"), ("Jane Carter", "person"),
    ],
)  # fmt: skip
def test_the_shape_of_a_value_says_what_it_is(text: str, kind: str) -> None:
    assert WORDS.kind_of_value(text) == kind


def test_rows_that_add_or_take_points() -> None:
    adjustments = [
        "Negative Marks", "Points Deducted", "Additions / Deductions", "Rewards and Penalties", "Disciplinary Deduction",
    ]  # fmt: skip
    items = ["Attendance", "Late deliveries", "Special projects", "Safety compliance"]
    assert [text for text in (*adjustments, *items) if WORDS.item_kind(text) == "adjustment"] == adjustments
