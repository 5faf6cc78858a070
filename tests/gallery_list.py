"""Sample lists, and what all sample pages share, for tests/gallery.py and tests/base/test_theme.py. All names and numbers are invented."""

# ruff: noqa: E501 -- the sample rows and HTML read better unbroken

from markupsafe import Markup

from app.base.screens import listpage

CUSTOMER = [{"label": "客户", "url": "/list"}, {"label": "客户资料", "url": "/list"}]
LUOYANG = "洛阳恒泰精密机械有限公司"


def _group(label, items=None, *, icon, url="/list", **more):
    links = [dict(zip(("label", "url", "current", "count", "hot"), one, strict=False)) for one in items or []]
    return {
        "label": label,
        "icon": icon,
        "url": None if items else url,
        "current": False,
        "open": bool(items),
        "items": links,
        **more,
    }


FRAME = {
    "brand": {"name": "知客", "tagline": "Zhike"},
    "menu": [
        _group("工作台", icon="layout-dashboard", url="/message"),
        _group(
            "客户",
            icon="building-community",
            items=[
                ("客户资料", "/list", True),
                ("资源池", "/empty", False, "1,024"),
                ("联系人", "/form", False),
                ("电话索引", "/conflict", False),
            ],
        ),
        _group("跟进", icon="message-circle", count="17", hot=True),
        _group("商机", icon="target-arrow", url="/empty"),
        _group(
            "服务费",
            icon="receipt-yuan",
            items=[
                ("登记", "/record"),
                ("审核", "/parts", False, "12"),
                ("流水账", "/list"),
                ("到期提醒", "/list", False, "42", True),
            ],
        ),
        _group("工单", icon="ticket", count="9"),
        _group("知识库", icon="book-2"),
        _group("会话", icon="messages", count="3"),
        _group("统计", icon="chart-histogram", items=[("服务费收入", "/list"), ("跟进汇总", "/list")], open=False),
        _group("系统管理", icon="settings", items=[("用户与部门", "/list"), ("角色与权限", "/list")], open=False),
    ],
    "quick_add": [
        {"label": "新建客户", "icon": "building-plus", "url": "/form"},
        {"label": "记录跟进", "icon": "message-plus", "url": "/form"},
        {"label": "登记服务费", "icon": "receipt-yuan", "url": "/form"},
        {"label": "新建工单", "icon": "ticket", "url": "/form"},
    ],
    "search_url": "/list",
    "bell": {"count": 7, "text": "7", "url": "/message", "panel_url": "/message", "stamp_url": "/message"},
    "user": {
        "name": "李静",
        "role": "客服主管",
        "avatar_text": "李",
        "color": "blue",
        "profile_url": "/record",
        "password_url": "/form",
        "logout_url": "/post",
    },
}

LEVELS = {"A": "indigo", "B": "blue", "C": "sky"}
STATES = {
    "意向客户": "blue",
    "长期跟进": "teal",
    "已用金蝶": "purple",
    "启新老客户": "green",
    "已用其他软件": "gray",
    "暂无需求": "gray",
}
PEOPLE = {"王丽": "teal", "陈晓东": "purple", "赵敏": "pink", "刘洋": "amber", "周婷": "green"}
ROWS = """A 洛阳恒泰精密机械有限公司 意向客户 今天09:12 今天14:30 2026-12-06 剩12天 王丽 138****5678 3 洛阳市 机械制造
B 新乡市佳禾食品商贸有限公司 长期跟进 昨天16:40 11-26周四 2027-03-18 - 陈晓东 159****0326 1 新乡市 批发零售
B 许昌瑞发纺织制品有限公司 已用金蝶 昨天11:05 11-22周日 2026-11-10 逾期14天 王丽 186****7719 2 许昌市 纺织服装
C 南阳宛美建材有限公司 启新老客户 2天前 - - - - 137****2290 1 南阳市 建筑建材
A 开封汴京文旅发展有限公司 意向客户 3天前 11-27周五 2027-01-31 - 赵敏 150****8841 5 开封市 文化旅游
B 安阳殷都冷链物流有限公司 意向客户 4天前 今天16:00 2026-12-21 剩27天 刘洋 133****6407 1 安阳市 物流仓储
C 商丘市德源粮油加工厂 已用其他软件 6天前 12-01周二 2027-06-30 - 陈晓东 139****1153 1 商丘市 农副食品
A 平顶山鹰城新能源科技有限公司 意向客户 6天前 11-21周六 2026-11-18 逾期6天 赵敏 188****9024 2 平顶山市 新能源
B 焦作云台酒店管理有限公司 长期跟进 8天前 12-03周四 2027-02-28 - 刘洋 156****3372 1 焦作市 住宿餐饮
A 信阳云雾茶业有限公司 已用金蝶 9天前 11-30周一 2027-08-15 - 王丽 135****4486 4 信阳市 农副食品
B 周口三川医疗器械有限公司 启新老客户 12天前 11-25周三 2027-04-09 - 周婷 177****5530 1 周口市 医疗器械
C 驻马店天中农机销售有限公司 暂无需求 15天前 2027-01-12 2026-12-30 剩36天 周婷 151****8067 1 驻马店市 农业机械
C 三门峡崤函果业专业合作社 已用其他软件 21天前 - 2026-10-31 逾期24天 - 158****6643 1 三门峡市 农副食品
B 漯河双沟包装印刷有限公司 长期跟进 22天前 12-08周二 2027-03-02 - 刘洋 182****7208 1 漯河市 印刷包装
B 鹤壁淇滨电子元件有限公司 意向客户 24天前 12-10周四 2027-07-14 - 周婷 153****9981 1 鹤壁市 电子信息"""

CHIP = Markup('<span class="zk-chip" data-color="{}">{}</span>')
PERSON = Markup('<span class="zk-person"><span class="zk-av" data-color="{}" aria-hidden="true">{}</span>{}</span>')
DUE = Markup('<span class="zk-due"><span class="zk-date{}">{}</span>{}</span>')
FLAG = Markup('<span class="zk-flag is-{}">{}</span>')
NOBODY = Markup('<span class="zk-muted">{}</span>').format("未分派")
PHONE = Markup('<span class="zk-phone">{}<span class="dots">****</span>{}</span>')


def _due(on, left):
    if on == "-":
        return Markup("—")
    late = left.startswith("逾期")
    flag = FLAG.format("danger" if late else "warning", left) if left != "-" else ""
    return DUE.format(" zk-danger" if late else "", on, flag)


def _row(number, line):
    rank, name, state, seen, following, due, left, who, phone, _serves, city, trade = line.split()
    person = PERSON.format(PEOPLE[who], who[0], who) if who != "-" else NOBODY
    cells = [name, CHIP.format(STATES[state], state), seen, following, _due(due, left), person]
    shown = [*map(Markup.escape, cells), PHONE.format(*phone.split("****")), Markup.escape(city), Markup.escape(trade)]
    about = {
        "id": number,
        "url": "/record",
        "edit_url": "/form",
        "level": {"text": rank, "color": LEVELS[rank], "title": f"{rank} 级客户"},
        "overdue": left.startswith("逾期"),
    }
    return listpage.row(name, shown, _actions(name)) | about


def _actions(name):
    return [
        {"label": "记录跟进", "icon": "message-plus", "url": "/form", "method": "GET"},
        {"label": "新建工单", "icon": "ticket", "url": "/form", "method": "GET"},
        {"label": "编辑", "icon": "edit", "url": "/form", "method": "GET"},
        {"label": "收回", "icon": "arrow-back-up", "url": "/post", "method": "POST", "confirm": f"收回“{name}”？"},
        {
            "label": "删除",
            "icon": "trash",
            "url": "/post",
            "method": "POST",
            "confirm": f"删除“{name}”？",
            "danger": True,
        },
    ]


def _op(code, label, arity=1, *, negated=False):
    return {"code": code, "label": label, "negated": negated, "arity": arity}


REGIONS = [
    {"value": str(n), "text": name, "sub": "河南省"}
    for n, name in enumerate(["郑州市", "洛阳市", "新乡市", "许昌市", "南阳市"])
]
ONE_OF = [_op("in", "是其中之一", "many"), _op("nin", "不是", "many", negated=True), _op("empty", "没有填", 0)]
TEXT_OPS = [_op("has", "包含"), _op("nhas", "不包含", negated=True), _op("eq", "等于")]
DATE_OPS = [_op("within", "在最近", "days"), _op("between", "介于", 2), _op("before", "早于")]
FILTER_FIELDS = [
    {
        "name": "region",
        "label": "区域",
        "icon": "map-pin",
        "kind": "relation",
        "operators": ONE_OF,
        "choices": None,
        "choices_url": "/regions",
    },
    {
        "name": "status",
        "label": "运营状态",
        "icon": "activity",
        "kind": "dictionary",
        "operators": ONE_OF,
        "choices_url": None,
        "choices": [
            {"value": "1", "label": "在营", "color": "green"},
            {"value": "2", "label": "筹建", "color": "amber"},
        ],
    },
    {
        "name": "seen",
        "label": "最近跟进",
        "icon": "calendar-time",
        "kind": "date",
        "operators": DATE_OPS,
        "choices": None,
        "choices_url": None,
    },
    {
        "name": "fee",
        "label": "服务费金额",
        "icon": "currency-yuan",
        "kind": "money",
        "operators": [_op("between", "介于", 2), _op("gt", "大于")],
    },
    {"name": "note", "label": "备注", "icon": "letter-case", "kind": "text", "operators": TEXT_OPS},
]
FILTER = (
    '{"all": [{"field": "region", "op": "nin", "value": ["0"]}, {"field": "status", "op": "in", "value": ["1", "2"]},'
    ' {"any": [{"field": "seen", "op": "within", "value": 30}, {"field": "fee", "op": "between", "value": ["3000", "20000"]},'
    ' {"field": "note", "op": "nhas", "value": "已停机"}]}]}'
)
NAMES = ["企业名称", "跟进状态", "最近跟进", "下次联系", "服务费到期", "跟进人", "联系电话", "区域", "行业"]


def _columns():
    columns = [
        {"name": f"c{n}", "label": label, "sort_url": "/list", "align": "left", "pin": n == 0}
        for n, label in enumerate(NAMES)
    ]
    columns[2]["sorted"] = "descending"
    return columns


def _segments():
    names = [
        ("全部", "10,000+"),
        ("我的", "326"),
        ("未分派", "1,024"),
        ("30 天未跟进", "5,871"),
        ("即将到期", "137"),
        ("已逾期", "42"),
    ]
    own = [
        {"label": "洛阳片区回访", "count": "218", "url": "/list", "icon": "bookmark"},
        {"label": "A 级无商机", "count": "64", "url": "/list", "icon": "users"},
    ]
    plain = [
        {"label": label, "count": count, "url": "/list", "current": label == "全部", "hot": label == "已逾期"}
        for label, count in names
    ]
    return [*plain, "-", *own]


def list_page():
    chips = [
        {"field": "区域", "op": "不是", "values": ["郑州市"], "negated": True, "remove_url": "/list", "join": "或"},
        {
            "field": "运营状态",
            "op": "是",
            "values": ["在营", "筹建"],
            "negated": False,
            "remove_url": "/list",
            "join": "或",
        },
        {"field": "最近跟进", "op": "在最近", "values": ["30 天"], "negated": False, "remove_url": "/list"},
    ]
    page = {
        "title": "客户资料",
        "count_text": "10,000+ 家",
        "crumbs": CUSTOMER[:1],
        "segments": _segments(),
        "chips": chips,
        "filter_json": FILTER,
        "filter_labels": {"region": {"0": "郑州市"}},
        "count_url": "/count",
        "fields_url": "/filter-fields",
        "columns": _columns(),
        "rows": [_row(number, line) for number, line in enumerate(ROWS.splitlines(), 1)],
        "bulk_actions": [
            {"name": "assign", "label": "分派", "icon": "user-share"},
            {"name": "take_back", "label": "收回", "icon": "arrow-back-up", "confirm": "收回选中的客户？"},
            {
                "name": "delete",
                "label": "删除",
                "icon": "trash",
                "confirm": "删除选中的客户？30 天内可恢复。",
                "danger": True,
            },
        ],
        "action_url": "/post",
        "add_url": "/form",
        "add_label": "新建客户",
        "import_url": "/parts",
        "export_urls": [{"label": "Excel", "url": "#"}, {"label": "CSV", "url": "#"}],
        "columns_url": "/post",
        "page_sizes": [25, 50, 100],
        "page_size": 50,
        "pager": {"text": "第 1–50 行，共 10,000+ 行", "next_url": "/list", "prev_url": None},
        "sort_text": "按最近跟进从新到旧",
        "clear_url": "/list",
        "save_segment_url": "/post",
        "history_url": "/record",
    }
    return {"page": page}


def empty_page():
    links = [
        {
            "label": "从跟进转来",
            "icon": "message-forward",
            "url": "/list",
            "text": "您有 6 次“意向客户”的跟进还没有转成商机",
        },
        {"label": "直接新建", "icon": "plus", "url": "/form", "text": "选一位客户，填阶段和预计金额"},
        {"label": "看部门的商机", "icon": "users", "url": "/list", "text": "客服一部有 31 个在谈"},
    ]
    page = {
        "title": "商机",
        "count_text": "0 个",
        "segments": [
            {"label": label, "count": 0, "url": "#", "current": label == "我的"}
            for label in ("我的", "本周要推进", "已赢", "已输")
        ],
        "fields_url": "/filter-fields",
        "add_url": "/form",
        "add_label": "新建商机",
        "empty": {
            "title": "还没有属于您的商机",
            "text": "客户有意向时，把那次跟进转成商机，就能在这里看进展、金额和预计成交日。",
            "next": links,
        },
    }
    return {"page": page}
