"""Sample pages for tests/gallery.py and tests/base/test_theme.py. All names and numbers are invented."""

# ruff: noqa: E501 -- the sample rows and HTML read better unbroken

from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import BooleanField, DateField, PasswordField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired

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
    "inbox_url": "/message",
    "unread": 7,
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
    return {
        "id": number,
        "url": "/record",
        "edit_url": "/form",
        "label": name,
        "level": {"text": rank, "color": LEVELS[rank], "title": f"{rank} 级客户"},
        "cells": [
            *map(Markup.escape, cells),
            PHONE.format(*phone.split("****")),
            Markup.escape(city),
            Markup.escape(trade),
        ],
        "overdue": left.startswith("逾期"),
        "actions": [
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
        ],
    }


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
        "filter_fields": FILTER_FIELDS,
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
        "columns_menu": [{"name": f"c{n}", "label": label, "shown": n != 8} for n, label in enumerate(NAMES)],
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
        "filter_fields": FILTER_FIELDS,
        "add_url": "/form",
        "add_label": "新建商机",
        "empty": {
            "title": "还没有属于您的商机",
            "text": "客户有意向时，把那次跟进转成商机，就能在这里看进展、金额和预计成交日。",
            "next": links,
        },
    }
    return {"page": page}


TIMELINE = Markup("""<section class="zk-card"><header class="zk-card-head"><h2>时间线</h2></header><div class="zk-timeline"><h3 class="zk-day">11-18 周三</h3><ol>
<li class="zk-event"><span class="ic" data-color="green"><svg class="ti" aria-hidden="true"><use href="/static/vendor/icons.svg#ti-receipt-yuan"/></svg></span><div class="hd"><b class="zk-strong">马会敏</b> 审核通过服务费 <b class="zk-strong zk-num">¥12,800.00</b></div><time>16:20</time></li>
<li class="zk-event is-last"><span class="ic" data-color="gray"><svg class="ti" aria-hidden="true"><use href="/static/vendor/icons.svg#ti-edit"/></svg></span><div class="hd"><b class="zk-strong">王丽</b> 改了 2 个字段</div><time>11:02</time><div class="tx">地址：涧西区<del>中州西路 26 号</del> <ins>丽春西路 18 号 A 座 903</ins>；级别：<del>B</del> <ins>A</ins></div></li></ol></div></section>""")
CONTACTS = Markup("""<ul class="zk-items"><li><div class="grow"><b class="zk-strong">刘志远</b> <span class="zk-cap">法人</span></div><span class="zk-phone">138****5678</span></li>
<li><div class="grow"><b class="zk-strong">孙晓梅</b> <span class="zk-cap">财务</span></div><span class="zk-phone">186****7719</span></li></ul>""")


def record_page():
    figures = [
        ("服务费到期", DUE.format("", "2026-12-06", FLAG.format("warning", "剩 12 天")), None),
        ("未结工单", "2", "1 张将超时"),
        ("在谈商机", "¥86,000.00", "1 个"),
        ("累计服务费", "¥128,400.00", "6 年"),
        ("下次联系", Markup('<span class="zk-accent">今天 14:30</span>'), None),
        ("主要电话", PHONE.format("138", "5678"), None),
    ]
    tabs = [
        ("概览", None),
        ("联系人", 3),
        ("跟进", 28),
        ("商机", 2),
        ("服务费", 6),
        ("工单", 9),
        ("文件", 14),
        ("历史", 57),
    ]
    fields = [("注册日期", "2011-06-14"), ("来源", "展会"), ("使用软件", "旧版 ERP · 18 站点"), ("上级企业", None)]
    address = {"label": "详细地址", "value": "洛阳市涧西区丽春西路 18 号 A 座 903", "span": True}
    page = {
        "title": LUOYANG,
        "crumbs": CUSTOMER,
        "avatar_text": "恒",
        "level": {"text": "A", "color": "indigo", "title": "A 级客户"},
        "chips": [
            {"text": "意向客户", "color": "blue"},
            {"text": "在营", "color": "green", "dot": True},
            {"text": "月结", "line": True},
        ],
        "facts": [
            {"text": "91410300MA9K2R4TH8", "copy": True},
            {"icon": "map-pin", "text": "洛阳市 涧西区"},
            {"icon": "category", "text": "机械制造"},
            {"text": PERSON.format("teal", "王", "王丽")},
        ],
        "figures": [{"k": k, "v": v, "s": s} for k, v, s in figures],
        "tabs": [{"label": label, "count": count, "url": "#", "current": label == "概览"} for label, count in tabs],
        "actions": [
            {"label": "编辑", "icon": "edit", "url": "/form", "method": "GET"},
            {"label": "新建工单", "icon": "ticket", "url": "/form", "method": "GET"},
            {"label": "收回", "icon": "arrow-back-up", "url": "/post", "method": "POST", "confirm": "收回这位客户？"},
            {
                "label": "删除",
                "icon": "trash",
                "url": "/post",
                "method": "POST",
                "confirm": "删除这位客户？",
                "danger": True,
            },
            {"label": "记录跟进", "icon": "message-plus", "url": "/form", "primary": True, "method": "GET"},
        ],
        "sections": [{"title": "基本资料", "fields": [{"label": k, "value": v} for k, v in fields] + [address]}],
        "aside": [
            {
                "title": "联系人",
                "count": 2,
                "action": {"label": "加联系人", "url": "/form", "icon": "plus"},
                "html": CONTACTS,
            },
            {"title": "关联企业", "count": 2, "action": {"label": "全部 2", "url": "/list"}, "html": CONTACTS},
        ],
        "body": TIMELINE,
        "prev_url": None,
        "next_url": "/record",
    }
    return {"page": page}


class CustomerForm(FlaskForm):
    name = StringField("企业名称", validators=[DataRequired("请填企业名称")])
    code = StringField("企业社会信用码", validators=[DataRequired("末位校验码不对：应为 8，请核对营业执照。")])
    region = SelectField(
        "区域", choices=[("1", "洛阳市")], render_kw={"data-search-url": "/regions"}, validators=[DataRequired()]
    )
    founded = DateField("注册日期")
    status = SelectField("运营状态", choices=[("1", "在营"), ("2", "筹建"), ("3", "停业")])
    address = StringField("详细地址", render_kw={"data-span": "1"})
    tags = SelectMultipleField(
        "标签",
        choices=[("1", "老客户"), ("2", "ERP 换型"), ("3", "月结")],
        render_kw={"data-search": "1"},
        description="回车添加",
    )
    fee = StringField("年服务费（元）", render_kw={"class": "num"})
    shared = BooleanField("允许与别的企业共用电话")
    password = PasswordField("操作密码")
    note = TextAreaField("备注")


def form_page(*, wrong=True):
    form = CustomerForm(name=LUOYANG, tags=["1"], fee="12,800.00", status="1", region="1")
    if wrong:
        form.code.errors = ["末位校验码不对：应为 8，请核对营业执照。"]
        form.founded.errors = ["没有 2011 年 6 月 31 日。可写 2011-6-30。"]
    page = {
        "title": "编辑",
        "crumbs": [*CUSTOMER, {"label": LUOYANG, "url": "/record"}],
        "sections": [
            {"id": "s1", "title": "基本资料", "fields": ["name", "code", "region", "founded", "status", "address"]},
            {"id": "s2", "title": "业务", "help": "只有主管能改金额", "fields": ["tags", "fee", "shared", "password"]},
            {"id": "s3", "title": "备注与附件", "fields": ["note"]},
        ],
        "cancel_url": "/record",
        "submit_label": None,
        "extra_submits": [{"name": "next", "label": "保存并下一家"}],
        "action_url": "/post",
        "warnings": {"name": "与“洛阳恒泰精密机械公司”相似 96%，可能是同一家。"},
    }
    return {"page": page, "form": form}


def _both(name, label, before, theirs, mine):
    html = Markup("<del>{}</del> <ins>{}</ins>")
    sides = {
        "theirs": html.format(before, theirs),
        "mine": html.format(before, mine),
        "theirs_value": theirs,
        "mine_value": mine,
    }
    return {"name": name, "label": label, "before": before, **sides}


def conflict_page():
    changed = Markup("<del>{}</del> <ins>{}</ins>")
    page = {
        "title": "保存有冲突",
        "crumbs": [*CUSTOMER, {"label": LUOYANG, "url": "/record"}],
        "who": "陈晓东",
        "when": "10:31",
        "both": [
            _both("status", "跟进状态", "意向客户", "长期跟进", "已用金蝶"),
            _both("phone", "财务电话", "186****7719", "186****7728", "186****7718"),
            _both("note", "备注", "打算年前升级", "打算年前升级与条码秤", "打算春节后升级"),
        ],
        "merged": [
            {"label": "详细地址", "before": "A 座 903", "mine": changed.format("903", "901"), "side": "mine"},
            {
                "label": "下次联系",
                "before": "11-24 14:30",
                "theirs": changed.format("11-24 14:30", "11-27 09:30"),
                "side": "theirs",
            },
        ],
        "hidden": [("revision", "58")],
        "action_url": "/post",
        "form_url": "/form",
        "discard_url": "/record",
        "history_url": "/record",
    }
    return {"page": page}


def message_page():
    links = [
        {"label": "回到客户资料", "url": "/list", "icon": "arrow-back-up"},
        {"label": "工作台", "url": "/", "icon": "layout-dashboard"},
    ]
    return {
        "page": {
            "code": 404,
            "title": "没有找到这一页",
            "text": "它可能已被删除，或者不在您的权限范围内。",
            "next": links,
        }
    }


def signed_out_page():
    return {**message_page(), "frame": {"locale": "zh_Hans"}}


class LoginForm(FlaskForm):
    username = StringField("用户名")
    password = PasswordField("密码")


def login_page():
    return {
        "form": LoginForm(),
        "page": {
            "problem": "用户名或密码不对。再错 2 次将锁定 15 分钟。",
            "legal": "© 2026 洛中软件服务有限公司 · 内部系统",
        },
    }


def confirm_page():
    return {
        "page": {
            "title": "分派 22 位客户",
            "crumbs": CUSTOMER,
            "text": "22 行会改动，3 行跳过：三家都在保护期内，不能换跟进人。",
            "tone": "warning",
            "buttons": [{"label": "分派", "primary": True, "name": "go"}],
            "cancel_url": "/list",
        },
        "form": ReasonForm(),
    }


class ReasonForm(FlaskForm):
    reason = StringField("原因", description="写进每位客户的分派历史，选填")
    told = BooleanField("通知客服")


PAGES = {
    "list": ("zhike/list.html", list_page),
    "empty": ("zhike/list.html", empty_page),
    "record": ("zhike/record.html", record_page),
    "form": ("zhike/form.html", form_page),
    "clean-form": ("zhike/form.html", lambda: form_page(wrong=False)),
    "conflict": ("zhike/conflict.html", conflict_page),
    "message": ("zhike/message.html", message_page),
    "signed-out": ("zhike/message.html", signed_out_page),
    "login": ("zhike/login.html", login_page),
    "confirm": ("zhike/confirm.html", confirm_page),
}
