from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.errors import Conflict, Invalid, InvalidFields
from app.base.history import versions_of
from app.base.recycle import Why
from app.base.scope import with_deleted
from app.base.transaction import listen
from app.crm.customers import queries, services
from app.crm.customers.facts import CustomerCreated
from app.crm.customers.models import Contact, Customer, PhoneEntry, PhoneNumber
from app.extensions import db
from tests.cast import ANRAN, DAI, EVE, LIN, MEI
from tests.factories import a_contact, a_customer

pytestmark = pytest.mark.usefixtures("in_app")
CODE, OTHER_CODE = "91410300MA9K2R4T0J", "91350000NFEU9W2E97"
PHONE, LANDLINE = "+8613800138000", "+8637165001234"


@pytest.fixture
def lin(in_app):
    with acting(LIN.actor) as actor:
        yield actor


def problems(refusal):
    return {name: str(sentence) for name, sentence in refusal.value.problems.items()}


def serves(number):
    with acting(SYSTEM):
        db.session.expire_all()
        known = db.session.get(PhoneNumber, number)
        return known.customer_count if known else 0


def test_an_agent_makes_a_customer_of_her_own_and_the_other_domains_hear_of_it(lin):
    heard = []
    listen(CustomerCreated, heard.append)

    made = services.create({"name": "郑州晨光", "phone": PHONE, "owner": MEI.id, "tags": ("erp_switch",)}, actor=lin)

    assert (made.owner_id, made.department_id, made.kind, made.revision) == (LIN.id, LIN.department_id, "company", 1)
    assert made.assigned_at is not None
    assert [tag.code for tag in made.tags] == ["erp_switch"]
    assert heard[-1] == CustomerCreated(customer_id=made.id)


def test_who_may_assign_gives_a_new_customer_to_somebody_or_to_the_pool():
    with acting(DAI.actor) as dai:
        given = services.create({"name": "给梅芳", "phone": PHONE, "owner": MEI.id}, actor=dai)
        free = services.create({"name": "公海", "phone": PHONE, "owner": None}, actor=dai)

    assert (given.owner_id, given.department_id) == (MEI.id, MEI.department_id)
    assert (free.owner_id, free.department_id, free.assigned_at) == (None, DAI.department_id, None)


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"name": "", "phone": PHONE}, {"name": "Please fill this in."}),
        ({"name": "郑州晨光"}, {"phone": "Give at least one phone number, or the credit code."}),
        (
            {"name": "甲", "phone": PHONE, "birthday": date(2999, 1, 1)},
            {"birthday": "A birthday cannot lie in the future."},
        ),
        ({"name": "甲", "phone": PHONE, "parent": 10**9}, {"parent": "This company cannot be the parent."}),
    ],
)
def test_what_a_customer_must_have(lin, values, wrong):
    with pytest.raises(InvalidFields) as refusal:
        services.create(values, actor=lin)
    assert problems(refusal) == wrong


@pytest.mark.parametrize("column", ["phone", "legal_phone", "finance_phone", "cashier_phone", "fax"])
def test_any_one_phone_is_enough(lin, column):
    assert services.create({"name": "郑州晨光", column: PHONE}, actor=lin).id


def test_a_credit_code_belongs_to_one_customer_in_whatever_scope(lin):
    a_customer(owner=EVE.id, credit_code=OTHER_CODE)

    with pytest.raises(InvalidFields) as refusal:
        services.create({"name": "郑州晨光", "credit_code": OTHER_CODE}, actor=lin)

    assert problems(refusal) == {"credit_code": "Another customer has this credit code already."}


def test_a_person_keeps_no_fields_of_a_company(lin):
    made = services.create(
        {"kind": "person", "name": "王小明", "phone": PHONE, "legal_person": "李", "sex": "male"}, actor=lin
    )
    assert (made.legal_person, made.sex) == (None, "male")


@pytest.mark.usefixtures("no_key_data")
def test_a_change_is_a_version_with_who_when_and_from_where(lin):
    made = services.create({"name": "郑州晨光", "phone": PHONE}, actor=lin)

    services.change(made, {"name": "郑州晨光商贸", "level": "a"}, actor=lin, revision=1)

    kept = versions_of(Customer)
    versions = list(db.session.scalars(select(kept).where(kept.id == made.id).order_by(kept.transaction_id)))
    assert [(one.name, one.level, one.operation_type) for one in versions] == [
        ("郑州晨光", None, 0),
        ("郑州晨光商贸", "a", 1),
    ]
    assert versions[0].end_transaction_id == versions[1].transaction_id
    assert (made.updated_by_id, made.revision) == (LIN.id, 2)


def test_what_one_change_set_writes_in_two_goes_is_one_version_that_stands(lin):
    made = services.create({"name": "郑州晨光", "phone": PHONE}, actor=lin)

    for words in ("先写的", "后写的"):
        made.notes = words
        db.session.flush()
    db.session.commit()

    kept = versions_of(Customer)
    first, last = db.session.scalars(select(kept).where(kept.id == made.id).order_by(kept.transaction_id))
    assert (first.end_transaction_id, last.notes, last.end_transaction_id) == (last.transaction_id, "后写的", None)


@pytest.mark.usefixtures("no_key_data")
def test_the_second_of_two_savers_is_told_of_the_first(lin):
    made = services.create({"name": "郑州晨光", "phone": PHONE}, actor=lin)
    services.change(made, {"name": "甲"}, actor=lin, revision=1)

    with pytest.raises(Conflict, match="Someone else") as refusal:
        services.change(made, {"name": "乙"}, actor=lin, revision=1)

    assert refusal.value.revision == 2
    assert made.name == "甲"


def test_a_change_may_not_take_the_last_phone_away(lin):
    made = services.create({"name": "郑州晨光", "phone": PHONE}, actor=lin)
    with pytest.raises(InvalidFields):
        services.change(made, {"phone": None}, actor=lin, revision=1)
    db.session.refresh(made)
    assert made.phone == PHONE


def test_owner_and_department_are_not_changed_by_a_form(lin):
    made = services.create({"name": "郑州晨光", "phone": PHONE}, actor=lin)
    services.change(made, {"owner": MEI.id, "department": 1, "created_at": clock.now()}, actor=lin, revision=1)
    assert (made.owner_id, made.department_id) == (LIN.id, LIN.department_id)


def test_a_company_does_not_stand_below_itself(lin):
    mother = services.create({"name": "母公司", "phone": PHONE}, actor=lin)
    child = services.create({"name": "子公司", "phone": PHONE, "parent": mother.id}, actor=lin)

    for parent in (mother, child):
        with pytest.raises(InvalidFields) as refusal:
            services.change(mother, {"parent": parent.id}, actor=lin, revision=None)
        assert "parent" in problems(refusal)


def test_a_deleted_customer_is_gone_from_lists_and_index_and_comes_back_whole(lin):
    made = services.create({"name": "郑州晨光", "phone": PHONE, "credit_code": OTHER_CODE}, actor=lin)
    services.delete(made, actor=lin, why=Why("duplicate"))
    assert queries.by_id(made.id) is None
    assert serves(PHONE) == 0

    with with_deleted():
        services.restore(queries.by_id(made.id), actor=lin)

    assert queries.by_id(made.id).name == "郑州晨光"
    assert serves(PHONE) == 1


def test_a_second_one_with_the_same_code_is_not_restored(lin):
    first = services.create({"name": "甲", "credit_code": OTHER_CODE}, actor=lin)
    services.delete(first, actor=lin)
    services.create({"name": "乙", "credit_code": OTHER_CODE}, actor=lin)

    with with_deleted(), pytest.raises(Invalid) as refusal:
        services.restore(queries.by_id(first.id), actor=lin)
    assert OTHER_CODE in str(refusal.value)


def test_deleting_and_restoring_twice_is_refused(lin):
    made = services.create({"name": "甲", "phone": PHONE}, actor=lin)
    with pytest.raises(Invalid) as refusal:
        services.restore(made, actor=lin)
    assert str(refusal.value) == "This customer is not deleted."
    services.delete(made, actor=lin)
    with pytest.raises(Invalid) as refusal:
        services.delete(made, actor=lin)
    assert str(refusal.value) == "This customer is deleted already."


# ── phones ──


def test_a_number_knows_at_how_many_customers_it_serves_over_contacts_too(lin):
    first = services.create({"name": "甲", "legal_phone": PHONE, "finance_phone": PHONE}, actor=lin)
    second = services.create({"name": "乙", "phone": LANDLINE}, actor=lin)
    contact = services.create_contact({"name": "王小明", "phones": (PHONE,)}, actor=lin, customer=second)
    assert serves(PHONE) == 2

    services.attach_contact(services.create({"name": "丙", "phone": LANDLINE}, actor=lin), contact, actor=lin)
    assert (serves(PHONE), serves(LANDLINE)) == (3, 2)

    services.change(first, {"legal_phone": None, "finance_phone": LANDLINE}, actor=lin, revision=None)
    assert (serves(PHONE), serves(LANDLINE)) == (2, 3)


def test_related_customers_share_a_number_and_only_those_in_scope_are_told(lin):
    mine = services.create({"name": "甲", "phone": PHONE}, actor=lin)
    also = services.create({"name": "乙", "legal_phone": PHONE}, actor=lin)
    a_customer(name="别人的", phone=PHONE, owner=EVE.id)

    assert [(other.name, number) for other, number in queries.related(mine)] == [(also.name, PHONE)]


def test_the_periodic_job_mends_a_wrong_count(lin):
    services.create({"name": "甲", "phone": PHONE}, actor=lin)
    with acting(SYSTEM):
        db.session.get(PhoneNumber, PHONE).customer_count = 7
        db.session.commit()
        assert services.recount() == 1
    assert serves(PHONE) == 1


def test_the_state_of_a_number_counts_wherever_it_stands_and_has_a_history(lin):
    services.create({"name": "甲", "phone": PHONE}, actor=lin)
    services.mark_number(queries.numbers([PHONE])[PHONE], state="vacant", actor=lin)

    versions = db.session.scalars(
        select(versions_of(PhoneNumber).state).where(versions_of(PhoneNumber).number == PHONE)
    )
    assert queries.numbers([PHONE])[PHONE].state == "vacant"
    assert list(versions) == ["vacant"]


# ── contacts ──


def test_the_first_contact_is_the_primary_one_until_another_is_made_it(lin):
    customer = services.create({"name": "甲", "phone": PHONE}, actor=lin)
    one = services.create_contact({"name": "王小明", "position": "finance"}, actor=lin, customer=customer)
    two = services.create_contact({"name": "李小红"}, actor=lin, customer=customer)
    assert [(link.contact_id, link.is_primary) for link in queries.links_of(customer)] == [
        (one.id, True),
        (two.id, False),
    ]

    services.make_primary(queries.links_of(customer)[1], actor=lin)

    assert [link.contact_id for link in queries.links_of(customer) if link.is_primary] == [two.id]


def test_a_contact_keeps_its_other_customers_when_taken_off_one(lin):
    first = services.create({"name": "甲", "phone": LANDLINE}, actor=lin)
    second = services.create({"name": "乙", "phone": LANDLINE}, actor=lin)
    contact = services.create_contact({"name": "王小明", "phones": (PHONE,)}, actor=lin, customer=first)
    services.attach_contact(second, contact, actor=lin)

    services.detach_contact(queries.links_of(first)[0], actor=lin)

    assert queries.links_of(first) == []
    assert [link.contact_id for link in queries.links_of(second)] == [contact.id]
    assert serves(PHONE) == 1


def test_a_contact_is_not_put_at_a_customer_twice(lin):
    customer = services.create({"name": "甲", "phone": PHONE}, actor=lin)
    contact = services.create_contact({"name": "王小明"}, actor=lin, customer=customer)
    with pytest.raises(Invalid) as refusal:
        services.attach_contact(customer, contact, actor=lin)
    assert str(refusal.value) == "This contact is at the customer already."


def test_the_legal_person_becomes_a_contact_in_one_click(lin):
    customer = services.create({"name": "甲", "legal_person": "刘志远", "legal_phone": PHONE}, actor=lin)

    contact = services.make_contact_of(customer, "legal_person", actor=lin)

    assert (contact.name, [row.number for row in contact.phones]) == ("刘志远", [PHONE])
    assert queries.links_of(customer)[0].position == "legal_person"
    with pytest.raises(Invalid) as refusal:
        services.make_contact_of(customer, "cashier", actor=lin)
    assert str(refusal.value) == "There is no name to make a contact of."


def test_changing_a_contacts_phones_moves_the_index_of_all_its_customers(lin):
    customer = services.create({"name": "甲", "phone": LANDLINE}, actor=lin)
    contact = services.create_contact({"name": "王小明", "phones": (PHONE,)}, actor=lin, customer=customer)

    services.change_contact(contact, {"phones": ("+8613900139000",)}, actor=lin, revision=contact.revision)

    assert (serves(PHONE), serves("+8613900139000")) == (0, 1)
    services.delete_contact(contact, actor=lin)
    assert serves("+8613900139000") == 0
    with with_deleted():
        services.restore_contact(db.session.scalar(select(Contact).where(Contact.id == contact.id)), actor=lin)
    assert serves("+8613900139000") == 1


# ── sharing ──


def test_sharing_is_kept_changed_and_taken_back_in_one_step(lin):
    customer = services.create({"name": "甲", "phone": PHONE}, actor=lin)
    services.share(customer, employee_id=EVE.id, can_write=False, until_on=None, actor=lin)
    services.share(customer, employee_id=EVE.id, can_write=True, until_on=clock.today(), actor=lin)
    assert [(row.employee_id, row.can_write) for row in customer.collaborators] == [(EVE.id, True)]
    assert [reason for _name, reason, _share in queries.access_list(customer)] == ["owner", "writes"]

    services.unshare(customer, employee_id=EVE.id, actor=lin)

    assert customer.collaborators == []


@pytest.mark.parametrize(
    ("employee", "until", "says"),
    [
        (LIN.id, None, "The owner sees this customer anyway."),
        (10**6, None, "Choose a person."),
        (EVE.id, clock.today() - timedelta(days=1), "The last day is past already."),
    ],
)
def test_what_cannot_be_shared(lin, employee, until, says):
    customer = services.create({"name": "甲", "phone": PHONE}, actor=lin)
    with pytest.raises(Invalid) as refusal:
        services.share(customer, employee_id=employee, can_write=False, until_on=until, actor=lin)
    assert str(refusal.value) == says


def test_everything_of_the_factories_is_real():
    with acting(ANRAN.actor):
        contact = a_contact(customer=a_customer())
        entries = db.session.scalars(select(PhoneEntry).where(PhoneEntry.contact_id == contact.id)).all()
    assert [entry.kind for entry in entries] == ["contact"]
