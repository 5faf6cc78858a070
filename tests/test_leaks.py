"""No answer tells a word of what lies outside the scope, or a number to somebody who sees numbers masked.

Every address that can be read is asked with the keys of every row there is, in scope and outside, with every
filter that might find something; the whole answer is searched: body, headers, file names, cells of workbooks.
"""

import io
import json
import re
import zipfile
from types import SimpleNamespace
from urllib.parse import quote, unquote

import pypdf
import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.base import scope
from app.base.actor import SYSTEM, acting
from app.base.fields import reading
from app.base.screens.listing import filterable
from app.crm.customers import services
from app.crm.customers.models import Contact, Customer
from app.extensions import db
from app.system.files import services as files
from app.system.files.rules import FAMILIES, Limits
from app.system.recycle.models import BinEntry
from app.system.sign_in import services as sign_in
from tests.cast import BY_USERNAME, EVE, LIN, PEOPLE, SAM
from tests.factories import a_contact, a_customer
from tests.system.segments.steps import kept, one

SHARED_NUMBER = "+8613700137000"  # stands at one of Eve's and at one of Lin's
CODE, CODE_IN_BIN = "91410300MA9K2R4TXA", "91350000NFEU9W2E97"
EVES = {"name": "叶家贸易有限公司", "phone": SHARED_NUMBER, "owner": EVE.id}
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
LIMITS = Limits(size_mb=1, per_record=9, families=frozenset(FAMILIES))
#: Every number there is, as digits.
NUMBERS = ("13700137000", "65551001", "13655510002", "13655510003")


@pytest.fixture
def world(app):
    """One company of Eve's, one of Lin's, with history, a contact and a deleted sister of it; their keys."""
    with app.app_context(), acting(SYSTEM):
        hers, other = a_customer(**EVES), a_customer(**(LINS | {"name": "旧名机械有限公司"}))
        services.change(other, LINS, actor=SYSTEM, revision=other.revision)
        friend = a_contact(name="叶家联系人", phones=(SHARED_NUMBER,), customer=hers)
        contact = a_contact(name="甘藏之", phones=("+8613655510003",), customer=other)
        # what was open to Eve once: her inbox still has the message
        services.share(other, employee_id=EVE.id, can_write=False, until_on=None, actor=LIN.actor)
        services.unshare(other, employee_id=EVE.id, actor=LIN.actor)
        gone = a_customer(name="林家旧店有限公司", phone="+8613655510002", owner=LIN.id)
        services.delete(gone, actor=SYSTEM)
        shut = a_customer(name="叶家旧店有限公司", phone=SHARED_NUMBER, credit_code=CODE_IN_BIN, owner=EVE.id)
        services.delete(shut, actor=SYSTEM)
        with_code = a_customer(name="林家分店有限公司", phone="+8613655510002", owner=LIN.id)
        services.change(with_code, {"credit_code": CODE_IN_BIN}, actor=SYSTEM, revision=None)
        services.recount()
        hung = [hang_a_file(one, name) for one, name in ((hers, "叶家合同 137-0013-7000.txt"), (other, "甘藏之.txt"))]
        keep_segments()
        return SimpleNamespace(
            file=hung,
            customer=(hers.id, other.id, gone.id),
            contact=(friend.id, contact.id),
            binned=tuple(db.session.scalars(select(BinEntry.id).order_by(BinEntry.id))),
            outside=(other.id, gone.id),
            outside_contacts=(contact.id,),
        )


def hang_a_file(customer, name):
    """Hang a text with the customer's name in it on the customer; return its id."""
    content = files.take_in(io.BytesIO(customer.name.encode()), name=name, limits=LIMITS)
    return files.attach(customer, content, kind="customer", actor=SYSTEM, limits=LIMITS).id


def keep_segments():
    """Keep a private segment of Lin's (1), and one of Sam's with a number in it, open to half the house (2)."""
    assert kept("林家名单", one("name", "contains", "林家"), who=LIN) == SEGMENTS[0]
    number = one("any_phone", "is", SHARED_NUMBER)
    assert kept("同一个号码", number, who=SAM, to=("agent", "dispatcher", "marketing")) == SEGMENTS[1]


SEGMENTS = (1, 2)

# ── what is asked ──

FORBIDDEN = 403

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
TABS = ("", "tab=related", "tab=access", "tab=contacts", "tab=files")


def wishes(model):
    """Return filters that a curious person would try, as JSON: every field at once, its numbers, words inside."""
    known = filterable(model)
    numbers = [name for name, spec in known.items() if spec.kind == "phone"]
    yield {"any": [{"field": name, "op": "not_empty"} for name in known]}
    yield {"any": [{"field": name, "op": "is", "value": SHARED_NUMBER} for name in numbers]}
    for words in ("家", "1365551"):
        yield {"any": [{"field": name, "op": "contains", "value": words} for name in known if "name" in name]}


def keys_of(rule, world):
    """Return what the placeholders of an address are filled with: every row's key, and every choice's name."""
    if "<field>" in rule.rule:
        return [*filterable(Customer), *filterable(Contact), "owner", "department", "nothing"]
    owners = {"Customer": world.customer, "Attachment": world.file, "File": world.file, "Contact": world.contact}
    known = owners | {"Segment": SEGMENTS, "Recycle": world.binned}
    for name, keys in known.items():
        if rule.endpoint.startswith((f"{name}View", f"{name}Api")):
            return keys
    if "<template>" in rule.rule:
        return ["company"]
    return [1, 2, 3, *(person.id for person in PEOPLE[3:5])] if "<" in rule.rule else [""]


def queries_of(app, rule):
    """Return the query strings to ask an address with."""
    view = next((one for one in app.appbuilder.baseviews if one.endpoint == rule.endpoint.split(".")[0]), None)
    model, ending = getattr(view, "model", None), rule.endpoint.split(".")[-1]
    if ending == "choices":
        return ["q=", f"q={quote('家')}", "q=13700137000"]
    if ending == "alike":
        return [f"{name}={quote(words)}" for name in ("name", "phone", "credit_code") for words in LIKE]
    if ending in {"search", "quick"}:
        return [f"q={quote(words)}{more}" for words in SEARCHED for more in ("", "&kind=contact&after=9.999")]
    if model in (Customer, Contact) and ending in {"list", "index", "count", "export"}:
        return [
            *PLAIN,
            *[f"segment={key}" for key in SEGMENTS],
            *[f"filter={quote(json.dumps(wish))}" for wish in wishes(model)],
        ]
    return TABS if ending == "show" and model is Customer else PLAIN[:1]


def readable(app):
    """Return every rule that is answered to a GET, files apart."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods]
    return [rule for rule in rules if not rule.endpoint.endswith("static") and "logout" not in rule.rule]


def crawl(app, browser, world):
    """Ask for everything; yield (address, answer)."""
    for rule in readable(app):
        questions = ((key, query) for key in keys_of(rule, world) for query in queries_of(app, rule))
        for key, query in questions:
            address = re.sub(r"<[^>]+>", str(key), rule.rule)
            answer = browser.get(address, query_string=query)
            yield f"{address}?{query}", answer
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


def with_token(app, username):
    """Return what a program of this person sends."""
    with app.app_context():
        secret = sign_in.issue_token(BY_USERNAME[username].actor, name="crawl", days=30)
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def as_program(app, as_user, stranger):
    """Return a caller of REST who signs in with a token of a person's."""

    def come(username):
        headers = with_token(app, username)
        return SimpleNamespace(get=lambda address, **given: stranger.get(address, headers=headers, **given))

    return come


def test_nothing_of_somebody_elses_customer_is_told_to_an_agent(app, as_user, world):
    found, count = leaks(crawl(app, as_user("eve"), world), SECRETS)
    assert count > 100
    assert found == []


def test_nothing_of_somebody_elses_customer_is_told_to_an_agents_program(app, as_program, world):
    eve = as_program("eve")
    asked = ((address, answer) for address, answer in crawl(app, eve, world) if address.startswith("/api/"))
    found, count = leaks(asked, SECRETS)
    assert count > 20
    assert found == []


@pytest.mark.parametrize("key", [0, 1])
def test_what_lies_outside_is_not_found_by_its_typed_key(as_user, world, key):
    eve, number = as_user("eve"), world.outside[key]
    for address in ("/customers/{}", "/customers/{}/edit", "/customers/{}/history", "/api/v1/customers/{}"):
        assert eve.get(address.format(number)).status_code == 404


@pytest.mark.parametrize("username", ["dai", "shi"])
def test_no_full_number_is_told_to_who_sees_them_masked(app, as_user, world, username):
    with app.app_context():
        assert "phones" in BY_USERNAME[username].actor.hidden_groups
    found, count = leaks(crawl(app, as_user(username), world), NUMBERS)
    assert count > 100
    assert found == []


def test_no_full_number_is_told_to_a_dispatchers_program(app, as_program, world):
    dai = as_program("dai")
    asked = ((address, answer) for address, answer in crawl(app, dai, world) if address.startswith("/api/"))
    assert leaks(asked, NUMBERS)[0] == []


# ── the guards: without them, these tests see it ──


def test_without_the_scope_the_crawl_finds_what_is_told(app, as_user, world):
    event.remove(Session, "do_orm_execute", scope._narrow)
    try:
        eve = as_user("eve")
        asked = [(address, eve.get(address)) for address in ("/customers/", "/customers/export", "/api/v1/customers/")]
        found, _count = leaks(asked, SECRETS)
    finally:
        event.listen(Session, "do_orm_execute", scope._narrow)
    assert {address for address, _secret in found} == {"/customers/", "/customers/export", "/api/v1/customers/"}


def test_without_the_masks_the_crawl_finds_the_numbers(app, as_user, world, monkeypatch):
    monkeypatch.setattr(reading, "is_hidden", lambda *_given, **_more: False)
    dai = as_user("dai")
    asked = [(address, dai.get(address)) for address in ("/customers/", "/customers/export", "/api/v1/customers/")]
    found, _count = leaks(asked, NUMBERS)
    assert {address for address, _secret in found} == {"/customers/", "/customers/export", "/api/v1/customers/"}
