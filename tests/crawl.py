"""A small world with secrets in it, every address there is asked about it, and what the answers tell."""

import io
import json
import re
import zipfile
from types import SimpleNamespace
from urllib.parse import quote, unquote

import pypdf
from sqlalchemy import select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.screens.listing import filterable
from app.crm.customers import services
from app.crm.customers.models import Contact, Customer
from app.crm.deals.models import Deal
from app.crm.followups.models import Followup
from app.crm.keychanges import services as keychanges
from app.extensions import db
from app.sales.opportunities.models import Opportunity
from app.system.announcements.services import publish
from app.system.approvals import services as approvals
from app.system.files import services as files
from app.system.files.rules import FAMILIES, Limits
from app.system.recycle.models import BinEntry
from tests.cast import EVE, LIN, PEOPLE, SAM
from tests.crm.renewals.steps import a_fee as a_period
from tests.crm.renewals.steps import line_of
from tests.factories import (
    a_bank_line,
    a_contact,
    a_customer,
    a_deal,
    a_fee,
    a_followup,
    a_letter,
    a_ticket,
    an_announcement,
    an_opportunity,
)
from tests.system.segments.steps import kept, one

SHARED_NUMBER = "+8613700137000"  # stands at one of Eve's and at one of Lin's
CODE, CODE_IN_BIN = "91410300MA9K2R4TXA", "91350000NFEU9W2E97"
EVES = {"name": "叶家贸易有限公司", "phone": SHARED_NUMBER, "email": "yejia@yejia.example", "owner": EVE.id}
LINS = {
    "name": "林家机械有限公司",
    "phone": "+8637165551001",
    "legal_person": "秦隐之",
    "legal_phone": "+8613655510002",
    "finance_name": "卓闭之",
    "finance_phone": SHARED_NUMBER,
    "credit_code": CODE,
    "address": "隐秘路四十二号",
    "email": "hidden@linjia.example",
    "wechat": "linjia_wx_77",
    "needs": "秘而不宣的需求",
    "owner": LIN.id,
}
#: What must not be told outside the scope: names, numbers in any way of writing, code, contact.
SECRETS = (
    "林家", "秦隐之", "卓闭之", "甘藏之", "91410300MA9K2R4T", "隐秘路", "linjia", "秘而不宣", "旧名机械",
    "65551001", "13655510002", "13655510003",
)  # fmt: skip
FILE = "叶家合同 137-0013-7000 yejia@yejia.example.txt"
REACHED = {"email": "gancang@linjia.example", "wechat": "gancang_wx"}
LIMITS = Limits(size_mb=1, per_record=9, families=frozenset(FAMILIES))
#: Every number there is, as digits, and every address on the net: by which people are reached.
NUMBERS = ("13700137000", "65551001", "13655510002", "13655510003")
ADDRESSES = ("hidden@linjia", "yejia@yejia", "gancang@linjia", "linjia_wx_77", "gancang_wx", "yejia_wx")
SEVEN = 7  # digits: no part of a number that is so long may be told


def parts_of(number):
    """Return every run of seven digits of a number."""
    return {number[start : start + SEVEN] for start in range(len(number) - SEVEN + 1)}


PERSONAL = tuple(sorted({part for number in NUMBERS for part in parts_of(number)})) + ADDRESSES


def a_line(customer, person):
    """Let a service of somebody's customer be overdue; return its line's id."""
    a_period(customer, -5, agent_id=person.id, entered_by_id=person.id, number=f"旧-{customer}")
    return line_of(customer).id


def made():
    with acting(SYSTEM):
        hers, other = a_customer(**EVES), a_customer(**(LINS | {"name": "旧名机械有限公司"}))
        services.change(other, LINS, actor=SYSTEM, revision=other.revision)
        friend = a_contact(name="叶家联系人", phones=(SHARED_NUMBER,), wechat="yejia_wx", customer=hers)
        contact = a_contact(name="甘藏之", phones=("+8613655510003",), **REACHED, customer=other)
        # what was open to Eve once: her inbox still has the message
        services.share(other, employee_id=EVE.id, can_write=False, until_on=None, actor=LIN.actor)
        services.unshare(other, employee_id=EVE.id, actor=LIN.actor)
        gone = a_customer(name="林家旧店有限公司", phone="+8613655510002", owner=LIN.id)
        services.delete(gone, actor=SYSTEM)
        shut = a_customer(name="叶家旧店有限公司", phone=SHARED_NUMBER, credit_code=CODE_IN_BIN, owner=EVE.id)
        services.delete(shut, actor=SYSTEM)
        with_code = a_customer(name="林家分店有限公司", phone="+8613655510002", owner=LIN.id)
        services.change(with_code, {"credit_code": CODE_IN_BIN}, actor=SYSTEM, revision=None)
        free = a_customer(name="公海里的有限公司", phone=SHARED_NUMBER, wechat="yejia_wx", kind="person", owner=None)
        services.recount()
        followups = [
            a_followup(customer=hers.id, by=EVE, content="叶家想看方案").id,
            a_followup(customer=other.id, content="林家秘而不宣的需求", contact=contact.id).id,
        ]
        a_letter(by=LIN, people=(SAM.id,), subject="林家的事", body="隐秘路那家要换人跟进")
        publish(an_announcement(title="林家机械专项", departments=(str(SAM.department_id),)), actor=SAM.actor)
        deals = [a_deal(customer=hers.id, by=EVE).id, a_deal(customer=other.id, notes="秘而不宣的需求").id]
        fees = [
            a_fee(customer=hers.id, by=EVE, notes="叶家的年费").id,
            a_fee(customer=other.id, notes="林家秘而不宣的费用", payer="林家机械有限公司").id,
        ]
        lines = [
            a_bank_line(payer="叶家商贸有限公司", summary="叶家的年费").id,
            a_bank_line(payer="林家机械有限公司", summary="林家秘而不宣的付款").id,
        ]
        chances = [
            an_opportunity(customer=hers.id, by=EVE, title="叶家升级").id,
            an_opportunity(customer=other.id, title="林家升级", notes="秘而不宣的需求", contact=contact.id).id,
        ]
        tickets = [
            a_ticket(customer=hers.id, by=EVE, title="叶家打印机", caller_phone=SHARED_NUMBER, due_at=clock.now()).id,
            a_ticket(
                customer=other.id,
                title="林家打印机",
                description="秘而不宣的需求",
                contact=contact.id,
                caller_phone="+8613655510003",
                due_at=clock.now(),
            ).id,
        ]
        hung = [hang_a_file(one, name) for one, name in ((hers, FILE), (other, "甘藏之.txt"))]
        propose_key_data(hers, other)
        return SimpleNamespace(
            segments=keep_segments(),
            file=hung,
            followup=followups,
            deal=deals,
            fee=fees,
            line=[a_line(one.id, person) for one, person in ((hers, EVE), (other, LIN))],
            bank_line=lines,
            opportunity=chances,
            ticket=tickets,
            customer=(hers.id, other.id, gone.id),
            contact=(friend.id, contact.id),
            pool=(free.id, hers.id, other.id),
            binned=tuple(db.session.scalars(select(BinEntry.id).order_by(BinEntry.id))),
            outside=(other.id, gone.id),
            outside_contacts=(contact.id,),
        )


def propose_key_data(hers, other):
    """Let a change of key data of each wait for approval; Gao decides for Sam meanwhile."""
    for customer, person in ((hers, EVE), (other, LIN)):
        values = {"legal_person": "秦隐之的儿子"} if person is LIN else {"name": "叶家商贸有限公司"}
        keychanges.propose(customer, values, reason="林家换人了" if person is LIN else "改名", actor=person.actor)
    today = {"from_on": clock.today(), "to_on": clock.today()}
    approvals.delegate({"from": SAM.id, "to": LIN.id, "reason": "林家的事", **today}, actor=SYSTEM)


def hang_a_file(record, name, *, kind="customer"):
    """Hang a text with the record's name in it on the record; return its id."""
    content = files.take_in(io.BytesIO(str(record).encode()), name=name, limits=LIMITS)
    return files.attach(record, content, kind=kind, actor=SYSTEM, limits=LIMITS).id


def keep_segments():
    """Keep a private segment of Lin's (1), and one of Sam's with a number in it, open to half the house (2)."""
    mine = kept("林家名单", one("name", "contains", "林家"), who=LIN)
    number = one("any_phone", "is", SHARED_NUMBER)
    return [mine, kept("同一个号码", number, who=SAM, to=("agent", "dispatcher", "marketing"))]


# ── what is asked ──

FORBIDDEN, UNKNOWN = 403, 404

SEARCHED = (
    "林",
    "有限公司",
    "甘藏之",
    "gcz",
    "1365",
    "65551001",
    "6555 1002",
    "13700137000",
    CODE,
    CODE[4:9],
    "linj",
    "1",
)
#: What somebody types into the form of a new customer: whole names, numbers and codes, and parts of them.
LIKE = (LINS["name"], "林家机械", LINS["phone"], LINS["legal_phone"], CODE, CODE_IN_BIN, "林家旧店有限公司", "林家")
PLAIN = ("", "format=csv", "format=pdf", "sort=phone")
OF_CUSTOMERS = (
    "access assignments contacts deals fees files followups keychanges opportunities related renewals".split()
)
TABS = ("", *(f"tab={name}" for name in OF_CUSTOMERS))


def wishes(model):
    """Return filters that a curious person would try, as JSON: every field at once, its numbers, words inside."""
    known = filterable(model)
    numbers = [name for name, spec in known.items() if spec.kind == "phone"]
    yield {"any": [{"field": name, "op": "not_empty"} for name in known]}
    yield {"any": [{"field": name, "op": "is", "value": SHARED_NUMBER} for name in numbers]}
    for words in ("家", "1365551"):
        yield {"any": [{"field": name, "op": "contains", "value": words} for name in known if "name" in name]}


#: The first of whatever a test leaves behind: jobs, runs, imports, entries of the log, rows of small tables.
FIRST = range(1, 6)
#: What the keys in the addresses of a screen are. A screen that is not here has no test against leaks yet.
KEYS = {
    "Announcement": lambda _world: FIRST,
    "Letter": lambda _world: FIRST,
    "Case": lambda _world: FIRST,
    "Delegation": lambda _world: FIRST,
    "Flow": lambda _world: FIRST,
    "KeyChange": lambda _world: FIRST,
    "AssignmentImport": lambda _world: FIRST,
    "Attachment": lambda world: world.file,
    "Channel": lambda _world: FIRST,
    "BankLine": lambda world: world.bank_line,
    "BankStatement": lambda _world: FIRST,
    "Closing": lambda _world: FIRST,
    "Contact": lambda world: world.contact,
    "Customer": lambda world: world.customer,
    "CustomerImport": lambda _world: FIRST,
    "Cycle": lambda _world: FIRST,
    "Deal": lambda world: world.deal,
    "Delivery": lambda _world: FIRST,
    "Department": lambda _world: FIRST,
    "Dictionary": lambda _world: FIRST,
    "Employee": lambda _world: [person.id for person in PEOPLE[:5]],
    "Fee": lambda world: world.fee,
    "FeeImport": lambda _world: FIRST,
    "File": lambda world: world.file,
    "Followup": lambda world: world.followup,
    "Given": lambda _world: FIRST,
    "Handover": lambda _world: [person.id for person in PEOPLE[:5]],
    "Holding": lambda _world: FIRST,
    "Job": lambda _world: FIRST,
    "LearnedPayer": lambda _world: FIRST,
    "Move": lambda _world: FIRST,
    "Opportunity": lambda world: world.opportunity,
    "Rating": lambda _world: FIRST,
    "RecallRule": lambda _world: FIRST,
    "Receipt": lambda _world: FIRST,
    "Renewal": lambda world: world.line,
    "Recycle": lambda world: world.binned,
    "Limit": lambda _world: FIRST,
    "Pool": lambda world: world.pool,
    "Product": lambda _world: FIRST,
    "Queue": lambda _world: FIRST,
    "ProductImport": lambda _world: FIRST,
    "Pools": lambda _world: FIRST,
    "Log": lambda _world: range(1, 30),
    "Revisit": lambda world: world.ticket,
    "Role": lambda _world: FIRST,
    "Route": lambda _world: FIRST,
    "Run": lambda _world: FIRST,
    "Segment": lambda world: world.segments,
    "Stage": lambda _world: FIRST,
    "Setting": lambda _world: ["site_name", "site_logo", "page_size"],
    "Template": lambda _world: FIRST,
    "Today": lambda world: world.customer,
    "Ticket": lambda world: world.ticket,
    "TicketBoard": lambda world: world.ticket,
    "TicketFlow": lambda _world: FIRST,
    "TicketImport": lambda _world: FIRST,
    "TicketMove": lambda _world: FIRST,
    "Transaction": lambda world: world.customer,
    "Turn": lambda _world: FIRST,
    "Value": lambda _world: FIRST,
}
#: Placeholders that are no keys of rows.
NAMES = {
    "<template>": ["company", "person", "assign", "products", "fees"],
    "<kind>": ["employee", "department", "role"],
    "<sha256>": ["0" * 64],
    "<screen>": ["CustomerView", "ContactView", "EmployeeView", "PoolView", "OpportunityView"],
    "<token>": ["0" * 43],
}


def keys_of(app, rule, world):
    """Return what the placeholder of an address is filled with: every row's key, every choice's name, every field."""
    holes = re.findall(r"<[^>]*>", rule.rule)
    if not holes:
        return [""]
    name = re.sub(r"(View|Api)$", "", rule.endpoint.split(".")[0])
    if holes[0] == "<field>":
        model = model_of(app, rule)
        known = filterable(model) if model else ()
        found = [*known, "owner", "department", "name", "people", "person", "nothing"]
    else:
        found = NAMES.get(holes[0]) or (KEYS[name](world) if name in KEYS else None)
    assert found is not None, f"new address without a leak test: {rule.rule} ({rule.endpoint})"
    assert len(holes) == 1, f"new address without a leak test: {rule.rule} has two placeholders"
    return found


def model_of(app, rule):
    """Return the model of the screen that answers an address, None if it has none."""
    view = next((one for one in app.appbuilder.baseviews if one.endpoint == rule.endpoint.split(".")[0]), None)
    return getattr(view, "model", None)


#: By the method of the screen.
ASKED = {
    "choices": ["q=", f"q={quote('家')}", "q=13700137000"],
    "calendar": ["person=all", f"person={LIN.id}", "person=all&view=day"],
    "bulk_one": [
        f"action={name}"
        for name in ("assign", "recall", "delete", "bulk_edit", "allocate", "make_opportunities", "dispatch_many")
    ],
}


def queries_of(app, rule, world):
    """Return the query strings to ask an address with."""
    model, ending = model_of(app, rule), rule.endpoint.split(".")[-1]
    if ending in ASKED:
        return ASKED[ending]
    if ending == "alike":
        return [f"{name}={quote(words)}" for name in ("name", "phone", "credit_code") for words in LIKE]
    if ending in {"search", "quick"}:
        return [f"q={quote(words)}{more}" for words in SEARCHED for more in ("", "&kind=contact&after=9.999")]
    if rule.endpoint == "FollowupView.add":
        return [f"customer={key}" for key in world.customer]
    if model in (Customer, Contact, Followup, Deal, Opportunity) and ending in {"list", "index", "count", "export"}:
        return [
            *PLAIN,
            *[f"segment={key}" for key in world.segments],
            *[f"filter={quote(json.dumps(wish))}" for wish in wishes(model)],
        ]
    return TABS if ending == "show" and model is Customer else PLAIN[:1]


#: The end of a session, and what tells of whoever was looked up by a whole number or name before (test_intake).
UNASKED = {"AuthView.logout", "TicketView.caller"}


def readable(app, *, under="/"):
    """Return every rule that is answered to a GET, files apart."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and rule.rule.startswith(under)]
    return [rule for rule in rules if not rule.endpoint.endswith("static") and rule.endpoint not in UNASKED]


def crawl(app, browser, world, *, under="/"):
    """Ask for everything that begins with ``under``; yield (address, answer)."""
    for rule in readable(app, under=under):
        for key in keys_of(app, rule, world):
            address = re.sub(r"<[^>]+>", str(key), rule.rule)
            for query in queries_of(app, rule, world):
                answer = browser.get(address, query_string=query)
                yield f"{address}?{query}", answer
                if answer.status_code in (FORBIDDEN, UNKNOWN):
                    break  # to this person there is no such thing, whatever else is asked of it
            if answer.status_code == FORBIDDEN:
                break  # for this person the screen does not exist


# ── what is told ──


def told(answer):
    """Return all that an answer says: its words, its headers, and what its workbook holds, spaces and dashes out."""
    said = [
        unquote(str(answer.headers)),
        unquote(answer.text) if answer.is_json or answer.mimetype.startswith("text") else "",
    ]
    if answer.is_json:
        said.append(json.dumps(answer.json, ensure_ascii=False))
    if answer.data.startswith(b"PK"):
        book = zipfile.ZipFile(io.BytesIO(answer.data))
        said += [book.read(name).decode("utf-8", "replace") for name in book.namelist()] + book.namelist()
    if answer.data.startswith(b"%PDF"):
        said += [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.data)).pages]
    nonces = re.compile(r'nonce[-="][^"\']*|csrf_token" value="[^"]*"|Set-Cookie:.*|X-Request-ID:.*')
    return re.sub(r"[\s\-]|</?mark>|<span class=\"dots\">|</span>", "", nonces.sub("", "\n".join(said)))


def leaks(asked, secrets):
    """Return the addresses whose answers tell a secret that was not in the question itself."""
    found, count = [], 0
    for address, answer in asked:
        assert answer.status_code < 500, address
        count += 1
        words, question = told(answer), re.sub(r"[\s\-]", "", unquote(address))
        found += [(address, secret) for secret in secrets if secret in words and secret not in question]
    return found, count
