"""A house with something on every screen, made through the services, and the address of every screen of it."""

from datetime import timedelta
from string import Formatter
from types import SimpleNamespace

from sqlalchemy import select

from app.base import clock, settings
from app.base.actor import SYSTEM, acting
from app.base.background import Kind, kinds, register
from app.base.errors import Invalid
from app.crm.customers import services
from app.crm.customers.models import Customer
from app.extensions import db
from app.system.imports import services as imports
from app.system.jobs import services as jobs
from app.system.recycle.models import BinEntry
from app.system.segments import services as segments
from app.system.settings import services as setting_services
from app.system.settings.models import SettingValue
from tests.cast import ANRAN, EVE, LIN
from tests.factories import a_contact, a_customer, a_deal, a_followup, a_limit, a_product, an_opportunity
from tests.system.files.conftest import a_file
from tests.system.imports.steps import imported, workbook
from tests.system.runs.steps import done
from tests.system.segments.steps import by, kept

FILTER = '{"any":[{"field":"name","op":"not_contains","value":"甲"},{"field":"level","op":"empty"}]}'
NOWHERE = "/nothing"
ADDRESSES = [
    "/", "/customers/?page_size=10", "/customers/?page_size=10&filter={filter}", "/customers/?page_size=10&page=2",
    "/customers/{customer}", "/customers/{customer}?tab=contacts", "/customers/{customer}?tab=access",
    "/customers/{customer}?tab=files", "/customers/{customer}/edit", "/customers/{customer}/history",
    "/customers/{gone}/history", "/customers/new", "/contacts/", "/contacts/{contact}", "/contacts/{contact}/edit",
    "/changes/?page_size=10", "/logs/?page_size=10", "/logs/1", "/inbox/", "/imports/customers/",
    "/imports/customers/{run_of_import}", "/imports/customers/{run_of_import}/undo", "/users/?page_size=10",
    "/users/{person}", "/users/{person}/edit", "/roles/", "/roles/4", "/departments/", "/departments/1/edit",
    "/dictionaries/?page_size=10", "/dictionaries/customer_level", "/dictionary-values/?page_size=10",
    "/dictionary-values/1/edit", "/dictionary-values/new?dictionary=customer_level", "/me/", "/me/password",
    "/search/", "/search/?q=商贸", "/search/?q=nothing", NOWHERE, "/recycle/", "/recycle/{binned}",
    "/recall-rules/", "/recall-rules/1", "/recall-rules/1/dry-run", "/recall-rules/1/edit", "/recall-rules/1/history",
    "/recall-rules/new", "/recall-rules/soon", "/recall-rules/soon/ours", "/recall-rules/recalled/1",
    "/recycle/{binned}/purge", "/customers/{customer}/delete", "/settings/", "/settings/site_name/edit",
    "/settings/site_logo/edit",
    "/settings/{setting}/history", "/settings/{setting}", "/jobs/", "/jobs/{job}", "/runs/", "/runs/{run}",
    "/runs/{run}/take-back", "/segments/", "/segments/{segment}", "/segments/{segment}/edit",
    "/segments/{segment}/history", "/files/", "/attachments/{file}", "/contacts/new", "/contacts/{contact}/history",
    "/contacts/{contact}/delete", "/departments/1", "/departments/new", "/dictionary-values/1",
    "/timetable/", "/users/new", "/pool/", "/pool/{free}", "/pools/", "/pools/new", "/pools/1", "/pools/1/edit",
    "/pools/1/history", "/limits/", "/limits/new", "/limits/{limit}", "/limits/{limit}/edit", "/limits/{limit}/history",
    "/assignments/", "/customers/{customer}?tab=assignments", "/handover/",
    "/handover/{person}", "/customers/{customer}/bulk?action=assign", "/customers/{customer}/bulk?action=recall",
    "/imports/assignments/", "/imports/assignments/{assigned}", "/imports/assignments/{assigned}/undo",
    "/followups/?page_size=10", "/followups/{followup}", "/followups/{followup}/edit", "/followups/{followup}/history",
    "/followups/{followup}/delete", "/followups/new", "/followups/new?customer={customer}",
    "/customers/{customer}?tab=followups", "/today/?page_size=10", "/today/day", "/calendar/", "/calendar/?view=week",
    "/calendar/?view=day", "/calendar/feed", "/cycles/", "/cycles/new", "/cycles/1", "/cycles/1/edit",
    "/cycles/1/history",
    "/products/", "/products/new", "/products/{product}", "/products/{product}/edit", "/products/{product}/history",
    "/products/{product}/delete", "/imports/products/", "/imports/products/{price_list}",
    "/imports/products/{price_list}/undo",
    "/deals/", "/deals/new", "/deals/{deal}", "/deals/{deal}/edit", "/deals/{deal}/history", "/deals/{deal}/delete",
    "/customers/{customer}?tab=deals", "/customers/{customer}?tab=opportunities",
    "/opportunities/", "/opportunities/new", "/opportunities/{opportunity}", "/opportunities/{opportunity}/edit",
    "/opportunities/{opportunity}/history", "/opportunities/{opportunity}/delete", "/opportunities/{opportunity}/win",
    "/opportunities/{opportunity}/lose", "/opportunities/{opportunity}/reopen", "/opportunity-board/",
    "/opportunities/{opportunity}/bulk?action=allocate", "/followups/{followup}/bulk?action=make_opportunities",
    "/opportunity-funnel/", "/opportunity-moves/", "/stages/", "/stages/new", "/stages/1", "/stages/1/edit",
    "/stages/1/history",
]  # fmt: skip
#: What the addresses ask for.
NAMED = {name for address in ADDRESSES for _text, name, _spec, _conversion in Formatter().parse(address) if name}


def peopled(app, folder):
    """Fill the house and return the keys that the addresses ask for. ``folder``: for the file that is imported."""
    with app.app_context(), acting(SYSTEM):
        return SimpleNamespace(filter=FILTER, person=LIN.id, **customers(), **work(app, folder), **kept_things())


def customers():
    """Some thirty customers, one of them with a contact, a file, a collaborator and a history; one deleted."""
    for number in range(28):
        a_customer(name=f"郑州第{number}商贸有限公司", tags=("old_customer",), level="a" if number % 2 else None)
    one = a_customer(legal_person="刘志远", legal_phone="+8613800138000")
    contact = a_contact(customer=one)
    services.share(one, employee_id=EVE.id, can_write=True, until_on=None, actor=SYSTEM)
    services.change(one, {"address": "文化路 1 号", "needs": "换财务软件"}, actor=SYSTEM, revision=one.revision)
    file = a_file(one.id)
    next_at = clock.now() + timedelta(hours=1)
    followup = a_followup(customer=one.id, content="想换财务软件", next_contact_at=next_at, contact=contact.id)
    gone = a_customer(name="关门有限公司")
    services.delete(gone, actor=SYSTEM)
    binned = db.session.scalar(select(BinEntry.id))
    more = {"free": a_customer(name="无主商贸有限公司", owner=None).id, "limit": a_limit(role="agent", most=150).id}
    hung = {"contact": contact.id, "file": file.id, "followup": followup.id, "product": a_product().id}
    hung["opportunity"] = an_opportunity(customer=one.id, product=hung["product"], expected_on=clock.today()).id
    hung["deal"] = a_deal(customer=one.id, product=hung["product"]).id
    return {"customer": one.id, "gone": gone.id, "binned": binned, **hung, **more}


def work(app, folder):
    """An import, a change of many, and a job that failed for a reason."""
    path = workbook(folder, ["单位名称", "法人手机"], ["洛阳恒泰有限公司", "13812345678"], ["", "13812345679"])
    keys = db.session.scalars(select(Customer.id).limit(3)).all()
    run_id = done(app, {"level": "b"}, ids=list(keys), shown=3).id
    brought_in = imported(path, ANRAN).id
    return {
        "run": run_id,
        "run_of_import": brought_in,
        "assigned": assigned_by(folder),
        "price_list": price_list(folder),
        "job": failed_job(),
    }


def assigned_by(folder):
    """A file that gave a customer to Eve."""
    path = workbook(
        folder, ["客户名称", "负责人"], ["洛阳恒泰有限公司", "叶薇"], ["没有这家", "叶薇"], name="分派.xlsx"
    )
    with acting(ANRAN.actor) as actor:
        about = {"kind": "assignments", "template": "assign", "actor": actor, "in_browser": True}
        run = imports.upload(path, file_name=path.name, **about)
        imports.check(run, [column["field"] for column in run.columns], actor=actor)
        imports.import_run(run, actor=actor)
        return run.id


def price_list(folder):
    """A file that brought in a product."""
    path = workbook(folder, ["产品编码", "产品名称", "单价"], ["JXC-01", "进销存", "5800"], name="价目表.xlsx")
    with acting(ANRAN.actor) as actor:
        about = {"kind": "products", "template": "products", "actor": actor, "in_browser": True}
        run = imports.upload(path, file_name=path.name, **about)
        imports.check(run, ["code", "name", "price"], actor=actor)
        imports.import_run(run, actor=actor)
        return run.id


def failed_job():
    def fail(_progress):
        raise Invalid("The list is gone.")

    register(Kind("world", "Export of %(what)s", run=fail))
    key = jobs.start("world", {}, words={"what": "客户"}, actor=ANRAN.actor)
    jobs.work(key, lease_seconds=60)  # unless the worker beside was faster
    return key


def depopulate():
    """Forget the kind of work that only this house knows."""
    kinds.pop("world", None)


def kept_things():
    """A segment that was renamed, and a setting that was set."""
    segment = kept("重点客户", who=ANRAN)
    by(ANRAN, segments.rename, segment, {"name": "重点回访"}, revision=1)
    setting_services.change(settings.registered["site_name"], "知客", actor=SYSTEM, revision=0)
    return {"segment": segment, "setting": db.session.scalar(select(SettingValue.id))}
