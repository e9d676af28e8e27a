"""Forms of ordinary departments of many trades; written without sight of the recogniser."""

from tests.layouts.wording import Wording

CHINESE = Wording(
    name=(
        "考核指标", "KPI指标", "指标名称", "考核项目", "关键绩效指标", "绩效指标", "评价指标",
        "关键业绩指标（KPI）", "考评项目", "重点工作任务", "考核事项", "测评指标", "衡量指标", "工作任务名称",
    ),
    weight=(
        "权重", "权重（%）", "权重%", "指标权重", "所占权重", "权重系数", "占比", "比重",
        "考核权重", "权数（%）", "KPI权重", "所占比例", "权重占比",
    ),
    target=(
        "目标值", "目标", "考核目标", "指标值", "目标值（T）", "年度目标", "计划值", "计划目标",
        "本期目标", "任务目标值", "预算目标", "目标数", "KPI目标", "责任目标值",
    ),
    target_group=(
        "目标值分解", "年度目标分解", "各期目标值", "目标分解计划", "分阶段目标", "季度目标分解", "目标进度分解",
    ),
    periods=(
        ("一季度", "二季度", "三季度", "四季度"),
        ("Q1", "Q2", "Q3", "Q4"),
        ("上半年", "下半年"),
        ("1月", "2月", "3月"),
        ("1-3月", "4-6月", "7-9月", "10-12月"),
        ("7月份", "8月份", "9月份"),
        ("第一学期", "第二学期"),
    ),
    actual=(
        "实际完成", "实际值", "完成值", "实际完成值", "完成情况", "实际达成", "实绩", "实际业绩",
        "实际结果", "本期实际", "达成值", "完成数", "实际完成情况", "目标完成情况",
    ),
    score=(
        "得分", "考核得分", "实际得分", "评分", "实得分", "考评得分", "最终得分", "评定得分",
        "核定得分", "KPI得分", "单项得分", "考核评分", "指标得分",
    ),
    evaluators=(
        ("自评", "上级评分"),
        ("自评得分", "上级评价得分"),
        ("自我评分", "直接上级评分"),
        ("员工自评", "主管评分"),
        ("自评分", "部门负责人评分"),
        ("个人自评", "领导评分"),
        ("本人评分", "科主任评分"),
        ("自评分数", "复评分数"),
        ("自我评价（分）", "经理评价（分）"),
        ("被考核人自评", "考核人评分"),
    ),
    rule=(
        "评分标准", "计分规则", "考核标准", "评分细则", "计分方法", "评分规则", "计算公式及评分标准", "扣分标准",
        "评价标准", "计分办法", "考核评分标准", "加减分标准", "评分依据及标准", "考核细则",
    ),
    method=(
        "数据来源", "信息来源", "数据提供部门", "数据提供方", "资料来源", "考核数据来源", "取数来源", "数据出处",
        "数据统计部门", "考核方式及数据来源", "检查方式", "数据采集渠道", "数据提供人",
    ),
    note=(
        "备注", "备 注", "备注说明", "其他说明", "附注", "备注栏", "特殊情况说明", "说明（备注）",
    ),
    requirement=(
        "指标说明", "指标定义", "指标解释", "工作要求", "指标释义", "定义说明", "指标描述", "具体要求",
        "考核要求", "工作内容及要求", "指标含义", "考核要点", "KPI定义",
    ),
    number=(
        "序号", "编号", "No.", "NO", "项次", "指标编号", "序", "指标代码", "KPI编号", "项目编号",
    ),
    category=(
        "指标类别", "类别", "维度", "考核维度", "指标类型", "考核类别", "分类", "KPI维度",
        "BSC维度", "考核模块", "一级指标", "指标分类", "绩效维度", "类型",
    ),
    categories=(
        ("财务类", "客户类", "内部运营类", "学习与成长类"),
        ("业绩指标", "管理指标", "能力指标", "态度指标"),
        ("医疗质量", "医疗安全", "运营效率", "患者满意度", "科研教学"),
        ("德", "能", "勤", "绩", "廉"),
        ("定量指标", "定性指标"),
        ("质量", "成本", "交期", "安全", "现场管理"),
        ("经营效益", "风险合规", "业务发展", "客户服务"),
    ),
    points=(
        "分值", "满分", "标准分", "配分", "基准分", "满分值", "标准分值", "基本分",
        "应得分", "额定分", "考核分值", "指标分值",
    ),
    adjustment=(
        "加减分项", "奖惩加减分", "加分/扣分项", "特别加减分", "附加分", "奖惩分", "其他加扣分", "重大事项加减分",
        "专项加分", "违纪扣分", "额外加减分", "加（减）分",
    ),
    total=(
        "合计", "总分", "总计", "合 计", "考核总分", "综合得分", "总得分", "得分合计",
        "最终总分", "合计得分", "总评分", "累计得分",
    ),
    grade=(
        "考核等级", "绩效等级", "等级", "评定等级", "考评等级", "评级", "考核等次", "绩效评级",
        "等次", "级别评定", "年度考核等次", "综合评级",
    ),
    person=(
        "姓名", "被考核人", "员工姓名", "被考核者", "被考核人姓名", "被评价人", "考核对象", "受评人",
        "姓 名", "被考评人", "被评估人", "受约人",
    ),
    department=(
        "部门", "所属部门", "所在部门", "科室", "部 门", "所在科室", "部门名称", "所在单位",
        "任职部门", "部门/班组", "所属支行", "被考核人部门",
    ),
    position=(
        "岗位", "职位", "职务", "岗位名称", "职 务", "现任职务", "任职岗位", "职位名称",
        "工作岗位", "岗位/职务", "被考核人职位", "所任岗位",
    ),
    period=(
        "考核周期", "考核期间", "考核月份", "考核时间", "考核期", "评估周期", "考核年度", "绩效周期",
        "考评时段", "考核季度", "评价期间", "考核起止时间",
    ),
    evaluator=(
        "考核人", "考评人", "直接上级", "评价人", "考核者", "考核负责人", "评估人", "直属主管",
        "考核人姓名", "上级主管", "发约人", "考核领导",
    ),
    titles=(
        "{period}{department}绩效考核表",
        "{position}绩效考核表",
        "{position}KPI考核表（{period}）",
        "{department}{position}月度绩效考核评分表",
        "{position}岗位绩效目标责任书",
        "{period}员工绩效评估表",
        "{department}关键绩效指标（KPI）考核表",
        "{position}绩效合约",
        "{period}{department}工作人员考核测评表",
        "{department}{position}绩效计划与评估表（{period}）",
    ),
    bands=(
        (("优", "（90-100分）"), ("良", "（80-89分）"), ("中", "（60-79分）"), ("差", "（60分以下）")),
        (("优秀", "95-100"), ("良好", "85-94"), ("合格", "70-84"), ("基本合格", "60-69"), ("不合格", "0-59")),
        (("A", "90分以上"), ("B", "80-90分"), ("C", "70-80分"), ("D", "70分以下")),
        (("卓越", "100-91分"), ("达标", "90-71分"), ("待改进", "70-0分")),
        (("好", "（100-85）"), ("较好", "（84-75）"), ("一般", "（74-60）"), ("较差", "（59-0）")),
        (("S级", "≥95分"), ("A级", "85~94分"), ("B级", "75~84分"), ("C级", "60~74分"), ("D级", "<60分")),
    ),
    items=(
        "销售收入", "回款率", "产品一次交验合格率", "生产计划达成率", "设备故障停机率", "安全事故次数",
        "单位制造成本", "库存周转天数", "采购成本降低率", "准时交货率", "客户投诉件数", "客户满意度",
        "平均住院日", "药占比", "病历甲级率", "床位使用率", "学生评教满意率", "升学率",
        "门店坪效", "商品损耗率", "会员复购率", "线上缺陷数", "版本按期发布率", "系统可用率",
        "日均存款余额", "不良贷款率", "公文办理及时率", "招聘计划完成率", "关键员工流失率", "物业费收缴率",
    ),
    abilities=(
        ("工作态度", ("责任心", "主动性", "纪律性", "敬业精神", "服务意识", "执行力度")),
        ("工作能力", ("专业知识", "沟通协调能力", "分析判断能力", "解决问题能力", "学习能力", "文字表达能力")),
        ("管理能力", ("计划与组织", "团队建设", "授权与激励", "决策能力", "下属培养")),
        ("职业素养", ("诚信正直", "保密意识", "仪容仪表", "成本意识", "廉洁自律")),
        ("价值观行为", ("客户第一", "团队协作", "拥抱变化", "追求卓越")),
    ),
    rating=(
        "评分", "评定分数", "打分", "评价得分", "测评打分", "评估分", "主管打分",
        "考评分", "评价分数",
    ),
    kinds=(
        ("目标", "实际", "差异"),
        ("计划", "实绩", "差额"),
        ("目标值", "完成值", "偏差"),
        ("预算数", "实际数", "差异数"),
        ("计划数", "完成数", "增减额"),
    ),
    parts=(
        ("一、业绩考核（{0}%）", "二、能力态度考核（{1}%）"),
        ("第一部分 关键绩效指标（权重{0}%）", "第二部分 行为评价（权重{1}%）"),
        ("A. 工作业绩（占{0}%）", "B. 综合素质（占{1}%）"),
        ("KPI考核部分（{0}%）", "工作态度部分（{1}%）"),
        ("（一）定量指标（{0}%）", "（二）定性指标（{1}%）"),
        ("Ⅰ 目标任务完成情况 {0}%", "Ⅱ 胜任力评价 {1}%"),
    ),
    weight_suffix=("权重", "（权重）", "_权重"),
    people=(
        "张丽华", "王建国", "李晓燕", "陈志强", "刘洋", "赵文博", "周雪梅", "黄俊杰", "欧阳静", "孙海峰",
    ),
    departments=(
        "生产管理部", "品质保证部", "心血管内科", "教务处", "门店运营部", "平台研发部", "公司金融部", "综合办公室",
    ),
    positions=(
        "车间主任", "质量工程师", "护士长", "班主任", "店长", "测试工程师", "客户经理", "行政专员",
    ),
)


ENGLISH = Wording(
    name=(
        "KPI", "Key Performance Indicator", "Performance Indicator", "Indicator", "Measure", "Performance Measure",
        "KPI Name", "Metric", "Goal / KPI", "Performance Metric", "Performance Objective", "Scorecard Item",
        "Assessment Item", "Key Deliverable",
    ),
    weight=(
        "Weight", "Weight (%)", "Weighting", "Weightage", "Weightage (%)", "% Weight", "KPI Weight", "Wt. %",
        "Relative Weight", "Weight in %", "Weighting Factor", "Importance (%)",
    ),
    target=(
        "Target", "Target Value", "Goal", "Annual Target", "Planned Target", "Plan", "Budget", "KPI Target",
        "Agreed Target", "Target Level", "FY Target", "Target for the Period",
    ),
    target_group=(
        "Target by Period", "Target Breakdown", "Phased Targets", "Interim Targets", "Quarterly Targets",
        "Target Schedule", "Targets for the Year",
    ),
    periods=(
        ("Q1", "Q2", "Q3", "Q4"),
        ("H1", "H2"),
        ("Jan", "Feb", "Mar"),
        ("1st Quarter", "2nd Quarter", "3rd Quarter", "4th Quarter"),
        ("First Half", "Second Half"),
        ("Fall Term", "Spring Term", "Summer Term"),
        ("July", "August", "September"),
    ),
    actual=(
        "Actual", "Actual Result", "Result", "Achievement", "Actual Value", "Actual Performance", "Achieved",
        "YTD Actual", "Result Achieved", "Actual Achievement", "Outcome", "Actual for the Period",
    ),
    score=(
        "Score", "Score Awarded", "Final Score", "KPI Score", "Points Earned", "Marks Obtained", "Points Awarded",
        "Score Achieved", "Performance Score", "Score Given", "Item Score",
    ),
    evaluators=(
        ("Self Score", "Manager Score"),
        ("Self-Assessment", "Supervisor Assessment"),
        ("Self Rating", "Supervisor Rating"),
        ("Employee Score", "Line Manager Score"),
        ("Employee Rating", "Manager Rating"),
        ("Self-Evaluation", "Superior's Evaluation"),
        ("Appraisee Score", "Appraiser Score"),
        ("Own Score", "Head of Department Score"),
        ("Self Appraisal", "Reviewer's Appraisal"),
    ),
    rule=(
        "Scoring Criteria", "Scoring Rule", "Scoring Standard", "Rating Criteria", "Scoring Method", "Scoring Guide",
        "How Points Are Awarded", "Scoring Formula", "Basis of Scoring", "Evaluation Standard", "Score Calculation",
        "Marking Scheme",
    ),
    method=(
        "Data Source", "Source of Data", "Source", "Data Provided By", "Measured By", "How Measured",
        "Means of Verification", "Source of Information", "Data Owner", "Measurement Source", "Evidence Source",
        "Reporting System",
    ),
    note=(
        "Remarks", "Notes", "Comments", "Remark", "Note", "Additional Comments", "Other Remarks", "Comments / Remarks",
    ),
    requirement=(
        "Description", "Definition", "KPI Definition", "KPI Description", "Explanation", "Work Requirements",
        "Indicator Definition", "Performance Expectations", "What Is Expected", "Details of the KPI",
        "Requirement", "Scope and Definition",
    ),
    number=(
        "No.", "#", "S/N", "Item No.", "KPI No.", "Ref.", "Sl. No.", "KPI ID", "Code", "KPI Code",
    ),
    category=(
        "Category", "Perspective", "KPI Category", "Dimension", "Type", "BSC Perspective", "Focus Area",
        "KPI Type", "Area", "KPI Group", "Balanced Scorecard Perspective", "Strategic Theme",
    ),
    categories=(
        ("Financial", "Customer", "Internal Process", "Learning & Growth"),
        ("Quality", "Cost", "Delivery", "Safety", "People"),
        ("Quantitative", "Qualitative"),
        ("Patient Care", "Patient Safety", "Operations", "Staff Development"),
        ("Business Growth", "Risk & Compliance", "Client Service"),
        ("Teaching", "Research", "Service"),
        ("Sales", "Store Standards", "Inventory", "Team"),
    ),
    points=(
        "Max Points", "Maximum Score", "Full Marks", "Max. Score", "Points Available", "Maximum Marks",
        "Possible Points", "Total Points Possible", "Max Marks", "Full Score", "Allocated Points",
    ),
    adjustment=(
        "Bonus / Penalty Points", "Bonus Points", "Adjustment", "Additional Points", "Deductions",
        "Merit / Demerit Points", "Extra Points", "Score Adjustment", "Penalty Points", "Bonus and Deductions",
    ),
    total=(
        "Total", "Total Score", "Overall Score", "Grand Total", "Sum", "Total Points", "Overall Total",
        "Total Weighted Score", "Final Total", "TOTAL SCORE",
    ),
    grade=(
        "Grade", "Overall Rating", "Performance Grade", "Final Rating", "Performance Rating", "Rating Level",
        "Performance Level", "Overall Grade", "Appraisal Grade", "Performance Band",
    ),
    person=(
        "Name", "Employee Name", "Employee", "Name of Employee", "Appraisee", "Staff Name", "Staff Member",
        "Name of Appraisee", "Full Name", "Ratee", "Associate Name", "Team Member",
    ),
    department=(
        "Department", "Dept.", "Division", "Department / Unit", "Business Unit", "Section", "Department Name",
        "Unit", "Branch / Department", "Office / Division", "Department / Team",
    ),
    position=(
        "Position", "Job Title", "Title", "Designation", "Role", "Position Title", "Post", "Job Position",
        "Current Position", "Job Role",
    ),
    period=(
        "Review Period", "Appraisal Period", "Assessment Period", "Period", "Evaluation Period", "Rating Period",
        "Performance Period", "Period Under Review", "Review Cycle", "Performance Year", "Reporting Period",
    ),
    evaluator=(
        "Appraiser", "Reviewer", "Evaluator", "Supervisor", "Line Manager", "Assessed By", "Name of Appraiser",
        "Reviewing Manager", "Rater", "Reporting Manager", "Immediate Supervisor", "Reviewed By",
    ),
    titles=(
        "Performance Appraisal Form",
        "{position} KPI Scorecard",
        "{department} Performance Review {period}",
        "Employee Performance Evaluation - {position}",
        "{position} Performance Scorecard ({period})",
        "{period} Performance Assessment Form - {department}",
        "Individual Performance Agreement: {position}, {department}",
        "KPI Assessment Sheet {period}",
        "{department} Staff Appraisal",
    ),
    bands=(
        (("Outstanding", "90-100"), ("Good", "75-89"), ("Satisfactory", "60-74"), ("Unsatisfactory", "0-59")),
        (("Excellent", "(95-100)"), ("Very Good", "(85-94)"), ("Good", "(75-84)"), ("Fair", "(60-74)"), ("Poor", "(0-59)")),
        (("A", "90 and above"), ("B", "80-89"), ("C", "70-79"), ("D", "below 70")),
        (("Exceeds Expectations", "86-100 pts"), ("Meets Expectations", "66-85 pts"), ("Below Expectations", "0-65 pts")),
        (("Exceptional", "100-91%"), ("Strong", "90-81%"), ("Developing", "80-61%"), ("Needs Improvement", "60-0%")),
    ),
    items=(
        "Sales Revenue", "Gross Margin", "Collection Rate", "Budget Variance", "First Pass Yield",
        "On-Time Delivery", "Overall Equipment Effectiveness", "Scrap Rate", "Lost Time Injuries",
        "Inventory Turnover", "Purchase Cost Savings", "Customer Complaints", "Net Promoter Score",
        "Average Length of Stay", "Bed Occupancy Rate", "Medication Errors", "Student Pass Rate",
        "Course Evaluation Average", "Sales per Square Foot", "Shrinkage", "Average Basket Size",
        "System Uptime", "Sprint Commitment Met", "Escaped Defects", "Average Ticket Resolution Time",
        "Deposit Growth", "Non-Performing Loan Ratio", "Permit Processing Time", "Time to Fill Vacancies",
        "Staff Turnover",
    ),
    abilities=(
        ("Core Competencies", ("Communication", "Teamwork", "Problem Solving", "Customer Focus", "Adaptability")),
        ("Work Attitude", ("Initiative", "Reliability", "Attendance and Punctuality", "Commitment", "Cooperation")),
        ("Leadership", ("Coaching and Developing Others", "Delegation",
         "Decision Making", "Strategic Thinking", "Managing Change")),
        ("Job Skills", ("Job Knowledge", "Quality of Work",
         "Planning and Organizing", "Attention to Detail", "Use of Technology")),
        ("Values and Conduct", ("Integrity", "Respect for Others", "Accountability", "Confidentiality")),
    ),
    rating=(
        "Rating", "Rating (1-5)", "Competency Rating", "Rating Given", "Points Given", "Assessor's Rating",
        "Rating Score", "Competency Score", "Behaviour Rating",
    ),
    kinds=(
        ("Target", "Actual", "Variance"),
        ("Plan", "Actual", "Difference"),
        ("Budget", "Actual", "Over/(Under)"),
        ("Goal", "Result", "Gap"),
        ("Planned", "Achieved", "Deviation"),
    ),
    parts=(
        ("Part A: Key Performance Indicators ({0}%)", "Part B: Competencies ({1}%)"),
        ("Section 1 - Business Results ({0}%)", "Section 2 - Behaviours ({1}%)"),
        ("I. Objectives (weight {0}%)", "II. Skills and Conduct (weight {1}%)"),
        ("KPI Performance - {0}%", "Core Values - {1}%"),
        ("1. What Was Achieved ({0}%)", "2. How It Was Achieved ({1}%)"),
    ),
    weight_suffix=(" Weight", " (Weight)", " Wt. %"),
    people=(
        "Sarah Mitchell", "David Okafor", "Priya Nair", "James Whitfield", "Maria Gonzalez", "Tom Becker",
        "Aisha Rahman", "Kevin O'Brien", "Linda Chow", "Robert Hayes",
    ),
    departments=(
        "Production", "Quality Assurance", "Nursing Services", "Student Affairs", "Store Operations",
        "Platform Engineering", "Retail Banking", "Human Resources",
    ),
    positions=(
        "Shift Supervisor", "Quality Engineer", "Ward Manager", "Academic Advisor", "Store Manager",
        "Software Engineer", "Relationship Manager", "HR Officer",
    ),
)
