"""The test bed keeps its promises: both databases, a fixed cast, nothing left behind, quickly."""

import pytest
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import func, select

from app.base.actor import SYSTEM, acting
from app.base.stamps import numbers, raise_stamp
from app.base.transaction import transaction
from app.crm.customers.models import Customer
from app.extensions import db
from app.system.dictionary.models import DictionaryValue
from app.system.security import queries as security
from app.system.security.models import Department
from tests.bed.cpu import cpu_seconds
from tests.bed.databases import WRITES
from tests.cast import BAI, DEPARTMENTS, LIN, MEI, PASSWORD, PEOPLE, SAM
from tests.factories import a_contact, a_customer


def test_the_database_is_the_one_the_test_was_promised(in_app, database):
    assert db.engine.dialect.name == database


def test_everybody_of_the_cast_can_act_with_their_roles_and_department(in_app):
    for person in PEOPLE:
        assert person.actor.roles == frozenset(person.roles)
        assert person.actor.department_id == person.department_id


def test_a_supervisor_has_both_teams_below(in_app):
    below = {DEPARTMENTS[name][0] for name in ("客服一部", "客服一组", "客服二组")}
    assert SAM.actor.departments_below == below


def test_a_browser_of_the_cast_is_signed_in(as_user):
    assert as_user("lin").get("/customers/").status_code == 200
    assert as_user("bai").get("/customers/").status_code == 403


def test_two_browsers_are_two_people(as_user, saved):
    key = saved(a_customer)
    lin, eve = as_user("lin"), as_user("eve")
    assert lin.get(f"/customers/{key}").status_code == 200
    assert eve.get(f"/customers/{key}").status_code == 404


def test_the_sign_in_form_takes_the_passwords_of_the_cast(stranger):
    answer = stranger.post("/login/", data={"username": "mei", "password": PASSWORD})
    assert answer.status_code == 302
    assert stranger.get("/").status_code == 200


def test_a_form_without_its_token_is_refused_where_the_test_asks_for_it(as_user, saved):
    key = saved(a_customer)
    lin = as_user("sam", csrf=True)
    assert lin.post(f"/customers/{key}/delete").status_code == 400
    token = lin.token()
    assert lin.post(f"/customers/{key}/delete", data={"csrf_token": token, "reason": "trial"}).status_code == 302


def test_a_record_can_be_read_without_a_context(saved, read):
    key = saved(a_customer, name="郑州晨曦科技有限公司")
    assert read(Customer, key).name == "郑州晨曦科技有限公司"
    assert read(Customer, key + 1) is None


@pytest.mark.parametrize("_again", [1, 2])
def test_what_one_test_writes_the_next_does_not_see(in_app, _again):
    with acting(SYSTEM):
        assert db.session.scalar(select(func.count(Customer.id))) == 0
        assert db.session.scalar(select(func.count(DictionaryValue.id)).where(DictionaryValue.label_en == "Mine")) == 0
        customer = a_customer()
        a_contact(customer=customer)
        db.session.get(DictionaryValue, 1).label_en = "Mine"
        db.session.commit()


@pytest.mark.parametrize("change", ["hire", "nothing", "hire again", "stamp"])
def test_a_cached_right_of_one_test_is_not_believed_in_the_next(in_app, change):
    """The stamp must come back neither to the number under which the agent was cached, nor to the one before."""
    if change != "nothing":
        _change_rights(BAI.id, makes_an_agent=change.startswith("hire"))
    assert BAI.actor.roles == ({"agent"} if change.startswith("hire") else set())


@transaction
def _change_rights(user_id, *, makes_an_agent):
    if makes_an_agent:
        user = db.session.get_one(User, user_id)
        user.roles.append(db.session.scalar(select(Role).where(Role.name == "agent")))
    raise_stamp(security.STAMP)


def test_a_restoration_takes_less_than_30_ms(app, watch):
    spent = []
    for _round in range(5):
        with app.app_context():
            a_contact(customer=a_customer())
            db.session.remove()
        began = cpu_seconds()
        watch.restore()
        spent.append(cpu_seconds() - began)
    assert sorted(spent)[2] < 0.03


def test_the_statements_of_a_block_can_be_counted(in_app, statements):
    with statements() as seen:
        db.session.scalar(select(func.count(Department.id)))
    numbers()
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("INSERT INTO customers_customer (name) VALUES (?)", "customers_customer"),
        ('INSERT OR IGNORE INTO "transaction" (id) VALUES (1)', "transaction"),
        ("WITH gone AS (DELETE FROM outbox_line RETURNING id) SELECT 1", "outbox_line"),
        ("update customers_tag set code = 'a'", "customers_tag"),
    ],
)
def test_a_statement_that_writes_is_known_by_its_table(statement, table):
    assert WRITES.findall(statement) == [table]


def test_neighbours_do_not_see_each_others_customers(in_app):
    key = a_customer(owner=LIN.id).id
    with acting(MEI.actor):
        assert db.session.scalar(select(Customer.id).where(Customer.id == key)) is None


MADE = []


def a_listed_customer(**given):
    MADE.append(db.engine.dialect.name)
    return a_customer(**given).id


@pytest.mark.parametrize("_again", [1, 2, 3])
def test_what_tests_begin_with_is_made_once_and_then_put_back(app, once, database, as_user, _again):
    first = once(a_listed_customer, name="只做一次有限公司", phone="+8613655510002")
    second = once(a_listed_customer, name="也只一次有限公司")
    assert MADE.count(database) == 2
    with app.app_context(), acting(SYSTEM):
        assert [one.id for one in db.session.scalars(select(Customer).order_by(Customer.id))] == [first, second]
    lin = as_user("lin")
    assert lin.get("/search/?q=只做一次").location == f"/customers/{first}"
    assert lin.get(f"/customers/{first}/history").status_code == 200
    assert once(a_customer_by_hand) not in (first, second)  # after another write nothing is put back


def a_customer_by_hand():
    return a_customer(name="不再放回有限公司").id


def test_who_patches_gets_rows_of_their_own(once, monkeypatch, database):
    before = MADE.count(database)
    once(a_listed_customer, name="只做一次有限公司", phone="+8613655510002")
    assert MADE.count(database) == before + 1
