"""Whose customers a person sees and changes, by role: in lists, on pages, in choices and filters, in contacts,
numbers and versions, and by ids typed into the address. Source: the table in DECISIONS."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session
from sqlalchemy_continuum import version_class

from app.base import clock, narrowing, scope
from app.base.actor import SYSTEM, acting
from app.base.scope import may_write
from app.crm.customers import services
from app.crm.customers.models import Collaborator, Contact, ContactPhone, Customer, CustomerTag, PhoneEntry, PhoneNumber
from app.extensions import db
from tests.cast import BAI, BY_ROLE, BY_USERNAME, EVE, GUO, LIN, MEI, SAM
from tests.factories import a_contact, a_customer

#: Name of the company → who owns it. The pool's belongs to 客服一部.
HELD = {
    "林家商贸有限公司": LIN,
    "梅家商贸有限公司": MEI,
    "郭家商贸有限公司": GUO,
    "叶家商贸有限公司": EVE,
    "公海商贸有限公司": None,
}
OURS = {"林家商贸有限公司", "梅家商贸有限公司", "郭家商贸有限公司"}
ALL = set(HELD)
NONE: set[str] = set()
POOL = {"公海商贸有限公司"}

#: Role → (what its holder of the cast reads, what they change).
TABLE = {
    "admin": (ALL, ALL),
    "supervisor": (OURS | POOL, OURS),
    "dispatcher": (ALL, ALL),
    "agent": ({"林家商贸有限公司"}, {"林家商贸有限公司"}),
    "service_manager": (NONE, NONE),  # of another department
    "technician": (NONE, NONE),
    "finance": (ALL - POOL, NONE),
    "sales": (NONE, NONE),  # owns none
    "marketing": (ALL - POOL, NONE),
    "kb_editor": (NONE, NONE),
    "hr": (NONE, NONE),
    "auditor": (ALL, NONE),
    "executive": (ALL, NONE),
}
PEOPLE = BY_ROLE | {"agent": LIN}


@pytest.fixture
def world(once):
    """Five companies, each with a contact, a number and a tag; ids by name."""
    return once(made)


def made():
    with acting(SYSTEM):
        found = SimpleNamespace(customer={}, contact={})
        for place, (name, owner) in enumerate(HELD.items()):
            given = {"phone": f"+863716500100{place}"}
            customer = a_customer(name=name, owner=owner.id if owner else None, **given)
            if owner is None:
                pooled(customer)
            contact = a_contact(name=f"{name[:2]}联系人", phones=(f"+861380013800{place}",), customer=customer)
            found.customer[name], found.contact[name] = customer.id, contact.id
    return found


def pooled(customer):
    customer.department_id = SAM.department_id
    db.session.commit()


def names(rows):
    return {row.name for row in rows}


def seen_by(actor, model=Customer):
    with acting(actor):
        return db.session.scalars(select(model)).all()


@pytest.mark.parametrize("role", TABLE)
def test_a_role_reads_what_the_table_says(in_app, world, role):
    assert names(seen_by(PEOPLE[role].actor)) == TABLE[role][0]


@pytest.mark.parametrize("role", TABLE)
def test_a_role_changes_what_the_table_says(in_app, world, role):
    actor = PEOPLE[role].actor
    assert names(row for row in seen_by(actor) if may_write(row, actor)) == TABLE[role][1]


def test_the_table_knows_every_role_with_people():
    assert set(TABLE) == set(BY_ROLE)


def test_without_a_role_nothing_is_seen(in_app, world):
    assert seen_by(BAI.actor) == []


def test_while_nobody_acts_nothing_is_seen(in_app, world):
    assert db.session.scalars(select(Customer)).all() == []


CHILDREN = (Contact, ContactPhone, PhoneEntry, PhoneNumber)


@pytest.mark.parametrize("model", CHILDREN)
def test_what_hangs_on_a_customer_is_seen_with_it(in_app, world, model):
    assert len(seen_by(LIN.actor, model)) == len(seen_by(SYSTEM, model)) // len(HELD)
    assert seen_by(BAI.actor, model) == []


@pytest.mark.parametrize("model", [Customer, Contact])
def test_versions_are_seen_with_their_record(in_app, world, model):
    versions = version_class(model)
    everything, mine = seen_by(SYSTEM, versions), seen_by(LIN.actor, versions)
    assert {row.id for row in mine} == {row.id for row in seen_by(LIN.actor, model)}
    assert len(everything) > len(mine) > 0


# ── sharing ──


def share(world, *, person=MEI, can_write=False, until_on=None):
    with acting(SYSTEM):
        customer = db.session.get(Customer, world.customer["叶家商贸有限公司"])
        services.share(customer, employee_id=person.id, can_write=can_write, until_on=until_on, actor=SYSTEM)


@pytest.mark.parametrize("can_write", [False, True])
@pytest.mark.parametrize("person", [MEI, SAM])
def test_a_shared_customer_opens_to_the_colleague_and_their_superior(in_app, world, can_write, person):
    share(world, can_write=can_write)
    actor = person.actor
    found = {row.name: may_write(row, actor) for row in seen_by(actor)}
    assert found["叶家商贸有限公司"] is can_write
    assert "叶家商贸有限公司" not in names(seen_by(GUO.actor))


@pytest.mark.parametrize(("days", "is_open"), [(1, True), (0, True), (-1, False)])
def test_a_share_is_open_until_its_last_day_and_not_beyond(in_app, world, monkeypatch, days, is_open):
    share(world, until_on=clock.today())
    day = clock.today() - timedelta(days=days)
    monkeypatch.setattr(clock, "today", lambda: day)
    assert ("叶家商贸有限公司" in names(seen_by(MEI.actor))) is is_open


def test_a_share_opens_contacts_numbers_and_versions_too(in_app, world):
    share(world)
    assert "叶家联系人" in names(seen_by(MEI.actor, Contact))
    assert world.customer["叶家商贸有限公司"] in {row.id for row in seen_by(MEI.actor, version_class(Customer))}


def test_a_collaborator_without_a_role_sees_nothing(in_app, world):
    share(world, person=BAI)
    assert seen_by(BAI.actor) == []


# ── on the screens ──


@pytest.mark.parametrize("username", ["lin", "sam", "qian", "xu"])
def test_a_list_shows_the_scope_and_not_a_row_more(as_user, world, username):
    role = BY_USERNAME[username].roles[0]
    text = as_user(username).get("/customers/").text
    assert {name for name in HELD if name in text} == TABLE[role][0]


FOREIGN = ("", "/edit", "?tab=contacts", "?tab=access", "/history")


@pytest.mark.parametrize("path", FOREIGN)
def test_a_typed_id_of_somebody_elses_customer_is_not_found(as_user, world, path):
    lin = as_user("lin")
    assert lin.get(f"/customers/{world.customer['林家商贸有限公司']}{path}").status_code == 200
    answer = lin.get(f"/customers/{world.customer['叶家商贸有限公司']}{path}")
    assert answer.status_code == 404
    assert "叶家" not in answer.text


@pytest.mark.parametrize("path", ["/edit", "/delete", "/share", "/contacts", "/contacts/of/legal_person"])
def test_a_button_on_somebody_elses_customer_is_not_found(as_user, world, path):
    key = world.customer["叶家商贸有限公司"]
    answer = as_user("lin").post(f"/customers/{key}{path}", data={"name": "x", "reason": "x"})
    assert answer.status_code in {403, 404}
    assert as_user("sam").post(f"/customers/{key}{path}", data={"name": "x"}).status_code == 404


def test_what_may_only_be_read_is_not_changed(as_user, world):
    sam, key = as_user("sam"), world.customer["公海商贸有限公司"]
    assert sam.get(f"/customers/{key}").status_code == 200
    answer = sam.post(f"/customers/{key}/edit", data={"name": "x"})
    assert answer.status_code == 403
    assert "You may read this record, but not change it." in answer.text


@pytest.mark.parametrize("path", ["", "/edit", "/history"])
def test_a_typed_id_of_a_contact_outside_is_not_found(as_user, world, path):
    lin = as_user("lin")
    assert lin.get(f"/contacts/{world.contact['林家商贸有限公司']}{path}").status_code == 200
    assert lin.get(f"/contacts/{world.contact['叶家商贸有限公司']}{path}").status_code == 404


def test_choices_offer_the_scope_only(as_user, world):
    offered = as_user("lin").get("/customers/choices/parent?q=商贸").json
    assert {one["text"] for one in offered} == {"林家商贸有限公司"}


def filtered(browser, field, op, value):
    asked = {"all": [{"field": field, "op": op, "value": value}]}
    return browser.get("/customers/", query_string={"filter": json.dumps(asked)}).text


def test_filters_across_relations_find_nothing_outside(as_user, world):
    lin = as_user("lin")
    assert "林家商贸有限公司" in filtered(lin, "contact_name", "contains", "联系人")
    for name in ALL - {"林家商贸有限公司"}:
        assert name not in filtered(lin, "contact_name", "contains", "联系人")
        assert name not in filtered(lin, "contact_name", "contains", name[:2])
    assert "叶家" not in filtered(lin, "any_phone", "is", "13800138003").split("<table")[-1]


def test_a_filter_by_a_typed_id_does_not_tell_a_name(as_user, world):
    assert "叶家" not in filtered(as_user("lin"), "parent", "is", str(world.customer["叶家商贸有限公司"]))


def test_a_parent_outside_cannot_be_chosen_by_its_id(as_user, world):
    lin, key = as_user("lin"), world.customer["林家商贸有限公司"]
    page = lin.get(f"/customers/{key}/edit").text
    revision = page.split('name="revision"')[1].split('value="')[1].split('"')[0]
    given = {"kind": "company", "name": "林家商贸有限公司", "phone": "0371-65001000", "revision": revision}
    answer = lin.post(f"/customers/{key}/edit", data=given | {"parent": str(world.customer["叶家商贸有限公司"])})
    assert answer.status_code == 422
    assert "叶家" not in answer.text


# ── the guard ──


def test_without_the_hook_everybody_would_see_everything(in_app, world):
    """Proves that it is the hook which these tests see."""
    event.remove(Session, "do_orm_execute", narrowing._narrow)
    try:
        assert names(seen_by(BAI.actor)) == ALL
    finally:
        event.listen(Session, "do_orm_execute", narrowing._narrow)
    assert seen_by(BAI.actor) == []


def test_rows_that_carry_a_scope_of_their_parent_are_all_listed():
    assert all(scope.policy_of(model) is not scope.PUBLIC for model in (*CHILDREN, Collaborator, CustomerTag))
