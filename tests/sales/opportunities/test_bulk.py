"""Opportunities of many customers and follow-ups at once, allocating, handing over, taking back."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from app.base import handover
from app.base.actor import SYSTEM, acting
from app.base.background import AtOnce
from app.base.errors import Invalid, NotAllowed
from app.base.scope import unscoped
from app.crm.customers.models import Collaborator
from app.extensions import db
from app.sales.opportunities import queries, services
from app.sales.opportunities.models import Move, Opportunity
from app.system.notifications.models import Message
from app.system.runs import services as runs
from app.system.runs.models import Run
from tests.cast import EVE, GUO, LIN, MEI, SAM
from tests.factories import a_customer, a_followup, a_product, an_opportunity

pytestmark = pytest.mark.usefixtures("in_app")


def planned(screen, name, ids, given, who=SAM):
    """Return the plan of an action over ticked rows, and how many they are."""
    with acting(who.actor) as actor:
        subject = runs.subjects[screen]
        where = subject.meant(filter_text=None, ticked=ids, actor=actor)
        count = runs.counts(subject, where, actor=actor).writable
        subject.actions[name].check(given, actor)
        return subject.actions[name].plan(where, count, given, actor), count


def done(screen, name, ids, given, who=SAM):
    plan, count = planned(screen, name, ids, given, who)
    with acting(who.actor) as actor:
        subject = runs.subjects[screen]
        about = {"title": "Many", "filter_text": None, "ticked": ids, "shown": count, "in_background": False}
        run = runs.begin(subject, subject.actions[name], actor=actor, given=plan.given, **about)
        runs.carry_out(run.id, AtOnce({}, actor))
        return db.session.get(Run, run.id, populate_existing=True)


def taken_back(run, who=SAM):
    with acting(who.actor) as actor:
        found = runs.preview(run)
        runs.begin_to_take_back(run, actor=actor, in_background=False)
        runs.take_back(run.id, AtOnce({}, actor))
        return found, db.session.get(Run, run.id, populate_existing=True)


def made():
    with acting(SYSTEM):
        db.session.expire_all()
        return db.session.scalars(select(Opportunity).order_by(Opportunity.id)).all()


def owners():
    return [one.owner_id for one in made()]


@pytest.fixture
def many(in_app):
    """Six customers of Lin's."""
    return [a_customer(name=f"郑州{n}商贸有限公司", phone=f"+861380013800{n}").id for n in range(6)]


GIVEN = {"type": "upgrade"}


def test_each_goes_to_who_holds_its_customer_unless_people_are_named(many):
    a_customer(name="无主商贸有限公司", owner=None)
    product = a_product()
    run = done("CustomerView", "make_opportunities", many, GIVEN | {"product": product.id})
    assert (run.changed_count, owners()) == (6, [LIN.id] * 6)
    first = made()[0]
    assert (first.title, first.amount, first.stage) == ("郑州0商贸有限公司 · Upgrade", Decimal("3980.00"), "contact_10")
    with unscoped("a test looks"):
        assert len(db.session.scalars(select(Move)).all()) == 6
        told = db.session.scalars(select(Message).where(Message.kind == "opportunities_given")).all()
    assert [(one.recipient_id, one.params["count"]) for one in told] == [(LIN.id, 6)]


def test_the_preview_counts_who_gets_how_many_and_what_is_left_alone(many):
    an_opportunity(customer=many[0], type="upgrade")
    free = a_customer(name="无主商贸有限公司", owner=None).id
    with acting(SYSTEM):
        plan, count = planned("CustomerView", "make_opportunities", [*many, free], GIVEN, who=SAM)
    assert count == 6  # nobody's customers are a supervisor's to read
    assert [line[:1] + line[2:3] for line in plan.lines] == [(LIN.name, "5")]
    assert "1 are left alone" in str(plan.warnings[0])


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"how": "even"}, {LIN.id: 2, MEI.id: 2, GUO.id: 2}),
        ({"how": "by_weight", "weights": "3:2:1"}, {LIN.id: 3, MEI.id: 2, GUO.id: 1}),
        ({"how": "by_load"}, {LIN.id: 1, MEI.id: 2, GUO.id: 3}),
    ],
)
def test_several_share_by_the_ways_of_the_pool(many, given, wanted):
    if given["how"] == "by_load":
        for n, by in enumerate((LIN, LIN, MEI)):
            other = a_customer(name=f"洛阳{n}有限公司", phone=f"+861380013801{n}", owner=by.id).id
            an_opportunity(customer=other, by=by, type="training")
    before = len(made())
    people = {"people": [LIN.id, MEI.id, GUO.id]}
    done("CustomerView", "make_opportunities", many, GIVEN | people | given)
    found = owners()[before:]
    assert {person: found.count(person) for person in wanted} == wanted


def test_whoever_gets_one_may_work_on_its_customer_and_no_more_once_it_is_taken_back(many):
    run = done("CustomerView", "make_opportunities", many[:2], GIVEN | {"people": [MEI.id]})
    with acting(MEI.actor):
        db.session.expire_all()
        assert len(db.session.scalars(select(Opportunity)).all()) == 2
    with unscoped("a test looks"):
        assert {row.employee_id for row in db.session.scalars(select(Collaborator))} == {MEI.id}
    preview, run = taken_back(run)
    assert (preview.restored, preview.kept, run.restored_count) == (2, 0, 2)
    assert made() == []
    with unscoped("a test looks"):
        assert db.session.scalars(select(Collaborator)).all() == []
        assert db.session.scalars(select(Move)).all() == []


def test_what_somebody_worked_on_since_is_kept_and_named(many):
    run = done("CustomerView", "make_opportunities", many[:3], GIVEN)
    with acting(LIN.actor) as lin:
        record = queries.by_id(made()[1].id)
        services.move(record, "needs_30", actor=lin, revision=None)
    preview, run = taken_back(run)
    assert (preview.restored, preview.kept) == (2, 1) == (run.restored_count, run.kept_count)
    assert [one.customer_id for one in made()] == [many[1]]


def test_twice_over_the_same_customers_makes_nothing_more_of_the_type_that_is_open(many):
    done("CustomerView", "make_opportunities", many, GIVEN)
    run = done("CustomerView", "make_opportunities", many, GIVEN)
    assert (run.changed_count, run.refused_count, len(made())) == (0, 6, 6)
    done("CustomerView", "make_opportunities", many, {"type": "training"})
    assert len(made()) == 12


def test_twice_over_the_same_follow_ups_makes_nothing_more(many):
    ids = [a_followup(customer=key, content=f"第{key}家要升级").id for key in many]
    with acting(LIN.actor) as actor:
        services.from_followup(db.session.get_one(type(a_followup(customer=many[0])), ids[0]), {}, actor=actor)
    run = done("FollowupView", "make_opportunities", ids, GIVEN)
    assert (run.changed_count, run.refused_count) == (5, 1)
    run = done("FollowupView", "make_opportunities", ids, GIVEN)
    assert (run.changed_count, run.refused_count) == (0, 6)
    assert sorted(one.followup_id for one in made()) == ids
    assert made()[-1].notes.startswith("第")


def test_it_costs_a_few_statements_however_many(many, statements):
    more = [a_customer(name=f"开封{n}商贸有限公司", phone=f"+86138001{n:05}").id for n in range(60)]
    counts = []
    for ids, kind in ((many, "training"), (more, "upgrade")):
        with statements() as seen:
            done("CustomerView", "make_opportunities", ids, {"type": kind, "people": [LIN.id, MEI.id]})
        counts.append(len(seen))
    assert counts[1] <= counts[0] + 10, counts


@pytest.mark.parametrize(
    ("given", "kind", "said"),
    [
        ({"people": [EVE.id]}, NotAllowed, "not belong to your department"),
        ({"people": [LIN.id, LIN.id]}, Invalid, "chosen twice"),
        ({"people": [LIN.id, MEI.id], "how": "by_weight", "weights": "1"}, Invalid, "weights for"),
        ({"people": [17]}, Invalid, "no role"),
        ({"product": 99}, Invalid, "not offered"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_done(many, given, kind, said):
    with pytest.raises(kind, match=said):
        planned("CustomerView", "make_opportunities", many, GIVEN | given)


# ── allocating, handing over ──


def test_open_ones_are_allocated_and_taken_back(many):
    keys = [an_opportunity(customer=key).id for key in many[:3]]
    with acting(LIN.actor) as lin:
        services.lose(queries.by_id(keys[0]), {"loss_reason": "price"}, actor=lin, revision=None)
    run = done("OpportunityView", "allocate", keys, {"people": [MEI.id], "words": "换区域"})
    assert (run.changed_count, run.refused_count) == (2, 1)
    assert owners() == [LIN.id, MEI.id, MEI.id]
    assert {one.department_id for one in made()[1:]} == {MEI.department_id}
    _preview, run = taken_back(run)
    assert owners() == [LIN.id] * 3


def test_open_ones_are_handed_over_when_somebody_leaves(many, app):
    keys = [an_opportunity(customer=key).id for key in many[:3]]
    with acting(LIN.actor) as lin:
        services.win(
            queries.by_id(keys[0]), {"amount": 1, "closed_on": made()[0].created_at.date()}, actor=lin, revision=None
        )
    kind = handover.registered["opportunities"]
    with acting(SAM.actor) as sam, app.test_request_context():
        assert kind.count(LIN.id, sam) == 2
        plan = kind.plan(LIN.id, {"people": [MEI.id], "beyond": True, "why": "handover"}, sam)
        assert [line[2] for line in plan.lines] == ["2"]
        assert "/runs/" in kind.begin(LIN.id, 2, plan.given, sam)
        assert kind.count(LIN.id, sam) == 0
    assert owners() == [LIN.id, MEI.id, MEI.id]
