"""Recording, correcting, deleting and restoring a follow-up, and what its customer then tells."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.background import AtOnce
from app.base.errors import Conflict, Invalid, InvalidFields, NotAllowed
from app.base.history import update_versioned, versions_of
from app.base.recycle import Why
from app.base.scope import may_write, unscoped, with_deleted
from app.base.transaction import listen, transaction
from app.crm.customers import services as customers
from app.crm.customers.models import Contact, Customer
from app.crm.followups import queries, services
from app.crm.followups.facts import FollowupRecorded
from app.crm.followups.models import Cycle, Followup
from app.extensions import db
from app.system.audit import queries as audit
from app.system.files import services as files
from app.system.files.models import File
from app.system.files.rules import FAMILIES
from app.system.files.services import Limits
from app.system.recycle.models import BinEntry
from app.system.runs import services as runs
from app.system.runs.models import Run
from tests.cast import ANRAN, DAI, EVE, LIN, MEI, SAM
from tests.factories import a_contact, a_customer, a_followup

pytestmark = pytest.mark.usefixtures("in_app")
HOUR, A_DAY = timedelta(hours=1), timedelta(days=1)
LIMITS = Limits(size_mb=1, per_record=9, families=frozenset(FAMILIES))


@pytest.fixture
def lin(in_app):
    with acting(LIN.actor) as actor:
        yield actor


@pytest.fixture
def customer(lin):
    return customers.create({"name": "河南晨光商贸有限公司", "phone": "+8613800138000"}, actor=lin)


def told(customer):
    db.session.expire_all()
    found = db.session.get_one(Customer, customer.id)
    return found.followup_status, found.last_followup_at, found.next_contact_at


@transaction
def hand_over(customer, person):
    house = {"department_id": person.department_id} if person else {}
    update_versioned(Customer, [customer.id], {"owner_id": person and person.id} | house)


def versions(model, key):
    table = versions_of(model).__table__
    with unscoped("a test counts"):
        return db.session.scalar(select(func.count()).select_from(table).where(table.c.id == key))


def problems(refused):
    return {name: str(sentence) for name, sentence in refused.value.problems.items()}


# ── record ──


def test_the_customer_tells_of_a_follow_up_at_once_and_the_other_domains_hear_of_it(lin, customer):
    heard, now = [], clock.now()
    listen(FollowupRecorded, heard.append)

    made = services.record(
        customer, {"progress": "long_term", "next_contact_at": now + A_DAY, "call_seconds": 200}, actor=lin
    )

    assert (made.by_id, made.department_id, made.call_seconds) == (LIN.id, LIN.department_id, 200)
    assert told(customer) == ("long_term", made.at, now + A_DAY)
    assert heard == [FollowupRecorded(followup_id=made.id, customer_id=customer.id)]


def test_a_new_status_is_a_line_of_the_customers_history_the_same_one_is_none(lin, customer):
    services.record(customer, {"progress": "interested"}, actor=lin)
    after_first, revision = versions(Customer, customer.id), customer.revision

    services.record(customer, {"progress": "interested"}, actor=lin)

    assert versions(Customer, customer.id) == after_first == 2
    assert customer.revision == revision
    newest = audit.sets(Customer, customer.id)[0]
    assert newest.who == LIN.name


def test_the_newest_follow_up_counts_not_the_last_typed(lin, customer):
    now = clock.now()
    services.record(customer, {"progress": "interested", "at": now - HOUR}, actor=lin)

    services.record(customer, {"progress": "no_need", "at": now - A_DAY, "next_contact_at": now + A_DAY}, actor=lin)

    assert told(customer) == ("interested", now - HOUR, None)


def test_a_follow_up_without_a_next_contact_answers_the_one_that_was_planned(lin, customer):
    services.record(customer, {"progress": "interested", "next_contact_at": clock.now() + A_DAY}, actor=lin)

    services.record(customer, {"progress": "interested"}, actor=lin)

    assert told(customer)[2] is None


def test_nothing_is_recorded_at_a_customer_that_is_only_read(customer):
    with acting(SYSTEM):
        customers.share(customer, employee_id=MEI.id, can_write=False, until_on=None, actor=SYSTEM)
    with acting(MEI.actor) as mei, pytest.raises(NotAllowed, match="not yours, or not any more"):
        services.record(db.session.get_one(Customer, customer.id), {"progress": "interested"}, actor=mei)


def test_who_may_change_a_shared_customer_may_follow_it_up(customer):
    with acting(SYSTEM):
        customers.share(customer, employee_id=MEI.id, can_write=True, until_on=None, actor=SYSTEM)
    with acting(MEI.actor) as mei:
        made = services.record(db.session.get_one(Customer, customer.id), {"progress": "interested"}, actor=mei)
    assert made.by_id == MEI.id


def test_the_contact_is_one_of_the_customer(lin, customer):
    own, other = a_contact(customer=customer), a_contact(name="别人")

    made = services.record(customer, {"progress": "interested", "contact": own.id}, actor=lin)
    with pytest.raises(InvalidFields) as refused:
        services.record(customer, {"progress": "interested", "contact": other.id}, actor=lin)

    assert made.contact_id == own.id
    assert problems(refused) == {"contact": "Choose a contact of this customer."}
    assert queries.count(customer.id) == 1


def test_files_hang_on_the_follow_up_they_were_recorded_with(lin, customer):
    content = files.take_in(io.BytesIO("纪要".encode()), name="纪要.txt", limits=LIMITS)

    made = services.record(customer, {"progress": "interested"}, actor=lin, contents=[content], limits=LIMITS)

    assert [file.name for file in db.session.scalars(select(File))] == ["纪要.txt"]
    assert db.session.scalar(select(File.record_id)) == made.id


def test_a_refused_file_leaves_no_follow_up_behind(lin, customer):
    content = files.take_in(io.BytesIO("纪要".encode()), name="纪要.txt", limits=LIMITS)

    with pytest.raises(Invalid, match="here already"):
        services.record(customer, {"progress": "no_need"}, actor=lin, contents=[content, content], limits=LIMITS)

    assert queries.count(customer.id) == 0
    assert told(customer) == (None, None, None)


# ── correct ──


def test_a_correction_of_the_newest_reaches_the_customer_and_is_kept(lin, customer):
    made = services.record(customer, {"progress": "interested"}, actor=lin)

    services.change(made, {"progress": "no_need", "content": "下季度再说"}, actor=lin, revision=made.revision)

    assert told(customer)[0] == "no_need"
    assert versions(Followup, made.id) == 2


def test_a_correction_of_an_old_one_leaves_the_customer_alone(lin, customer):
    old = services.record(customer, {"progress": "interested", "at": clock.now() - A_DAY}, actor=lin)
    services.record(customer, {"progress": "long_term"}, actor=lin)

    services.change(old, {"progress": "no_need"}, actor=lin, revision=old.revision)

    assert told(customer)[0] == "long_term"


def test_a_correction_of_what_somebody_else_has_corrected_is_a_conflict(lin, customer):
    made = services.record(customer, {"progress": "interested"}, actor=lin)
    seen = made.revision
    services.change(made, {"content": "一"}, actor=lin, revision=seen)

    with pytest.raises(Conflict):
        services.change(made, {"content": "二"}, actor=lin, revision=seen)


def test_a_correction_obeys_the_rules_too(lin, customer):
    made = services.record(customer, {"progress": "interested"}, actor=lin)
    with pytest.raises(InvalidFields) as refused:
        services.change(made, {"at": clock.now() + A_DAY}, actor=lin, revision=None)
    assert "once it has taken place" in problems(refused)["at"]


def test_a_correction_can_be_taken_back(lin, customer):
    made = services.record(customer, {"progress": "interested", "content": "一"}, actor=lin)
    first = audit.sets(Followup, made.id)[0].number
    services.change(made, {"progress": "no_need", "content": "二"}, actor=lin, revision=None)

    count = services.take_back(made, number=first, only=None, actor=lin)

    assert (made.content, told(customer)[0]) == ("一", "interested")
    assert count == 2
    with pytest.raises(Invalid, match="Nothing differs"):
        services.take_back(made, number=first, only=None, actor=lin)


# ── delete, restore, for good ──


def test_without_the_newest_the_one_before_counts_and_with_none_there_is_no_status(lin, customer):
    now = clock.now()
    old = services.record(
        customer, {"progress": "interested", "at": now - A_DAY, "next_contact_at": now + A_DAY}, actor=lin
    )
    new = services.record(customer, {"progress": "no_need"}, actor=lin)

    services.delete(new, actor=lin, why=Why("wrong", "弄错了"))
    assert told(customer) == ("interested", now - A_DAY, now + A_DAY)

    services.delete(old, actor=lin)
    assert told(customer) == (None, None, None)
    with pytest.raises(Invalid, match="deleted already"):
        services.delete(old, actor=lin)


def test_a_restored_follow_up_counts_again_and_stood_in_the_bin_under_its_customers_name(lin, customer):
    made = services.record(customer, {"progress": "no_need"}, actor=lin)
    services.delete(made, actor=lin)
    assert db.session.scalar(select(BinEntry.name)) == customer.name

    with with_deleted():
        services.restore(db.session.get_one(Followup, made.id), actor=lin)

    assert told(customer)[0] == "no_need"
    with pytest.raises(Invalid, match="not deleted"):
        services.restore(db.session.get_one(Followup, made.id), actor=lin)


def test_a_customer_that_goes_for_good_takes_its_follow_ups_with_history_and_files(lin, customer):
    content = files.take_in(io.BytesIO("纪要".encode()), name="纪要.txt", limits=LIMITS)
    made = services.record(customer, {"progress": "interested"}, actor=lin, contents=[content], limits=LIMITS)
    gone = services.record(customer, {"progress": "no_need"}, actor=lin)
    services.delete(gone, actor=lin)
    keys = [made.id, gone.id]
    with acting(SYSTEM):
        customers.delete(customer, actor=SYSTEM)
        transaction(lambda: customers.customer_bin().purge([customer.id], SYSTEM))()

    with acting(SYSTEM), with_deleted(), unscoped("nothing may be left"):
        assert [versions(Followup, key) for key in keys] == [0, 0]
        assert db.session.scalar(select(func.count(Followup.id))) == 0
        assert db.session.scalar(select(func.count(File.id))) == 0
        assert db.session.scalar(select(func.count(BinEntry.id)).where(BinEntry.kind == "followup")) == 0


def test_a_contact_that_goes_for_good_is_forgotten_by_the_follow_ups(lin, customer):
    contact = a_contact(customer=customer)
    key = contact.id
    made = services.record(customer, {"progress": "interested", "contact": key}, actor=lin).id
    with acting(SYSTEM):
        customers.delete_contact(contact, actor=SYSTEM)
        transaction(lambda: customers.contact_bin().purge([key], SYSTEM))()

    db.session.expunge_all()
    assert db.session.get_one(Followup, made).contact_id is None
    with acting(SYSTEM), with_deleted():
        assert db.session.get(Contact, key) is None


def test_follow_ups_leave_the_lists_with_their_customer(lin, customer):
    services.record(customer, {"progress": "interested"}, actor=lin)
    with acting(SYSTEM):
        customers.delete(customer, actor=SYSTEM)
    for person in (LIN, ANRAN):
        with acting(person.actor):
            assert db.session.scalar(select(func.count(Followup.id))) == 0


# ── who sees and changes them ──


def test_a_neighbour_sees_nothing_the_supervisor_everything_the_author_what_has_moved_on(lin, customer):
    made = services.record(customer, {"progress": "interested"}, actor=lin)
    seen = {person.username: _sees(person) for person in (LIN, MEI, SAM, EVE, ANRAN)}
    assert seen == {"lin": True, "mei": False, "sam": True, "eve": False, "anran": True}

    with acting(SYSTEM):
        hand_over(customer, EVE)

    seen = {person.username: _sees(person) for person in (LIN, MEI, SAM, EVE, ANRAN)}
    assert seen == {"lin": True, "mei": False, "sam": False, "eve": True, "anran": True}
    with acting(EVE.actor) as eve:
        assert not may_write(db.session.get_one(Followup, made.id), eve)
    with acting(LIN.actor) as again:
        assert may_write(db.session.get_one(Followup, made.id), again)


def _sees(person):
    with acting(person.actor):
        return bool(db.session.scalar(select(func.count(Followup.id))))


def test_follow_ups_of_the_pool_are_for_departments_not_for_agents(lin, customer):
    a_followup(customer=customer.id)
    with acting(SYSTEM):
        hand_over(customer, None)
    assert {person.username for person in (MEI, SAM, EVE, ANRAN) if _sees(person)} == {"sam", "anran"}


# ── cycles ──


def test_the_usual_cycles_are_there_and_what_was_removed_does_not_come_back(lin):
    with acting(SYSTEM):
        rows = {row.level: row.days for row in queries.cycles()}
        gone = db.session.scalar(select(Cycle).where(Cycle.level == "d"))
        services.remove_cycle(gone, actor=SYSTEM)
        services.seed()
        left = {row.level for row in queries.cycles()}
    assert rows == {"key": 14, "a": 30, "b": 60, "c": 90, "d": 180}
    assert left == {"key", "a", "b", "c"}


def test_a_second_row_about_the_same_customers_is_refused(lin):
    with acting(SYSTEM), pytest.raises(InvalidFields, match="already"):
        services.add_cycle({"level": "a", "progress": None, "status": None, "days": 7}, actor=SYSTEM)


def test_the_customer_of_a_factory_is_lins(lin):
    assert a_followup(customer=a_customer().id).by_id == LIN.id


def test_what_was_planned_is_off_with_a_recall_and_planned_again_when_it_is_taken_back():
    key = a_customer().id
    then = clock.now() + timedelta(days=3)
    a_followup(customer=key, next_contact_at=then)
    subject = runs.subjects["CustomerView"]
    with acting(DAI.actor) as dai:
        about = {"title": "Recall", "filter_text": None, "ticked": [key], "shown": 1, "in_background": False}
        given = {"reason": "poor_followup"}
        run = runs.begin(subject, subject.actions["recall"], actor=dai, given=given, **about).id
        runs.carry_out(run, AtOnce({}, dai))
        assert planned(key) is None

        runs.begin_to_take_back(db.session.get_one(Run, run), actor=dai, in_background=False)
        runs.take_back(run, AtOnce({}, dai))

    assert planned(key) == then


def planned(key):
    with acting(SYSTEM):
        db.session.expire_all()
        return db.session.get_one(Customer, key).next_contact_at


def test_a_correction_plans_nothing_with_a_customer_of_the_pool():
    key = a_customer().id
    followup = a_followup(customer=key, next_contact_at=clock.now() + timedelta(days=3))
    with acting(SYSTEM):
        transaction(customers.let_go)([key], how="recall", reason=None, words="", actor=SYSTEM)
        services.change(followup, {"content": "更正"}, actor=SYSTEM, revision=None)

    assert planned(key) is None
