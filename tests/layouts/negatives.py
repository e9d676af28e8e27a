"""Sheets that are no assessment: invoices, weekly reports, statistics, attendance, sports scores, job descriptions."""

from __future__ import annotations

from random import Random

from .canvas import Canvas, Value, workbook

_GOODS = ("打印纸", "硒鼓", "螺栓M8", "轴承6204", "包装箱", "网线", "显示器", "滤芯")
_PEOPLE = ("张三", "李四", "王小明", "赵六", "孙丽", "周杰", "吴敏", "郑强", "陈晓东", "何伟")
_TASKS = ("完成季度报告", "客户回访", "系统升级", "合同评审", "现场安装", "数据核对", "培训准备", "方案讨论")
_DEPARTMENTS = ("客服部", "研发部", "市场部", "财务部")


def _invoice(r: Random, c: Canvas) -> None:
    c.put(1, 1, r.choice(("增值税发票清单", "采购订单", "送货单", "报价单", "INVOICE")))
    c.line(
        3,
        1,
        [
            "序号",
            r.choice(("货物名称", "品名", "项目名称", "项目")),
            "规格型号",
            "单位",
            "数量",
            "单价",
            "金额",
            r.choice(("税率", "备注")),
        ],
    )
    for i in range(r.randint(3, 12)):
        n, p = r.randint(1, 50), r.randint(5, 900)
        c.line(
            4 + i,
            1,
            [i + 1, r.choice(_GOODS), f"A{r.randint(1, 99)}", r.choice(("个", "箱", "台")), n, p, n * p, "13%"],
        )
    c.line(c.last_row + 1, 1, ["合计", None, None, None, None, None, 99999])


def _weekly(r: Random, c: Canvas) -> None:
    c.put(1, 1, f"{r.choice(_DEPARTMENTS)}工作周报（第{r.randint(1, 52)}周）")
    c.line(2, 1, ["姓名", r.choice(_PEOPLE), "部门", r.choice(_DEPARTMENTS), "日期", "2026-09-18"])
    c.line(
        3,
        1,
        [
            "序号",
            r.choice(("工作内容", "工作任务", "任务", "重点工作")),
            "责任人",
            r.choice(("计划完成时间", "截止日期")),
            r.choice(("完成情况", "进度")),
            "备注",
        ],
    )
    for i in range(r.randint(3, 9)):
        c.line(
            4 + i,
            1,
            [
                i + 1,
                r.choice(_TASKS),
                r.choice(_PEOPLE),
                f"9月{r.randint(1, 30)}日",
                r.choice(("已完成", "80%", "进行中", 0.5)),
                None,
            ],
        )
    c.put(c.last_row + 2, 1, "下周计划：")
    for i in range(2):
        c.line(c.last_row + 1, 1, [i + 1, r.choice(_TASKS)])


def _statistics(r: Random, c: Canvas) -> None:
    c.put(1, 1, r.choice(("各地区销售统计表", "2026年产量统计", "网站访问统计", "Monthly sales report")))
    kind = r.randrange(3)
    if kind == 0:
        c.line(2, 1, ["地区", *(f"{m}月" for m in range(1, 13)), "合计", "占比"])
        for i in range(r.randint(3, 8)):
            row = [r.randint(100, 999) for _ in range(12)]
            c.line(3 + i, 1, [r.choice(("华东", "华南", "华北", "西南")), *row, sum(row), f"{r.randint(5, 40)}%"])
    elif kind == 1:
        c.line(2, 1, ["指标", "2024年", "2025年", "2026年", "同比", "增长率"])
        for name in r.sample(("营业收入", "利润总额", "用户数", "员工人数", "研发投入", "市场份额"), 4):
            c.line(
                c.last_row + 1, 1, [name, r.randint(100, 900), r.randint(100, 900), r.randint(100, 900), "12%", 0.12]
            )
    else:
        c.line(2, 1, ["项目", "数量", "占比", "排名"])
        for i in range(5):
            c.line(3 + i, 1, [r.choice(_GOODS), r.randint(1, 90), f"{r.randint(1, 40)}%", i + 1])


def _budget(r: Random, c: Canvas) -> None:
    c.put(1, 1, r.choice(("2026年费用预算执行表", "部门预算与实际对照表", "Budget versus actual")))
    c.line(2, 1, ["科目", "类别", *(f"{m}月" for m in range(1, 7))])
    for name in r.sample(("差旅费", "办公费", "招待费", "租赁费", "水电费"), 3):
        for kind in ("预算", "实际", "差异"):
            c.line(
                c.last_row + 1, 1, [name if kind == "预算" else None, kind, *(r.randint(100, 9000) for _ in range(6))]
            )


def _attendance(r: Random, c: Canvas) -> None:
    c.put(1, 1, f"{r.randint(1, 12)}月份{r.choice(('考勤表', '员工考勤统计', '加班统计表'))}")
    c.line(2, 1, ["序号", "姓名", "部门", "应出勤", "实出勤", "迟到", "早退", "请假", "加班", "备注"])
    for i in range(r.randint(4, 15)):
        c.line(
            3 + i,
            1,
            [
                i + 1,
                r.choice(_PEOPLE),
                r.choice(_DEPARTMENTS),
                22,
                r.randint(18, 22),
                r.randint(0, 3),
                0,
                r.randint(0, 4),
                r.randint(0, 20),
                None,
            ],
        )


def _sports(r: Random, c: Canvas) -> None:
    c.put(1, 1, r.choice(("篮球联赛技术统计", "羽毛球比赛得分表", "Cricket score sheet", "运动会成绩")))
    if r.random() < 0.5:
        c.line(2, 1, ["球员", "号码", "得分", "篮板", "助攻", "失误"])
        for i in range(8):
            c.line(
                3 + i,
                1,
                [r.choice(_PEOPLE), i + 4, r.randint(0, 30), r.randint(0, 12), r.randint(0, 9), r.randint(0, 5)],
            )
    else:
        c.line(2, 1, ["Batsman", "Runs", "Balls", "4s", "6s", "Strike rate"])
        for name in ("Smith", "Root", "Kohli", "Babar"):
            c.line(
                c.last_row + 1, 1, [name, r.randint(0, 120), r.randint(1, 90), r.randint(0, 9), r.randint(0, 5), 88.5]
            )
        c.line(c.last_row + 1, 1, ["Total", 302])


def _grades(r: Random, c: Canvas) -> None:
    c.put(1, 1, "期末考试成绩表")
    c.line(2, 1, ["学号", "姓名", "语文", "数学", "英语", "总分", "名次"])
    for i in range(8):
        marks = [r.randint(50, 100) for _ in range(3)]
        c.line(3 + i, 1, [f"2026{i:03}", r.choice(_PEOPLE), *marks, sum(marks), i + 1])


def _payroll(r: Random, c: Canvas) -> None:
    c.put(1, 1, "工资发放表")
    c.line(2, 1, ["姓名", "部门", "基本工资", "绩效工资", "社保", "实发工资"])
    for i in range(6):
        c.line(
            3 + i,
            1,
            [r.choice(_PEOPLE), r.choice(_DEPARTMENTS), 5000, r.randint(500, 3000), -420, r.randint(5000, 9000)],
        )


def _portfolio(r: Random, c: Canvas) -> None:
    c.line(1, 1, ["股票名称", "股票代码", "持仓", "权重", "收益率"])
    for i in range(5):
        c.line(
            2 + i, 1, [f"股份{i}", f"60{r.randint(1000, 9999)}", r.randint(100, 9000), "20%", f"{r.randint(-9, 20)}%"]
        )


def _schedule(r: Random, c: Canvas) -> None:
    c.put(1, 1, r.choice(("项目进度计划", "会议纪要", "培训签到表")))
    c.line(2, 1, ["任务", "负责人", "开始日期", "结束日期", "工期", "完成率"])
    for i in range(6):
        c.line(
            3 + i,
            1,
            [
                r.choice(_TASKS),
                r.choice(_PEOPLE),
                "2026-09-01",
                "2026-09-30",
                r.randint(1, 20),
                f"{r.randint(0, 100)}%",
            ],
        )


def _articles(r: Random, c: Canvas) -> None:
    c.line(1, 1, ["标题", "作者", "发布时间", "阅读量", "点赞", "评分"])
    for i in range(6):
        c.line(
            2 + i,
            1,
            [f"第{i}篇文章", r.choice(_PEOPLE), "2026-09-01", r.randint(10, 9999), r.randint(0, 99), r.randint(1, 10)],
        )


def _quiz(r: Random, c: Canvas) -> None:
    c.put(1, 1, "岗位知识测验试卷")
    c.line(2, 1, ["题号", "题目", "分值", "得分"])
    for i in range(8):
        c.line(3 + i, 1, [i + 1, f"简述{r.choice(_TASKS)}的要点", 10, None])


def _directory(r: Random, c: Canvas) -> None:
    c.line(1, 1, ["姓名", "部门", "职务", "联系电话", "邮箱"])
    for i in range(6):
        c.line(2 + i, 1, [r.choice(_PEOPLE), r.choice(_DEPARTMENTS), "专员", "13800000000", "a@b.cn"])


_DUTIES = (
    "负责部门日常管理工作",
    "制定年度工作计划并组织实施",
    "核心能力：沟通、协调、执行",
    "考核重点：客户满意度",
    "任职资格：本科以上学历，三年以上工作经验",
    "考核指标：销售收入、利润率、合同收款额",
    "权限：对下属员工的考核权",
    "职位等级：",
    "所辖人数：12人",
)


def _duties(r: Random, c: Canvas) -> None:
    c.put(1, 1, r.choice(("客户服务部经理职位说明书", "售后服务部部长职位描述", "客服专员岗位职责说明书")))
    c.line(2, 1, ["职位名称", "客户服务部经理", "所属部门", "客户服务部"])
    c.line(3, 1, ["直接上级", "总经理", "薪酬类型", None])
    c.put(4, 1, "一、岗位职责")
    for i in range(r.randint(4, 12)):
        c.line(5 + i, 1, [f"{i + 1}、", r.choice(_DUTIES)] if r.random() < 0.5 else [f"{i + 1}. {r.choice(_DUTIES)}"])
    c.put(c.last_row + 1, 1, "素质与能力:")
    for text in r.sample(("团队合作", "应变能力", "沟通能力", "责任心"), 3):
        c.put(c.last_row + 1, 1, text)


def _timesheet(r: Random, c: Canvas) -> None:
    """Hours by day, with a row of sums under them."""
    c.put(1, 1, r.choice(("项目工时表", "员工工时记录表", "Weekly timesheet")))
    c.line(2, 1, ["序号", "项目", "工作内容", *("一二三四五"), "合计", "占比"])
    hours = [[r.randint(0, 8) for _ in range(5)] for _ in range(r.randint(3, 7))]
    whole = sum(map(sum, hours)) or 1
    for i, line in enumerate(hours):
        share = round(sum(line) / whole * 100)
        c.line(3 + i, 1, [i + 1, f"项目{i + 1}", r.choice(_TASKS), *line, sum(line), f"{share}%"])
    c.line(c.last_row + 1, 1, ["合计", None, None, None, None, None, None, None, whole])


def _shares_of_budget(r: Random, c: Canvas) -> None:
    """A budget by heading whose percentages sum to 100, with what was spent."""
    c.put(1, 1, r.choice(("2026年部门费用预算分配表", "市场推广预算", "Budget allocation")))
    heads = r.choice((("费用项目", "预算", "占比", "已使用", "说明"), ("科目", "占比", "金额", "执行情况", "备注"),
                      ("Item", "Budget", "Share", "Spent", "Comment")))  # fmt: skip
    c.line(2, 1, list(heads))
    names = r.sample(("差旅费", "办公费", "招待费", "租赁费", "水电费", "广告费", "培训费"), 4)
    cuts = sorted(r.sample(range(1, 20), 3))
    parts = [5 * (b - a) for a, b in zip([0, *cuts], [*cuts, 20], strict=True)]
    for i, (name, part) in enumerate(zip(names, parts, strict=True)):
        values: dict[str, Value] = {"占比": part / 100, "Share": part / 100, "说明": None, "备注": None, "Comment": None}
        row = [name, *(values.get(head, r.randint(10, 99) * 100) for head in heads[1:])]
        for k, value in enumerate(row):
            c.put(3 + i, 1 + k, value, "0%" if isinstance(value, float) else "")
    c.line(c.last_row + 1, 1, ["合计", 100000])


def _exam(r: Random, c: Canvas) -> None:
    """Marks of a class: parts of the final mark with their percentages, one pupil per row."""
    c.put(1, 1, r.choice(("高一（3）班期中考试成绩登记表", "学生成绩单", "课程成绩汇总", "Class marks")))
    c.line(2, 1, ["学号", "学生姓名", "平时成绩", "期中成绩", "期末成绩", "总评成绩", "备注"])
    for i in range(r.randint(5, 12)):
        marks = [r.randint(50, 100) for _ in range(3)]
        c.line(3 + i, 1, [f"2026{i:03}", r.choice(_PEOPLE), *marks, round(sum(marks) / 3, 1), None])
    c.line(c.last_row + 1, 1, ["平均", None, 75, 76, 77, 76])


def _survey(r: Random, c: Canvas) -> None:
    """Results of a questionnaire: answers in percent, and a mean per question."""
    c.put(1, 1, r.choice(("员工满意度调查结果统计", "客户问卷调查汇总", "Survey results")))
    c.line(2, 1, ["序号", r.choice(("问题", "调查项目", "题目")), "非常满意", "满意", "一般", "不满意", "平均分"])
    for i, text in enumerate(r.sample(("工作环境", "薪酬福利", "食堂", "培训机会", "直接上级", "办公设备"), 4)):
        cuts = sorted(r.sample(range(1, 20), 3))
        parts = [5 * (b - a) for a, b in zip([0, *cuts], [*cuts, 20], strict=True)]
        c.line(3 + i, 1, [i + 1, text, *(f"{part}%" for part in parts), round(r.uniform(2, 5), 1)])


def _courses(r: Random, c: Canvas) -> None:
    """A plan of studies: credits, hours and how much each kind of work counts."""
    c.put(1, 1, r.choice(("2026级教学计划", "课程设置一览表", "Course plan")))
    c.line(2, 1, ["课程编号", "课程名称", "学分", "学时", r.choice(("考试占比", "学分比重", "平时占比")), "考核方式", "开课学期"])
    cuts = sorted(r.sample(range(1, 20), 4))
    parts = [5 * (b - a) for a, b in zip([0, *cuts], [*cuts, 20], strict=True)]
    for i, (name, part) in enumerate(zip(("高等数学", "大学英语", "线性代数", "程序设计", "体育"), parts, strict=True)):
        c.line(3 + i, 1, [f"C{i:03}", name, r.randint(1, 5), r.choice((32, 48, 64)), f"{part}%",
                          r.choice(("考试", "考查")), r.randint(1, 4)])  # fmt: skip


def _bids(r: Random, c: Canvas) -> None:
    """Bids side by side."""
    c.put(1, 1, r.choice(("投标单位比价表", "方案比选表", "Supplier comparison")))
    c.line(2, 1, ["序号", "比较内容", "甲公司", "乙公司", "丙公司", "单位"])
    for i, text in enumerate(("报价", "交货期", "付款方式", "质保期")):
        c.line(3 + i, 1, [i + 1, text, *(r.randint(10, 900) for _ in range(3)), r.choice(("万元", "天", "月"))])


KINDS = (
    _invoice, _weekly, _statistics, _budget, _attendance, _sports, _grades, _payroll, _portfolio, _schedule, _articles,
    _quiz, _directory, _duties, _timesheet, _shares_of_budget, _exam, _survey, _courses, _bids,
)  # fmt: skip


def negative(seed: int) -> bytes:
    """A workbook of one to three sheets without any assessment."""
    random = Random(f"negative-{seed}")
    return workbook([decoy_sheet(random, f"Sheet{i + 1}") for i in range(random.randint(1, 3))])


def decoy_sheet(random: Random, name: str) -> Canvas:
    """A sheet of some other kind, anywhere on the sheet."""
    canvas = Canvas(name)
    random.choice(KINDS)(random, canvas)
    down, right = random.choice((0, 0, 2, 20)), random.choice((0, 0, 1, 3))
    canvas.cells = {(row + down, col + right): value for (row, col), value in canvas.cells.items()}
    return canvas


def decoy_beside(random: Random, canvas: Canvas, english: bool) -> None:
    """A scale of grades beside a table."""
    row, col = random.randint(2, 8), canvas.last_col + 2
    heads: list[Value] = ["Grade", "From"] if english else ["等级", "分数"]
    canvas.line(row, col, heads)
    scale = (
        (("A", "90-100"), ("B", "80-89"), ("C", "60-79"))
        if english
        else (("优", "90-100"), ("良", "80-89"), ("中", "70-79"))
    )
    for i, line in enumerate(scale):
        canvas.line(row + 1 + i, col, list(line))
