"""A house with something on every screen, made through the services, and the address of every screen of it."""

from datetime import timedelta
from string import Formatter
from types import SimpleNamespace

from sqlalchemy import select, update

from app.base import clock, settings
from app.base.actor import SYSTEM, acting
from app.base.background import Kind, kinds, register
from app.base.errors import Invalid
from app.crm.customers import services
from app.crm.customers.models import Customer
from app.crm.fees import services as fee_services
from app.crm.keychanges import services as keychanges
from app.desk.reviews import services as reviews
from app.desk.tickets import services as ticket_services
from app.extensions import db
from app.system.announcements.services import publish
from app.system.approvals import queries as approval_queries
from app.system.approvals import services as approvals
from app.system.channels import services as channels
from app.system.channels.models import Delivery
from app.system.imports import services as imports
from app.system.jobs import services as jobs
from app.system.notifications import services as notifications
from app.system.recycle.models import BinEntry
from app.system.segments import services as segments
from app.system.settings import services as setting_services
from app.system.settings.models import SettingValue
from tests.cast import ANRAN, EVE, LIN
from tests.crm.reconciliation.files import as_csv, stranger
from tests.crm.reconciliation.steps import booked, upload
from tests.crm.renewals.steps import end, served
from tests.factories import (
    a_bank_line,
    a_contact,
    a_customer,
    a_deal,
    a_fee,
    a_followup,
    a_letter,
    a_limit,
    a_mail_channel,
    a_product,
    a_queue,
    a_template,
    a_ticket,
    an_announcement,
    an_opportunity,
)
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
    "/cycles/1/history", "/announcements/", "/announcements/new", "/announcements/{announcement}",
    "/announcements/{announcement}/edit", "/announcements/{announcement}/history", "/announcement-receipts/",
    "/letters/", "/letters/new", "/letters/{letter}",
    "/cycles/1/history",
    "/products/", "/products/new", "/products/{product}", "/products/{product}/edit", "/products/{product}/history",
    "/products/{product}/delete", "/imports/products/", "/imports/products/{price_list}",
    "/imports/products/{price_list}/undo",
    "/deals/", "/deals/new", "/deals/{deal}", "/deals/{deal}/edit", "/deals/{deal}/history", "/deals/{deal}/delete",
    "/customers/{customer}?tab=deals",
    "/cycles/1/history", "/channels/", "/channels/new", "/channels/{channel}", "/channels/{channel}/edit",
    "/channels/{channel}/history", "/deliveries/", "/deliveries/{delivery}", "/message-templates/",
    "/message-templates/new", "/message-templates/{template}", "/message-templates/{template}/edit",
    "/message-templates/{template}/history", "/me/notifications/",
    "/fees/?page_size=10", "/fees/ledger", "/fees/waiting", "/fees/{fee}", "/fees/{fee}/edit", "/fees/{fee}/history",
    "/fees/{fee}/reject", "/fees/{fee}/void", "/fees/{paid}/reverse", "/fees/{paid}/refund", "/fees/{part}/further",
    "/fees/new", "/fees/new?customer={customer}", "/fees/new?customer={customer}&deal={deal}",
    "/fees/statement?customer={customer}",
    "/fees/{fee}/bulk?action=approve", "/customers/{customer}?tab=fees", "/fees/closings/", "/fees/closings/new",
    "/fees/closings/{closing}",
    "/fees/closings/{closing}/reopen", "/fees/closings/{closing}/history", "/imports/fees/",
    "/imports/fees/{ledger}", "/imports/fees/{ledger}/undo",
    "/imports/tickets/", "/imports/tickets/{old_tickets}", "/imports/tickets/{old_tickets}/undo",
    "/bank-lines/?page_size=10", "/bank-lines/{bank_line}", "/bank-lines/{bank_line}?q=缴费",
    "/bank-lines/{bank_line}/history",
    "/bank-lines/{bank_line}/bulk?action=confirm", "/bank-lines/{bank_line}/enter-fee?customer={customer}",
    "/bank-lines/again",
    "/bank-statements/", "/bank-statements/import", "/bank-statements/{statement}", "/bank-statements/{waiting_file}",
    "/learned-payers/",
    "/approvals/?page_size=10", "/approvals/waiting/", "/approvals/mine/", "/approvals/{case}",
    "/delegations/", "/delegations/new", "/delegations/{delegation}", "/delegations/{delegation}/edit",
    "/delegations/{delegation}/history", "/approval-flows/", "/approval-flows/{flow}", "/approval-flows/{flow}/edit",
    "/key-changes/", "/key-changes/{keychange}", "/customers/{customer}?tab=keychanges",
    "/renewals/?page_size=10", "/renewals/{line}", "/renewals/{line}/history", "/renewals/{line}/renew",
    "/renewals/{line}/bulk?action=end", "/renewals/dry-run", "/renewals/reminded/20261127",
    "/customers/{served}?tab=renewals",
    "/customers/{customer}?tab=deals", "/customers/{customer}?tab=opportunities",
    "/opportunities/", "/opportunities/new", "/opportunities/{opportunity}", "/opportunities/{opportunity}/edit",
    "/opportunities/{opportunity}/history", "/opportunities/{opportunity}/delete", "/opportunities/{opportunity}/win",
    "/opportunities/{opportunity}/lose", "/opportunities/{opportunity}/reopen", "/opportunity-board/",
    "/opportunities/{opportunity}/bulk?action=allocate", "/followups/{followup}/bulk?action=make_opportunities",
    "/ticket-flows/", "/ticket-flows/1", "/ticket-flows/1?version=1", "/ticket-flows/1/edit",
    "/ticket-moves/?page_size=10", "/ticket-times/", "/tickets/?page_size=10", "/tickets/new", "/tickets/{ticket}",
    "/tickets/{ticket}?show=flow", "/tickets/{ticket}/edit", "/tickets/{ticket}/history", "/tickets/{ticket}/dispatch",
    "/tickets/{ticket}/solve", "/tickets/{ticket}/cancel", "/tickets/{ticket}/except",
    "/tickets/{ticket}/ask-exception", "/tickets/{ticket}/take", "/tickets/{ticket}/accept", "/my-tickets/",
    "/tickets/{ticket_in_work}", "/tickets/{ticket_in_work}/transfer", "/tickets/{ticket_in_work}/give-back",
    "/tickets/{ticket_in_work}/wait", "/tickets/{ticket_in_work}/advance", "/tickets/{ticket_in_work}/resume",
    "/tickets/{ticket_in_work}/change-note?note=1",
    "/tickets/{ticket_in_work}/change-work?work=1", "/tickets/{ticket_solved}", "/tickets/{ticket_solved}/revisit",
    "/tickets/{ticket_solved}/close", "/tickets/{ticket_solved}/reopen", "/tickets/{ticket}/delete",
    "/tickets/{ticket}/bulk?action=dispatch_many", "/ticket-board/", "/ticket-board/?type=fault",
    "/ticket-calendar/", "/ticket-calendar/?view=week", "/ticket-calendar/?view=day&day={due_on}",
    "/tickets/new?customer={customer}&type=fault&description=打印机", "/customers/{customer}?tab=tickets",
    "/ticket-queues/", "/ticket-queues/new", "/ticket-queues/{queue}", "/ticket-queues/{queue}/edit",
    "/ticket-queues/{queue}/history", "/ticket-routes/", "/ticket-routes/new", "/ticket-routes/{route}",
    "/ticket-routes/{route}/edit", "/ticket-routes/{route}/history",
    "/revisits/?page_size=10", "/revisits/{ticket_solved}", "/ratings/?page_size=10",
    "/ratings/{rating}", "/ratings/{rating}/history",
    "/ratings/{rating}/reply", "/ratings/{rating}/object", "/ratings/{rating}/uphold",
    "/ratings/{rating}/void", "/r/{rating_token}",
    "/opportunity-funnel/", "/opportunity-moves/", "/stages/", "/stages/new", "/stages/1", "/stages/1/edit",
    "/stages/1/history",
]  # fmt: skip
#: What the addresses ask for.
NAMED = {name for address in ADDRESSES for _text, name, _spec, _conversion in Formatter().parse(address) if name}


def peopled(app, folder):
    """Fill the house and return the keys that the addresses ask for. ``folder``: for the file that is imported."""
    with app.app_context(), acting(SYSTEM):
        return SimpleNamespace(
            filter=FILTER,
            person=LIN.id,
            **approved(),
            **customers(),
            **fees(),
            **kept_things(),
            **letters(),
            **services_that_end(),
            **tickets(),
            **work(app, folder),
        )


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
    hung |= {"letter": a_letter(by=LIN, people=(ANRAN.id, EVE.id)).id, "announcement": announced()}
    hung["opportunity"] = an_opportunity(customer=one.id, product=hung["product"], expected_on=clock.today()).id
    hung["deal"] = a_deal(customer=one.id, product=hung["product"]).id
    return {"customer": one.id, "gone": gone.id, "binned": binned, **hung, **more}


def announced():
    """An announcement to the whole house that wants to be confirmed."""
    one = an_announcement(by=ANRAN, asks_receipt=True)
    publish(one, actor=ANRAN.actor)
    return one.id


def fees():
    """A fee that waits, one that is approved, one that is paid in parts; a closed month, a ledger brought in."""
    customer = a_customer(name="缴费有限公司", phone="+8637165001777").id
    fee = a_fee(customer=customer, by=ANRAN)
    paid = a_fee(customer=customer, amount=100, state="approved")
    part = a_fee(customer=customer, amount=10, agreed_amount=50, by=ANRAN)
    with acting(ANRAN.actor) as actor:
        last_month = clock.today().replace(day=1) - timedelta(days=1)
        closing = fee_services.close({"month": last_month}, actor=actor)
    return {"fee": fee.id, "paid": paid.id, "part": part.id, "closing": closing.id, **bank()}


def bank():
    """A statement with a line that a fee is proposed for, and a file that waits for its columns."""
    line = a_bank_line(payer="缴费有限公司")
    waiting = upload(as_csv(stranger([booked("77", "某某公司")])), person=ANRAN)
    return {"bank_line": line.id, "statement": line.statement_id, "waiting_file": waiting.id}


def tickets():
    """A ticket that waits for somebody, one that the administrator works on, and solved ones: rated, and by link."""
    customer = a_customer(name="工单有限公司", phone="+8637165001888").id
    due = {"due_at": clock.now() + timedelta(hours=1)}
    fresh = a_ticket(customer=customer, caller="刘志远", caller_phone="+8613800138000", priority="urgent", **due)
    working, over, rated, asked = (a_ticket(customer=customer, by=ANRAN, **due) for _time in range(4))
    a_ticket(customer=customer, by=ANRAN, due_at=due["due_at"] - timedelta(hours=2))
    with acting(ANRAN.actor) as anran:
        ticket_services.take(working, actor=anran)
        ticket_services.note(working, {"words": "机房没人"}, actor=anran)
        parts = [("打印头", "1")]
        ticket_services.work(working, {"what": "换打印头", "minutes": 45, "parts": parts}, actor=anran)
        ticket_services.list_checks(working, ["断电", "换件"], actor=anran)
        for one in (over, rated, asked):
            ticket_services.solve(one, {"solution": "换了打印头"}, actor=anran, revision=None)
        grades = {"attitude": 4, "skill": 2, "response": 3, "words": "还行"}
        rating = reviews.revisit(rated, grades, actor=anran, revision=None)
        token = reviews.make_link(asked, days=14, actor=anran)
    keys = {
        "due_on": f"{clock.local(due['due_at']).date()}",
        "ticket": fresh.id,
        "ticket_in_work": working.id,
        "ticket_solved": over.id,
    }
    queue = a_queue(people=(ANRAN.id,))
    with acting(ANRAN.actor) as anran:
        route = ticket_services.add_route({"type": "fault", "queue": queue.id, "answer": "先重启"}, actor=anran)
    return keys | {"rating": rating.id, "rating_token": token, "queue": queue.id, "route": route.id}


def services_that_end():
    """A service that is overdue, one that ends soon, and one that is not renewed."""
    ends = (-5, 9, -40)
    late, soon, over = (served(n, name=f"续费{n}有限公司", phone=f"+8637165017{n + 50:03}") for n in ends)
    end(over[1])
    return {"served": late[0], "line": late[1], "soon": soon[1]}


def ledger(folder):
    """A file that brought in a fee."""
    day = f"{clock.today()}"
    heads = ["客户名称", "项目", "金额", "到账日"]
    path = workbook(
        folder, heads, ["缴费有限公司", "FW-01", "321", day], ["没有这家", "FW-01", "1", day], name="旧账.xlsx"
    )
    with acting(ANRAN.actor) as actor:
        about = {"kind": "fees", "template": "fees", "actor": actor, "in_browser": True}
        run = imports.upload(path, file_name=path.name, **about)
        imports.check(run, ["customer", "product", "amount", "received_on"], actor=actor)
        imports.import_run(run, actor=actor)
        return run.id


def old_tickets(folder):
    """A file that brought in a ticket, and a row of it that was refused."""
    path = workbook(
        folder,
        ["客户名称", "类型", "标题", "状态"],
        ["缴费有限公司", "咨询", "发票怎么开", "已关闭"],
        ["没有这家", "咨询", "问", ""],
        name="旧工单.xlsx",
    )
    with acting(ANRAN.actor) as actor:
        run = imports.upload(path, file_name=path.name, kind="tickets", template="tickets", actor=actor)
        imports.check(run, ["customer", "type", "title", "state"], actor=actor)
        imports.import_run(run, actor=actor)
        return run.id


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
        "ledger": ledger(folder),
        "old_tickets": old_tickets(folder),
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


def approved():
    """A change of key data that waits for the administrators, and one who decides for another."""
    customer = a_customer(name="待批商贸有限公司", legal_person="老王")
    change = keychanges.propose(customer, {"legal_person": "小王"}, reason="换了法人", actor=LIN.actor)
    case = approval_queries.case_of(keychanges.CODE, change.id)
    days = {"from_on": clock.today(), "to_on": clock.today() + timedelta(days=5)}
    delegation = approvals.delegate({"from": ANRAN.id, "to": EVE.id, **days}, actor=SYSTEM)
    flow = approval_queries.flow_of(keychanges.CODE)
    return {"keychange": change.id, "case": case.id, "delegation": delegation.id, "flow": flow.id}


def depopulate():
    """Forget the kind of work that only this house knows."""
    kinds.pop("world", None)


def letters():
    """A mail channel, a template, and a delivery that was given up."""
    channel, template = a_mail_channel(), a_template()
    channels.switch_on(channel, actor=SYSTEM)
    notifications.tell([LIN.id], "own_rights", actor=SYSTEM)
    channels.switch_off(channel, actor=SYSTEM)
    row = db.session.scalar(select(Delivery).order_by(Delivery.id.desc()))
    said = {"state": "given_up", "problem": "550 no such mailbox", "ended_at": clock.now()}
    db.session.execute(update(Delivery.__table__).where(Delivery.id == row.id).values(said))
    db.session.commit()
    return {"channel": channel.id, "template": template.id, "delivery": row.id}


def kept_things():
    """A segment that was renamed, and a setting that was set."""
    segment = kept("重点客户", who=ANRAN)
    by(ANRAN, segments.rename, segment, {"name": "重点回访"}, revision=1)
    setting_services.change(settings.registered["site_name"], "知客", actor=SYSTEM, revision=0)
    return {"segment": segment, "setting": db.session.scalar(select(SettingValue.id))}
