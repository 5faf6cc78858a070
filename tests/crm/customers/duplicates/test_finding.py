"""Customers that may be entered twice: what looks the same, and what is told of it outside the scope."""

import pytest

from app.base.actor import SYSTEM, acting
from app.base.bulk import set_columns
from app.base.history import insert_versioned
from app.base.transaction import transaction
from app.crm.customers import rules, services
from app.crm.customers.models import Customer
from app.crm.customers.services import Reason
from tests.cast import ANRAN, EVE, LIN
from tests.crm.customers.duplicates.steps import CODE, NAME, NUMBER, OTHER
from tests.factories import a_contact, a_customer

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
