"""Sample pages for tests/gallery.py and tests/base/test_theme.py. All names and numbers are invented."""

# ruff: noqa: E501 -- the sample rows and HTML read better unbroken

from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import BooleanField, DateField, PasswordField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired

from tests.gallery_list import CUSTOMER, DUE, FLAG, LUOYANG, PERSON, PHONE, empty_page, list_page

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
