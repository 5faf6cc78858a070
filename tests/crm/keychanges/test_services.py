"""Key data is proposed, waits, and changes the customer once it is approved: with all checks made again."""

import pytest
from sqlalchemy import select, text

from app.base.actor import SYSTEM, acting
from app.base.errors import Invalid, InvalidFields, NotAllowed, WrongState
from app.base.recycle import Why
from app.crm.customers import queries as customers
from app.crm.customers import services as customer_services
from app.crm.keychanges import queries, services
from app.crm.keychanges.models import Change
from app.extensions import db
from app.system.audit import queries as audit
from tests.cast import EVE, LIN, MEI, QIAN, SAM
from tests.crm.keychanges.steps import (
    CODE,
    OTHER,
    approve,
    case_state,
    customer,
    now,
    proposed,
    reject,
    save,
    state,
    switch_on,
)
from tests.factories import a_customer

pytestmark = pytest.mark.usefixtures("in_app")


def test_without_the_setting_key_data_is_refused_as_before():
    key = customer()
    with pytest.raises(InvalidFields, match="only a supervisor"):
        save(key, name="河南新名商贸有限公司")
    assert now(key).name == "河南旧名商贸有限公司"


def test_ordinary_fields_are_saved_at_once_and_key_fields_wait():
    switch_on()
    key = customer()
    assert save(key, name="河南新名商贸有限公司", notes="neu", reason="new licence") == ("name",)
    assert (now(key).name, now(key).notes) == ("河南旧名商贸有限公司", "neu")
    with acting(LIN.actor):
        change = queries.waiting(key)
        assert (change.now, change.before) == ({"name": "河南新名商贸有限公司"}, {"name": "河南旧名商贸有限公司"})
        assert (change.by_id, change.reason) == (LIN.id, "new licence")


def test_what_is_not_filled_in_yet_waits_for_nobody():
    switch_on()
    key = customer(legal_person=None)
    assert save(key, legal_person="新人") == ()
    assert now(key).legal_person == "新人"


def test_who_may_edit_key_data_waits_for_nobody():
    switch_on()
    key = customer()
    assert save(key, by=SAM, name="河南新名商贸有限公司") == ()
    assert now(key).name == "河南新名商贸有限公司"


def test_approved_it_changes_the_customer_and_the_history_says_by_whom():
    switch_on()
    key, change = proposed(name="河南新名商贸有限公司", legal_person="新人")
    assert approve(MEI, change).changed == [change]
    assert (now(key).name, now(key).legal_person, state(change)) == ("河南新名商贸有限公司", "新人", "approved")
    with acting(SYSTEM):
        newest = audit.sets(customers.Customer, key)[0]
    assert newest.who == MEI.name
    assert "林晓" in str(newest.note)


def test_nobody_approves_their_own_proposal():
    switch_on()
    key, change = proposed()
    assert "entered themselves" in str(approve(LIN, change).refused[change])
    assert now(key).name == "河南旧名商贸有限公司"


def test_only_the_head_is_asked():
    switch_on()
    _key, change = proposed()
    assert "not your turn" in str(approve(QIAN, change).refused[change])
    assert "not your turn" in str(approve(SAM, change).refused[change])


def test_rejected_the_customer_stays_as_it_is():
    switch_on()
    key, change = proposed()
    with pytest.raises(Invalid, match="say why"):
        reject(MEI, change, reason="")
    assert reject(MEI, change).changed == [change]
    assert (now(key).name, state(change)) == ("河南旧名商贸有限公司", "rejected")


def test_withdrawn_by_who_proposed_it_and_only_while_it_waits():
    switch_on()
    _key, change = proposed()
    with acting(MEI.actor) as mei, pytest.raises(NotAllowed, match="Only whoever submitted"):
        services.withdraw([change], "", mei)
    with acting(LIN.actor) as lin:
        services.withdraw([change], "", lin)
        assert (state(change), case_state(change)) == ("withdrawn", "withdrawn")
        with pytest.raises(WrongState, match="any more"):
            services.withdraw([change], "", lin)


def test_given_back_it_can_be_proposed_anew():
    switch_on()
    key, change = proposed()
    with acting(MEI.actor) as mei:
        assert services.give_back([change], "which licence?", mei).changed == [change]
    assert state(change) == "returned"
    assert proposed(key)[1] > change


def test_a_second_change_has_to_wait():
    switch_on()
    key, _change = proposed()
    with pytest.raises(Invalid, match="waits for approval already"):
        save(key, legal_person="新人", notes="lost")
    assert now(key).notes is None  # all of the form is refused together


def test_a_code_that_another_has_is_refused_when_it_is_proposed():
    switch_on()
    key = customer()
    a_customer(name="别家商贸有限公司", credit_code=OTHER, owner=EVE.id)
    with pytest.raises(InvalidFields, match="has this credit code"):
        save(key, credit_code=OTHER)


def test_a_code_that_another_has_by_now_is_refused_when_it_is_approved():
    switch_on()
    key, change = proposed(credit_code=OTHER)
    a_customer(name="别家商贸有限公司", credit_code=OTHER, owner=EVE.id)
    assert "has this credit code" in str(approve(MEI, change).refused[change])
    assert (now(key).credit_code, state(change), case_state(change)) == (CODE, "waiting", "waiting")


def test_a_customer_that_was_changed_meanwhile_is_a_conflict():
    switch_on()
    key, change = proposed()
    save(key, by=SAM, name="河南别名商贸有限公司")
    assert "changed after this was proposed" in str(approve(MEI, change).refused[change])
    with acting(MEI.actor):
        assert "Customer name" in str(queries.warning(db.session.get(Change, change)))
    assert now(key).name == "河南别名商贸有限公司"
    assert reject(MEI, change).changed == [change]


def test_another_field_that_was_changed_meanwhile_stays():
    switch_on()
    key, change = proposed()
    save(key, by=SAM, legal_person="别人", notes="x")
    assert approve(MEI, change).changed == [change]
    assert (now(key).name, now(key).legal_person) == ("河南新名商贸有限公司", "别人")


def test_of_a_deleted_customer_nothing_is_approved():
    switch_on()
    key, change = proposed()
    with acting(SYSTEM):
        customer_services.delete(customers.by_id(key), actor=SYSTEM, why=Why())
    assert "was deleted meanwhile" in str(approve(MEI, change).refused[change])


def test_the_values_are_sealed():
    switch_on()
    _key, change = proposed()
    row = (
        db.session.connection().execute(text(f"SELECT values_now FROM keychanges_change WHERE id = {change}")).scalar()
    )
    assert "新名" not in row
    assert row.startswith("v1|")


def test_a_change_is_seen_by_who_sees_the_customer_and_by_who_is_asked():
    switch_on()
    _key, change = proposed()

    def sees(who):
        with acting(who.actor):
            return db.session.scalar(select(Change.id).where(Change.id == change)) is not None

    assert [sees(who) for who in (LIN, SAM, MEI, EVE)] == [True, True, True, False]


def test_a_purged_customer_takes_its_changes_along():
    switch_on()
    key, change = proposed()
    with acting(SYSTEM):
        customer_services.delete(customers.by_id(key), actor=SYSTEM, why=Why())
        services._forget(2, [key], None)
        db.session.commit()
        assert db.session.get(Change, change) is None
    assert case_state(change) == "gone"
