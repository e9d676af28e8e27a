"""What headings and labels say in generated workbooks: lists that share no heading.

Recognition was worked on with `TUNING`, then with `SECOND`, which had been held out before. `HELD_OUT` was written down
after that and is only measured on: what fails there is repaired in the code, never by moving its words into the
vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

Words = tuple[str, ...]


@dataclass(frozen=True)
class Wording:
    """One way of saying things; every list is chosen from at random."""

    name: Words
    weight: Words
    target: Words
    target_group: Words
    periods: tuple[Words, ...]
    actual: Words
    score: Words
    evaluators: tuple[tuple[str, str], ...]
    rule: Words
    method: Words
    note: Words
    requirement: Words
    number: Words
    category: Words
    categories: tuple[Words, ...]
    points: Words
    adjustment: Words
    total: Words
    grade: Words
    person: Words
    department: Words
    position: Words
    period: Words
    evaluator: Words
    titles: Words
    bands: tuple[tuple[tuple[str, str], ...], ...]
    items: Words
    abilities: tuple[tuple[str, Words], ...]
    rating: Words
    kinds: tuple[tuple[str, str, str], ...]
    parts: tuple[tuple[str, str], ...]
    weight_suffix: tuple[str, ...]
    people: Words
    departments: Words
    positions: Words
    english: bool = False


TUNING = Wording(
    name=("关键业绩指标", "考核指标", "KPI", "指标名称", "关键绩效指标（KPI）", "绩效指标", "指标", "KPI指标"),
    weight=("权重", "比重", "指标权重", "所占权重"),
    target=("目标值", "目标", "考核目标", "目标要求"),
    target_group=("要求目标", "目标值", "考核目标"),
    periods=(("月度", "季度", "半年", "年度"), ("季度", "年度"), ("一季度", "二季度", "三季度", "四季度")),
    actual=("绩效", "实际完成", "实际值", "完成情况"),
    score=("得分", "评分", "考核得分"),
    evaluators=(("自评得分", "上级评分"), ("自评", "上级评价"), ("自我评分", "主管评分")),
    rule=("评分标准", "评分规则", "评分原则"),
    method=("考核方法", "考核措施", "数据来源"),
    note=("备注", "评分备注", "说明"),
    requirement=("考核要求/内容", "指标说明"),
    number=("序号", "编号", "指标编号"),
    category=("类别", "指标类别", "考核维度"),
    categories=(("业绩指标", "行为指标"), ("财务", "客户", "内部流程"), ("工作业绩", "工作态度")),
    points=("满分", "分值", "标准分", "总分值"),
    adjustment=("加减分", "加分项", "附加分"),
    total=("绩效考核得分", "总分", "合计", "考核总分"),
    grade=("等级", "考核等级"),
    person=("姓名", "被考核人"),
    department=("部门", "所属部门"),
    position=("岗位", "职位"),
    period=("考核周期", "考核期间"),
    evaluator=("考核人", "直接上级"),
    titles=("{department}{position}绩效考核表", "{position}关键业绩指标考核表", "KPI考核表", "{period}绩效考核表"),
    bands=(
        (
            ("远超目标", "（100-90分）"),
            ("超过目标", "（90-70分）"),
            ("达到目标", "（70-60分）"),
            ("未达目标", "（60-0分）"),
        ),
        (("优秀", "90-100"), ("良好", "80-89"), ("合格", "60-79"), ("不合格", "0-59")),
    ),
    items=(
        "服务费用率",
        "保修期服务平均次数",
        "报修处理及时率",
        "调试及时率",
        "零配件销售及时率",
        "发货差错率",
        "安装、调试、维修满意率",
        "客户拜访完成率",
        "客户投诉量",
        "投诉处理满意率",
        "报表上交及时准确率",
        "内部客户满意度",
        "服务质量",
        "MBO管理",
        "CRM录入",
        "库存合理性",
        "培训计划完成率",
        "流程标准化改善程度",
        "应收帐款坏账率及延误天数",
        "本组人员技能提高效果",
    ),
    abilities=(
        ("核心能力", ("团队合作", "应变能力", "解决问题的能力", "客户管理", "沟通能力")),
        ("参考能力", ("解决矛盾", "影响能力", "授权", "激励", "责任管理", "决策能力")),
        ("态度", ("团队协作", "关注长期目标", "承担责任", "以身作则", "严守期限")),
    ),
    rating=("评分", "评分（1-5分）", "上级评分"),
    kinds=(("目标", "实际", "差异"), ("目标值", "实际值", "差异")),
    parts=(("Part II 业绩 {0}%", "Part III 行为 {1}%"), ("一、业绩指标（{0}%）", "二、行为指标（{1}%）")),
    weight_suffix=("_p", "权重"),
    people=("张三", "李四", "王小明", "赵六", "孙丽", "周杰", "吴敏", "郑强"),
    departments=("客服部", "研发部", "客户服务部"),
    positions=("客户服务部经理", "售后工程师", "技术助理"),
)

SECOND = Wording(
    name=(
        "业绩考核指标",
        "衡量指标",
        "考核指标名称",
        "KPI名称",
        "评价指标",
        "考评指标",
        "关键指标",
        "工作指标",
        "指标项目",
    ),
    weight=("权数", "考核权重", "权重值", "权重比例", "分值权重", "KPI权重"),
    target=("指标值", "计划值", "绩效目标值", "标准值", "目标设定"),
    target_group=("目标", "计划目标", "绩效目标"),
    periods=(
        ("月", "季", "半年度", "全年"),
        ("第一季度", "第二季度"),
        ("上半年", "下半年", "全年"),
        ("1月", "2月", "3月"),
    ),
    actual=("实际完成情况", "实际达成", "完成值", "实际业绩", "达成情况", "本期实际"),
    score=("打分", "实际得分", "评定得分", "考评分", "分数"),
    evaluators=(
        ("员工自评", "直接上级评分"),
        ("本人评分", "部门经理评分"),
        ("自评分", "领导评分"),
        ("自我评价", "直属上级评价"),
    ),
    rule=("考核标准", "计分办法", "评价标准", "评分细则", "扣分标准"),
    method=("考核方式", "信息来源", "数据提供部门", "考核依据"),
    note=("评语", "扣分原因", "备注说明", "考核说明"),
    requirement=("指标定义", "具体要求", "工作要求"),
    number=("NO.", "项次", "指标序号"),
    category=("考核类别", "维度", "指标类型", "指标分类"),
    categories=(("财务类", "客户类", "学习成长类"), ("定量指标", "定性指标"), ("关键业绩", "重点工作", "能力素质")),
    points=("配分", "标准分值", "应得分", "满分值"),
    adjustment=("加扣分", "奖惩加减分", "其他加减分", "特殊加减分"),
    total=("总得分", "综合得分", "最终得分", "总计", "合计得分"),
    grade=("绩效等级", "评定等级", "考评等级"),
    person=("被考核者", "员工姓名", "被考评人"),
    department=("所在部门", "部门名称"),
    position=("岗位名称", "职务"),
    period=("考核时间", "考评周期", "考核月份"),
    evaluator=("评价人", "考评人"),
    titles=("{department}员工绩效评估表", "{position}岗位绩效考评表", "{period}绩效计分卡", "目标责任考核评分表"),
    bands=(
        (("卓越", "100-95"), ("优秀", "95-85"), ("达标", "85-60"), ("待改进", "60-0")),
        (("超出期望", "(90分以上)"), ("达到期望", "(60-90分)"), ("低于期望", "(60分以下)")),
    ),
    items=(
        "销售收入增长率",
        "合同收款额",
        "新客户开发数",
        "毛利率",
        "订单准时交付率",
        "一次交验合格率",
        "设备完好率",
        "安全事故次数",
        "人均产值",
        "采购成本降低率",
        "关键人员流失率",
        "员工培训人次",
        "预算控制偏差",
        "工单关闭平均时长",
        "知识库更新篇数",
        "质量体系审核不符合项",
        "客户转介绍率",
        "文件归档及时性",
        "部门协作",
        "项目里程碑达成",
    ),
    abilities=(
        ("专业能力", ("专业知识", "判断与决策", "计划与执行", "谈判能力", "人际沟通")),
        ("管理能力", ("领导能力", "组织协调", "下属培养", "资源配置")),
        ("工作态度", ("服从安排", "遵守制度", "主动性", "责任心", "出勤情况")),
    ),
    rating=("评定（1～5）", "直接上级评分", "得分"),
    kinds=(("计划", "完成", "偏差"), ("预算", "实际", "差额")),
    parts=(
        ("第一部分 工作业绩（占{0}%）", "第二部分 工作表现（占{1}%）"),
        ("A. 绩效目标 权重{0}%", "B. 能力态度 权重{1}%"),
    ),
    weight_suffix=("_weight", "_比重"),
    people=("陈晓东", "林 芳", "欧阳静", "何伟", "高翔", "罗丹丹", "梁宇", "宋佳"),
    departments=("工程部", "人力资源部", "华东销售区"),
    positions=("销售主管", "仓库管理员", "质检工程师"),
)

TUNING_ENGLISH = Wording(
    name=("KPI", "Indicator", "Key Performance Indicator"),
    weight=("Weight",),
    target=("Target",),
    target_group=("Target",),
    periods=(("Q1", "Q2", "Q3", "Q4"),),
    actual=("Actual",),
    score=("Score",),
    evaluators=(("Self score", "Manager score"),),
    rule=("Scoring rule",),
    method=("Data source",),
    note=("Remarks",),
    requirement=("Definition",),
    number=("No.",),
    category=("Category",),
    categories=(("Financial", "Customer"), ("Results", "Process", "Learning")),
    points=("Full marks",),
    adjustment=("Adjustment",),
    total=("Total score",),
    grade=("Grade",),
    person=("Name",),
    department=("Department",),
    position=("Position",),
    period=("Period",),
    evaluator=("Reviewer",),
    titles=("{position} performance scorecard", "KPI scorecard"),
    bands=((("Outstanding", "90-100"), ("Meets target", "70-89"), ("Below target", "0-69")),),
    items=(
        "On-time rate",
        "Customer satisfaction",
        "Complaints",
        "Revenue",
        "Error rate",
        "Training hours",
        "Cost ratio",
    ),
    abilities=(
        ("Core competencies", ("Teamwork", "Communication", "Problem solving")),
        ("Attitude", ("Reliability", "Drive")),
    ),
    rating=("Rating",),
    kinds=(("Target", "Actual", "Variance"),),
    parts=(("Part 1 Results {0}%", "Part 2 Behaviour {1}%"),),
    weight_suffix=("_p",),
    people=("Ann Lee", "Bob Ray", "Carl Wu", "Dora Fox", "Eve Orr", "Finn Dyer"),
    departments=("Service", "R&D"),
    positions=("Service manager", "Engineer"),
    english=True,
)

SECOND_ENGLISH = Wording(
    name=("Performance indicator", "KPI name", "Performance measure"),
    weight=("Weighting", "Weightage"),
    target=("Target value", "Plan"),
    target_group=("Targets", "Plan"),
    periods=(("H1", "H2"), ("Monthly", "Quarterly", "Annual")),
    actual=("Actual result", "Achieved"),
    score=("KPI score", "Marks"),
    evaluators=(("Self rating", "Supervisor rating"),),
    rule=("Scoring criteria", "Rating scale"),
    method=("Measurement method",),
    note=("Comments",),
    requirement=("Expectation",),
    number=("#",),
    category=("Perspective", "Dimension"),
    categories=(("Growth", "Quality"), ("Sales", "Service", "People")),
    points=("Max points", "Maximum score"),
    adjustment=("Bonus points", "Bonus/Penalty"),
    total=("Final score", "Overall score"),
    grade=("Overall grade", "Final grade"),
    person=("Employee name", "Employee"),
    department=("Dept.",),
    position=("Job title",),
    period=("Review period",),
    evaluator=("Supervisor", "Appraiser"),
    titles=("{department} performance appraisal", "Employee assessment form"),
    bands=((("Exceeds", "90-100"), ("Meets", "60-90"), ("Needs improvement", "0-60")),),
    items=(
        "Order fill rate",
        "New accounts",
        "Gross margin",
        "Absence days",
        "First-pass yield",
        "Ticket backlog",
        "Audit issues",
    ),
    abilities=(
        ("Competencies", ("Planning", "Judgement", "Negotiation")),
        ("Attitudes", ("Punctuality", "Initiative")),
    ),
    rating=("Score", "Level"),
    kinds=(("Plan", "Actual", "Difference"),),
    parts=(("Section A - Objectives ({0}%)", "Section B - Competencies ({1}%)"),),
    weight_suffix=("_weight", "_pct"),
    people=("Gwen Hart", "Hugo Ives", "Iris Jay", "Jon Kerr", "Kay Lund", "Leo Moss"),
    departments=("Plant 2", "Northern region"),
    positions=("Shift lead", "Buyer"),
    english=True,
)


HELD_OUT = Wording(
    name=(
        "关键考核指标",
        "KPI考核指标",
        "核心指标",
        "绩效衡量指标",
        "部门指标",
        "量化指标",
        "考评要素",
        "业绩指标名称",
    ),
    weight=("权重系数", "指标权数", "绩效权重", "所占比重", "权重分配", "考核比重"),
    target=("目标数", "期望值", "本期目标", "业绩目标", "基准值"),
    target_group=("考核目标值", "年度目标", "目标分解"),
    periods=(("上半年", "下半年"), ("7月", "8月", "9月"), ("Q1", "Q2", "Q3", "Q4"), ("月度", "年度")),
    actual=("实际数", "实际完成值", "完成结果", "实绩", "实际业绩情况", "实际结果"),
    score=("实得分", "考评得分", "单项得分", "绩效得分", "评价得分"),
    evaluators=(
        ("个人自评", "主管领导评分"),
        ("员工评分", "经理评分"),
        ("本人打分", "部门主管打分"),
        ("自评分数", "直接主管评分"),
    ),
    rule=("打分标准", "评估标准", "计分规则", "考核评分标准", "扣分细则"),
    method=("数据出处", "取数来源", "评价方法", "数据提供者"),
    note=("评分理由", "加减分原因", "备注/说明", "考核意见"),
    requirement=("指标释义", "工作标准要求", "指标解释"),
    number=("No", "№", "行号"),
    category=("考核模块", "指标大类", "考核分类", "指标组"),
    categories=(("经营指标", "管理指标"), ("效益类", "运营类", "服务类"), ("日常工作", "专项工作")),
    points=("额定分", "基准分", "权重分", "最高分"),
    adjustment=("加减分项", "奖励加分", "其他加分", "特别加分"),
    total=("考核总得分", "总评分", "加权总分", "最终总分", "考评总分"),
    grade=("绩效评级", "综合等级", "评价等级"),
    person=("受评人", "被评价人", "被考核人姓名"),
    department=("所属单位", "部门"),
    position=("职位名称", "现任职务"),
    period=("绩效周期", "考核期", "评估期间"),
    evaluator=("评估人", "考核主管"),
    titles=("{department}季度绩效评价表", "{position}KPI打分表", "{period}业绩考核卡", "干部绩效考核登记表"),
    bands=(
        (("杰出", "120-100"), ("优良", "100-80"), ("合格", "80-60"), ("不合格", "60-0")),
        (("A级", "≥90"), ("B级", "75～89"), ("C级", "60～74"), ("D级", "<60")),
    ),
    items=(
        "营业额",
        "回款及时率",
        "存货周转天数",
        "客诉处理时长",
        "样品一次通过率",
        "能耗降低率",
        "新品上市数量",
        "渠道覆盖率",
        "招聘到岗率",
        "制度执行情况",
        "团队建设",
        "费用预算执行率",
        "安全生产",
        "图纸差错次数",
        "供应商准时交货率",
        "报价响应时间",
        "培训覆盖率",
        "现场5S得分",
        "专利申请数",
        "合同评审及时率",
    ),
    abilities=(
        ("基本能力", ("学习能力", "表达能力", "执行力", "抗压能力")),
        ("通用能力", ("协作意识", "时间管理", "客户意识", "问题分析")),
        ("态度", ("敬业精神", "纪律性", "诚信", "成本意识", "服务意识")),
    ),
    rating=("考评得分", "主管评分", "评价得分"),
    kinds=(("目标", "实绩", "差距"), ("计划值", "实际完成", "完成率")),
    parts=(
        ("一、业绩考核（权重{0}%）", "二、综合评价（权重{1}%）"),
        ("第一部分：KPI考核 {0}%", "第二部分：综合素质 {1}%"),
    ),
    weight_suffix=("_w", "(权重)"),
    people=("沈一鸣", "邓小燕", "曹 阳", "彭飞", "曾志强", "萧红", "田野", "董洁"),
    departments=("质量部", "财务中心", "设备科"),
    positions=("生产调度", "会计主管", "区域经理"),
)

HELD_OUT_ENGLISH = Wording(
    name=("Key performance indicators", "Key results", "Metric"),
    weight=("Weight %", "Weights", "Wt"),
    target=("Goal value", "Budget"),
    target_group=("Plan", "Budget"),
    periods=(("Q1", "Q2"), ("Half-year", "Year")),
    actual=("Actual value", "Result"),
    score=("Points earned", "Rating"),
    evaluators=(("Self assessment", "Manager rating"),),
    rule=("Formula", "Scoring standard"),
    method=("Evidence", "Source"),
    note=("Comment",),
    requirement=("Details",),
    number=("Item no.",),
    category=("Key result area", "Section"),
    categories=(("People", "Cost"), ("Output", "Quality", "Safety")),
    points=("Points available", "Full marks"),
    adjustment=("Adjustments", "Deductions"),
    total=("Total score", "Final score"),
    grade=("Rating grade", "Grade"),
    person=("Staff name", "Name"),
    department=("Team", "Department"),
    position=("Role", "Post"),
    period=("Appraisal period", "Assessment period"),
    evaluator=("Manager", "Rater"),
    titles=("{department} KPI review", "{position} performance evaluation form"),
    bands=((("Excellent", "90-100"), ("Good", "75-89"), ("Poor", "0-74")),),
    items=(
        "Revenue per head",
        "Scrap rate",
        "Lead time",
        "Safety incidents",
        "Renewals",
        "Stock turns",
        "Call pickup rate",
    ),
    abilities=(("Core abilities", ("Analysis", "Coaching", "Delegation")), ("Attitude", ("Ownership", "Courtesy"))),
    rating=("Manager rating", "Points"),
    kinds=(("Budget", "Actual", "Delta"),),
    parts=(("Part A Results ({0}%)", "Part B Behaviours ({1}%)"),),
    weight_suffix=("_wt", "_percent"),
    people=("Mia Nash", "Ned Opal", "Ola Pike", "Pam Quin", "Ron Stark", "Sue Tate"),
    departments=("Logistics", "Support desk"),
    positions=("Dispatcher", "Analyst"),
    english=True,
)

# Written without a look at the vocabulary, after all of the above: at first sight 228 of 360 workbooks were right, and 62 of
# the others confidently wrong. The patterns were widened then (占分, 考核点, 执行结果, totals by their parts); some of its words
# mean two things on purpose (应达标准, 目标任务).
LAST = replace(
    HELD_OUT,
    name=("绩效考核内容", "考核要项", "业绩目标项", "KPI内容", "工作目标指标", "评估指标", "考核点", "绩效项目"),
    weight=("权重占比", "指标比重", "考核权数", "比重(%)", "权值", "占分比例"),
    target=("目标指标", "计划目标", "应达标准", "目标任务", "年初目标"),
    target_group=("目标要求值", "分期目标", "考核指标目标"),
    actual=("实际达成", "达成值", "完成数", "实际完成数", "达成情况", "执行结果"),
    score=("考核分", "最终得分", "核定得分", "评分结果", "得分小计"),
    evaluators=(
        ("本人自评分", "上级主管评分"),
        ("自我评价得分", "直属上级评分"),
        ("员工自评", "部门经理评分"),
        ("自评分", "领导评分"),
    ),
    rule=("评价规则", "评分细则", "考核办法", "得分标准", "扣分标准"),
    method=("资料来源", "考核依据", "数据提供部门", "统计部门"),
    note=("考核说明", "扣分原因", "评分依据", "备注说明"),
    requirement=("工作要求", "指标定义说明", "考核要点说明"),
    number=("序", "项次", "No."),
    category=("维度", "指标维度", "考核类别", "指标分类"),
    points=("标准分值", "配分", "满分值", "应得分"),
    adjustment=("奖惩加减分", "额外加分", "特殊加减分", "奖励分"),
    total=("总计得分", "合计得分", "综合得分", "本期总分", "考核合计"),
    grade=("绩效等级", "评定等级", "考核结果等级"),
    person=("员工姓名", "被评估人", "受考核人"),
    department=("所在部门", "部门名称"),
    position=("岗位名称", "职务"),
    period=("评价周期", "考核时间", "考核月份"),
    evaluator=("评价人", "直属主管"),
    titles=("{department}绩效评分表", "{position}绩效指标卡", "{period}员工考核表", "月度绩效评估表"),
)
