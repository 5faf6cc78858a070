"""Customers that may be entered twice: what looks the same, what is told of it, saving all the same, asking for it."""

import json
import re
from dataclasses import replace
from urllib.parse import quote

import pytest
from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.base.bulk import set_columns
from app.base.errors import Invalid, Missing
from app.base.history import insert_versioned
from app.base.transaction import transaction
from app.crm.customers import rules, services
from app.crm.customers.models import Customer
from app.crm.customers.services import Reason
from app.extensions import db
from app.system.audit import queries as audit
from app.system.logs.models import Entry
from app.system.notifications.models import Message
from app.system.security.models import Department
from tests.cast import ANRAN, EVE, LIN, MEI, SAM
from tests.factories import a_contact, a_customer
from tests.test_leaks import with_token

NAME, CODE = "河南安然科技有限公司", "91350000NFEU9W2E97"
NUMBER, OTHER = "+8613800138000", "+8613800138111"
FORM = {"kind": "company", "name": NAME, "phone": "138 0013 8111"}


# ── names: the table of what is left of them ──


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("河南安然科技有限公司", "河南安然科技"),
        ("河南安然科技有限公司", "河南安然科技有限责任公司"),
        ("河南安然科技有限公司", "河南安然科技（郑州）有限公司"),
        ("河南安然科技(集团)股份有限公司", "河南安然科技有限公司"),
        ("河南安然科技有限公司", "河南安然科技 有限公司"),
        ("臺灣軟體科技有限公司", "台湾软体科技有限公司"),
        ("Anran Technology", "ＡＮＲＡＮ technology"),
    ],
)
def test_names_that_are_one_without_their_legal_form(one, other):
    assert rules.name_core(one) == rules.name_core(other) != ""


@pytest.mark.parametrize(
    ("one", "other"), [("河南安然科技有限公司", "河南安然商贸有限公司"), ("郑州晨光商贸", "河南晨光商贸")]
)
def test_names_that_are_not(one, other):
    assert rules.name_core(one) != rules.name_core(other)


@pytest.mark.parametrize("name", ["晨光有限公司", "公司", "有限公司", "（郑州）有限公司", "", "王伟"])
def test_a_name_that_says_too_little_has_no_core(name):
    assert rules.name_core(name) == ""


@pytest.mark.parametrize(
    ("name", "told"), [("王小明", False), ("王小明 ", False), ("欧阳小明", True), ("A B CD", True)]
)
def test_only_names_of_four_characters_are_answered_outside_the_scope(name, told):
    assert rules.may_be_told(name) is told


# ── what looks the same ──


@pytest.fixture
def lin(in_app):
    """Lin acts, with Mei's customers outside what she sees."""
    with acting(LIN.actor) as actor:
        yield actor


def alike(actor, but=None, per_day=100, **values):
    return services.alike(values, but=but, actor=actor, per_day=per_day)


def reasons(found):
    return [(one.name, one.reasons) for one in found]


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"credit_code": CODE}, Reason.CODE),
        ({"name": NAME}, Reason.NAME),
        ({"name": "河南安然科技  有限公司"}, Reason.NAME),
        ({"name": "河南安然科技"}, Reason.CORE),
        ({"phone": NUMBER}, Reason.PHONE),
        ({"finance_phone": NUMBER}, Reason.PHONE),
    ],
)
def test_a_customer_is_found_by_code_name_and_phone(lin, asked, reason):
    a_customer(name=NAME, credit_code=CODE, phone=NUMBER)
    a_customer(name="别的公司", phone=OTHER)
    assert reasons(alike(lin, **asked)) == [(NAME, (reason,))]


def test_a_contacts_number_counts_too_and_a_fax_does_not(lin):
    customer = a_customer(name=NAME, phone=OTHER, fax=NUMBER)
    assert alike(lin, phone=NUMBER) == []
    with acting(SYSTEM):
        a_contact(customer=customer, phones=(NUMBER,))
    assert reasons(alike(lin, phone=NUMBER)) == [(NAME, (Reason.PHONE,))]


def test_all_reasons_of_one_are_told_and_the_strongest_comes_first(lin):
    a_customer(name=NAME, phone=OTHER)
    a_customer(name="同号公司", phone=NUMBER)
    a_customer(name="河南安然科技有限责任公司", phone="+8637165001999")
    found = alike(lin, name=NAME, phone=NUMBER)
    assert reasons(found) == [
        (NAME, (Reason.NAME,)),
        ("同号公司", (Reason.PHONE,)),
        ("河南安然科技有限责任公司", (Reason.CORE,)),
    ]


def test_at_most_five_are_told(lin):
    for number in range(8):
        a_customer(name=f"同号{number}号公司", phone=NUMBER)
    assert len(alike(lin, phone=NUMBER)) == 5


def test_a_customer_is_not_like_itself_and_a_deleted_one_is_like_nobody(lin):
    mine = a_customer(name=NAME, phone=NUMBER)
    assert alike(lin, but=mine.id, name=NAME, phone=NUMBER) == []
    with acting(SYSTEM):
        services.delete(mine, actor=SYSTEM)
    assert alike(lin, name=NAME, phone=NUMBER, credit_code=CODE) == []


def test_customers_written_in_sets_are_found_like_any_other(lin):
    @transaction
    def bring_in():
        now = a_customer(name="样板公司", phone=OTHER)
        row = {c.name: getattr(now, c.name) for c in Customer.__table__.columns if c.name not in ("id", "revision")}
        (made,) = insert_versioned(Customer, [row | {"name": NAME, "credit_code": None}])
        return made

    with acting(SYSTEM):
        made = bring_in()
    assert reasons(alike(lin, name="河南安然科技")) == [(NAME, (Reason.CORE,))]
    with acting(SYSTEM):
        transaction(lambda: set_columns(Customer, [made], {"name": "改了名的公司"}, ANRAN.actor))()
    assert alike(lin, name="河南安然科技") == []


# ── outside the scope ──


def told_outside(found):
    return [(one.owner, one.is_seen) for one in found]


@pytest.mark.parametrize("asked", [{"name": NAME}, {"phone": NUMBER}, {"credit_code": CODE}])
def test_outside_the_scope_a_whole_name_number_or_code_is_answered(lin, asked):
    a_customer(name=NAME, credit_code=CODE, phone=NUMBER, owner=EVE.id)
    assert told_outside(alike(lin, **asked)) == [("叶薇", False)]


@pytest.mark.parametrize(
    "asked", [{"name": "河南安然科技"}, {"name": "安然"}, {"phone": "+8613800138"}, {"credit_code": CODE[:10]}]
)
def test_outside_the_scope_a_part_is_answered_by_nothing(lin, asked):
    a_customer(name=NAME, credit_code=CODE, phone=NUMBER, owner=EVE.id)
    assert alike(lin, **asked) == []


def test_a_short_name_outside_the_scope_is_answered_by_nothing(lin):
    a_customer(name="王小明", kind="person", phone=NUMBER, owner=EVE.id)
    assert alike(lin, name="王小明") == []


def test_a_customer_of_the_pool_is_told_as_in_the_pool(lin):
    a_customer(name=NAME, owner=None)
    (one,) = alike(lin, name=NAME)
    assert (one.is_seen, one.owner_text) == (False, "in the pool")


def looked_up(app):
    with app.app_context(), acting(SYSTEM):
        found = db.session.scalars(select(Entry).where(Entry.kind == "looked_up").order_by(Entry.id))
        return [(one.person_id, one.title) for one in found]


# ── the screens: while typing ──


@pytest.fixture
def theirs(saved):
    """A customer of Eve's, whom Lin does not see."""
    return saved(a_customer, name=NAME, credit_code=CODE, phone=NUMBER, owner=EVE.id)


@pytest.fixture
def mine(saved):
    return saved(a_customer, name=NAME, phone=NUMBER)


def asked(browser, **typed):
    return browser.get("/customers/alike", query_string=typed)


def test_while_typing_a_customer_in_scope_is_told_with_the_way_to_it(as_user, mine):
    page = asked(as_user("lin"), name=NAME)
    assert page.status_code == 200
    assert NAME in page.text
    assert f'href="/customers/{mine}"' in page.text
    assert "林晓" in page.text
    assert "same name" in page.text
    assert "Save all the same" not in page.text


def test_while_typing_a_number_may_be_written_in_any_way_and_a_wrong_one_is_passed_over(as_user, mine):
    lin = as_user("lin")
    assert "same phone number" in asked(lin, phone="138-0013-8000").text
    assert asked(lin, phone="138", name="x").text.strip() == ""


def test_outside_the_scope_nothing_is_told_but_that_it_is_there_and_whose(app, as_user, theirs):
    page = asked(as_user("lin"), name=NAME)
    assert "There is such a customer outside of what you see." in page.text
    assert "叶薇" in page.text
    assert "Ask for it" in page.text
    for secret in (NAME, CODE, "13800138000", "138 0013 8000", f"/customers/{theirs}", "same name"):
        assert secret not in page.text
    assert looked_up(app) == [(LIN.id, NAME)]


def test_the_same_answer_is_logged_once_a_day_and_counts_once(app, as_user, theirs):
    lin = as_user("lin")
    asked(lin, name=NAME)
    asked(lin, phone=NUMBER)
    assert len(looked_up(app)) == 1


def test_beyond_the_days_limit_nothing_more_is_told_outside_the_scope(app, as_user, saved, theirs, monkeypatch):
    monkeypatch.setitem(app.config, "ZHIKE", replace(app.config["ZHIKE"], lookup_per_day=1))
    saved(a_customer, name="叶家贸易有限公司", owner=EVE.id)
    own, lin = saved(a_customer, name="林家贸易有限公司"), as_user("lin")
    assert "叶薇" in asked(lin, name=NAME).text
    assert asked(lin, name="叶家贸易有限公司").text.strip() == ""
    assert "叶薇" in asked(lin, name=NAME).text  # told already
    assert f"/customers/{own}" in asked(lin, name="林家贸易有限公司").text
    assert "叶薇" in asked(as_user("mei"), name=NAME).text  # each has a limit of their own


@pytest.mark.parametrize(("username", "status"), [("bai", 403), ("xu", 403), ("qian", 403), ("gao", 403), ("lin", 200)])
def test_only_who_enters_customers_is_answered(as_user, theirs, username, status):
    assert asked(as_user(username), name=NAME).status_code == status


def test_the_customer_that_is_being_changed_is_left_out_if_one_sees_it(as_user, mine, theirs):
    lin = as_user("lin")
    assert f"/customers/{mine}" not in asked(lin, name=NAME, but=mine).text
    assert asked(lin, name=NAME, but=theirs).status_code == 404


def test_who_sees_numbers_masked_may_ask_for_a_whole_one_and_is_not_told_it(as_user, mine):
    told = asked(as_user("dai"), phone=NUMBER).text
    assert NAME in told
    assert "138 0013 8000" not in told
    assert asked(as_user("dai"), phone=NUMBER[:-4]).text.strip() == ""


def test_a_get_writes_nothing_but_the_log(as_user, theirs, statements):
    lin = as_user("lin")
    with statements() as seen:
        asked(lin, name=NAME)
    written = {words.split()[2] for words in seen if words.startswith("INSERT")}
    assert written <= {"logs_entry", "logs_record_set"}
    assert not [words for words in seen if words.startswith(("UPDATE customers", "DELETE"))]


# ── the screens: on saving ──


def despite(page):
    return re.search(r'name="despite" value="([^"]+)"', page.text)[1]


def all_named(app, name):
    with app.app_context(), acting(SYSTEM):
        return list(db.session.scalars(select(Customer.id).where(Customer.name == name).order_by(Customer.id)))


def test_saving_what_looks_the_same_brings_the_form_back_with_everything_typed(app, as_user, mine):
    page = as_user("lin").post("/customers/new", data=FORM | {"address": "文化路 1 号"})
    assert page.status_code == 422
    assert "This looks like customers that are there already." in page.text
    assert f'href="/customers/{mine}"' in page.text
    assert "文化路 1 号" in page.text
    assert "138 0013 8111" in page.text
    assert "Save all the same" in page.text
    assert all_named(app, NAME) == [mine]


def test_saving_all_the_same_saves_and_is_written_in_history_and_log(app, as_user, mine):
    lin = as_user("lin")
    page = lin.post("/customers/new", data=FORM)
    answer = lin.post("/customers/new", data=FORM | {"despite": despite(page)})
    assert answer.status_code == 302
    _old, new = all_named(app, NAME)
    with app.app_context(), acting(SYSTEM):
        assert audit.sets(Customer, new)[0].note == f"Saved although it looks like #{mine} (same name)"
        noted = db.session.scalars(select(Entry).where(Entry.kind == "duplicate_saved")).one()
        assert (noted.subject_id, json.loads(noted.detail)["same"]) == (new, ["same name"])
    assert "Saved although it looks like" in as_user("sam").get("/changes/").text


def test_a_yes_to_some_is_no_yes_to_others(app, as_user, saved, mine):
    lin = as_user("lin")
    page = lin.post("/customers/new", data=FORM)
    other = saved(a_customer, name="同号公司", phone=OTHER)
    again = lin.post("/customers/new", data=FORM | {"despite": despite(page)})
    assert again.status_code == 422
    assert f'href="/customers/{other}"' in again.text


@pytest.mark.parametrize("token", ["", "forged", "12,13"])
def test_a_forged_yes_is_none(app, as_user, mine, token):
    assert as_user("lin").post("/customers/new", data=FORM | {"despite": token}).status_code == 422
    assert all_named(app, NAME) == [mine]


def test_a_yes_of_somebody_else_is_none(as_user, mine):
    page = as_user("lin").post("/customers/new", data=FORM)
    assert as_user("anran").post("/customers/new", data=FORM | {"despite": despite(page)}).status_code == 422


def test_the_enter_key_saves_as_usual_and_says_yes_to_nothing(as_user, mine):
    page = as_user("lin").post("/customers/new", data=FORM).text
    form = page[page.index('id="zk-form"') :]
    assert form.index('<button type="submit" hidden') < form.index('name="despite"')


def test_an_equal_credit_code_is_refused_as_ever_and_there_is_no_all_the_same(app, as_user, saved):
    saved(a_customer, name="有码公司", credit_code=CODE)
    page = as_user("lin").post("/customers/new", data=FORM | {"credit_code": CODE})
    assert page.status_code == 422
    assert "Another customer has this credit code already." in page.text
    assert 'name="despite"' not in page.text


def test_saving_outside_the_scope_tells_and_reveals_no_more(app, as_user, theirs):
    page = as_user("lin").post("/customers/new", data={"kind": "company", "name": "新公司", "phone": NUMBER})
    assert page.status_code == 422
    assert "There is such a customer outside of what you see." in page.text
    assert NAME not in page.text
    assert looked_up(app) == [(LIN.id, NAME)]


def test_a_change_asks_only_about_what_changes(app, as_user, saved, mine):
    other = saved(a_customer, name="同号公司", phone=NUMBER)
    lin, form = as_user("lin"), {"kind": "company", "name": "同号公司", "phone": NUMBER, "revision": 1}
    assert lin.post(f"/customers/{other}/edit", data=form | {"address": "新址"}).status_code == 302
    page = lin.post(f"/customers/{other}/edit", data=form | {"name": NAME, "revision": 2})
    assert page.status_code == 422
    assert f'href="/customers/{mine}"' in page.text
    yes = form | {"name": NAME, "revision": 2, "despite": despite(page)}
    assert lin.post(f"/customers/{other}/edit", data=yes).status_code == 302
    assert all_named(app, NAME) == [mine, other]


# ── asking for it ──


def ask_url(page):
    return re.search(r'data-ask="([^"]+)"', page.text)[1].replace("&amp;", "&")


@pytest.fixture
def headed(app):
    """Eve's department is headed by Anran."""
    with app.app_context(), acting(SYSTEM):
        db.session.get(Department, EVE.department_id).head_id = ANRAN.id
        db.session.commit()


def messages(app):
    with app.app_context(), acting(SYSTEM):
        rows = db.session.execute(select(Message.recipient_id, Message.sender_id, Message.kind, Message.record_id))
        return sorted(tuple(row) for row in rows)


@pytest.mark.usefixtures("headed")
def test_asking_tells_the_owner_and_the_head_of_the_department_and_is_logged(app, as_user, theirs):
    lin = as_user("lin")
    answer = lin.post(ask_url(asked(lin, name=NAME)), headers={"Accept": "application/json"})
    assert answer.json == {"text": "Asked: its owner and the head of the department have a message."}
    told = ("customer_asked_for", theirs)
    assert messages(app) == [(ANRAN.id, LIN.id, *told), (EVE.id, LIN.id, *told)]
    with app.app_context(), acting(SYSTEM):
        noted = db.session.scalars(select(Entry).where(Entry.kind == "asked_for")).one()
        assert (noted.person_id, noted.subject_id) == (LIN.id, theirs)


def test_the_owner_opens_the_customer_from_the_message(as_user, theirs):
    lin, eve = as_user("lin"), as_user("eve")
    lin.post(ask_url(asked(lin, name=NAME)))
    page = eve.get("/inbox/")
    assert f"林晓 asks for the customer “{NAME}”" in page.text
    opened = eve.post(re.search(r'"(/inbox/\d+/open)"', page.text)[1])
    assert opened.location == f"/customers/{theirs}"


def test_asking_twice_a_day_is_refused(app, as_user, theirs):
    lin = as_user("lin")
    url = ask_url(asked(lin, name=NAME))
    lin.post(url)
    again = lin.post(url, headers={"Accept": "application/json"})
    assert again.status_code == 422
    assert "You have asked for this customer today already." in again.json["error"]["message"]
    assert len(messages(app)) == 1


def test_without_script_one_is_told_on_the_list(as_user, theirs):
    lin = as_user("lin")
    assert lin.post(ask_url(asked(lin, name=NAME))).location == "/customers/"
    assert "Asked: its owner" in lin.get("/customers/").text


@pytest.mark.parametrize("username", ["bai", "xu", "mei"])
def test_nobody_asks_with_the_answer_of_another(app, as_user, theirs, username):
    url = ask_url(asked(as_user("lin"), name=NAME))
    assert as_user(username).post(url).status_code == (404 if username == "mei" else 403)
    assert messages(app) == []


@pytest.mark.parametrize("token", ["1", "forged", "MQ.x.y"])
def test_nobody_asks_for_a_customer_by_its_number(app, as_user, theirs, token):
    assert as_user("lin").post(f"/customers/ask-for/{quote(token)}").status_code == 404
    assert messages(app) == []


def test_a_customer_for_which_nobody_answers_is_not_asked_for(in_app):
    pool = a_customer(name=NAME, owner=None)
    with acting(LIN.actor), pytest.raises(Invalid, match="Nobody is responsible"):
        services.ask_for(pool.id, actor=LIN.actor)


def test_a_customer_deleted_meanwhile_is_not_asked_for(in_app):
    gone = a_customer(name=NAME, owner=EVE.id)
    with acting(SYSTEM):
        services.delete(gone, actor=SYSTEM)
    with acting(LIN.actor), pytest.raises(Missing, match="not there any more"):
        services.ask_for(gone.id, actor=LIN.actor)


def test_the_head_of_the_next_department_above_is_asked(in_app):
    with acting(SYSTEM):
        db.session.get(Department, SAM.department_id).head_id = SAM.id
        db.session.commit()
    hers = a_customer(name=NAME, owner=MEI.id)
    with acting(EVE.actor):
        services.ask_for(hers.id, actor=EVE.actor)
    with acting(SYSTEM):
        assert set(db.session.scalars(select(Message.recipient_id))) == {MEI.id, SAM.id}


# ── REST ──

LIST = "/api/v1/customers/"
BODY = {"kind": "company", "name": NAME, "phone": OTHER}


def test_a_program_is_told_the_candidates_and_may_accept_them(app, stranger, mine):
    headers = with_token(app, "lin")
    refused = stranger.post(LIST, json=BODY, headers=headers)
    assert refused.status_code == 409
    candidates = refused.json["error"]["candidates"]
    assert candidates == [{"id": mine, "name": NAME, "owner": "林晓", "same": ["name"]}]
    assert stranger.post(f"{LIST}?duplicates=accept", json=BODY, headers=headers).status_code == 201
    assert len(all_named(app, NAME)) == 2


def test_a_program_is_told_no_more_outside_the_scope(app, stranger, theirs):
    refused = stranger.post(LIST, json=BODY, headers=with_token(app, "lin"))
    assert refused.json["error"]["candidates"] == [{"owner": "叶薇"}]
    assert CODE not in refused.text
    assert looked_up(app) == [(LIN.id, NAME)]


def test_a_programs_change_asks_only_about_what_changes(app, stranger, saved, mine):
    other = saved(a_customer, name="同号公司", phone=NUMBER)
    headers = with_token(app, "lin")
    address = f"{LIST}{other}"
    assert stranger.put(address, json={"revision": 1, "address": "新址"}, headers=headers).status_code == 200
    assert stranger.put(address, json={"revision": 2, "name": NAME}, headers=headers).status_code == 409
    accepted = stranger.put(f"{address}?duplicates=accept", json={"revision": 2, "name": NAME}, headers=headers)
    assert accepted.status_code == 200


def test_a_program_with_an_equal_code_is_refused_as_ever(app, stranger, saved):
    saved(a_customer, name="有码公司", credit_code=CODE)
    answer = stranger.post(
        f"{LIST}?duplicates=accept", json=BODY | {"credit_code": CODE}, headers=with_token(app, "lin")
    )
    assert answer.status_code == 422
    assert "credit_code" in answer.json["error"]["fields"]


def test_the_description_names_the_parameter(as_user):
    paths = as_user("anran").get("/api/v1/openapi.json").json["paths"]
    for path, method, name in ((LIST, "post", "duplicates"), (f"{LIST}{{id}}", "put", "duplicates"),
                               (f"{LIST}{{id}}", "delete", "reason")):  # fmt: skip
        assert name in [one["name"] for one in paths[path][method]["parameters"]]
