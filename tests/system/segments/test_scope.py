"""Who sees a segment: its owner, and the people, roles and departments it is shared with. Nobody else, by no way."""

import pytest
from sqlalchemy import select
from sqlalchemy_continuum import version_class

from app.base.actor import SYSTEM, acting
from app.base.errors import Missing
from app.extensions import db
from app.system.security import services as security
from app.system.security.models import Department, Employee
from app.system.segments import queries, services
from app.system.segments.models import Segment, SegmentPlace, SegmentShare
from tests.cast import ANRAN, EVE, GUO, LIN, MEI, PEOPLE, SAM, SHI, XU
from tests.system.segments.steps import by, kept, the_segment

pytestmark = pytest.mark.usefixtures("in_app")


def seers(key):
    """Return the user names of everybody to whom the hook shows a segment."""
    found = set()
    for person in PEOPLE:
        with acting(person.actor):
            if db.session.scalar(select(Segment.id).where(Segment.id == key)):
                found.add(person.username)
    return found


def tabs_of(person, subject="CustomerView"):
    return [tab.segment.name for tab in queries.tabs(person.actor, subject)]


@pytest.mark.parametrize(
    ("to", "also"),
    [
        ((), set()),
        ((EVE,), {"eve"}),
        (("agent",), {"lin", "mei", "eve", "guo"}),
        ((2,), {"lin", "mei", "guo"}),  # 客服一部 and the two teams below it
        ((3,), {"mei", "lin"}),
        ((SHI, "auditor", 4), {"shi", "xu", "guo"}),
    ],
)
def test_a_segment_is_seen_by_its_owner_and_those_it_is_shared_with(to, also):
    key = kept(who=SAM, to=to)
    # who reads everything in the log also sees what is shared, never what is private
    assert seers(key) == {"sam"} | also | ({"anran", "xu"} if to else set())


def test_what_hangs_on_a_segment_and_its_versions_are_seen_by_the_same_people():
    key = kept(who=SAM, to=(EVE,))
    for person, sees in ((SAM, True), (EVE, True), (LIN, False)):
        with acting(person.actor):
            found = [
                db.session.scalar(select(SegmentShare.id).where(SegmentShare.segment_id == key)),
                db.session.scalar(select(version_class(Segment).id).where(version_class(Segment).id == key).limit(1)),
            ]
        assert [one is not None for one in found] == [sees, sees], person.username


def test_tabs_are_ones_own_and_those_shared_with_one_not_all_that_an_administrator_sees():
    kept("林的", who=LIN)
    kept("给叶薇", who=SAM, to=(EVE,))
    assert tabs_of(LIN) == ["林的"]
    assert tabs_of(EVE) == ["给叶薇"]
    assert tabs_of(ANRAN) == []
    assert tabs_of(EVE, "ContactView") == []


def test_a_change_of_role_or_department_counts_at_once():
    kept("给一组", who=SAM, to=(3,))
    kept("给坐席", who=SAM, to=("agent",))
    assert tabs_of(EVE) == ["给坐席"]
    with acting(SYSTEM):
        eve = db.session.get(Employee, EVE.id)
        security.change_employee(eve, {"department": 3, "roles": ("sales",)}, actor=SYSTEM, revision=None)
    assert tabs_of(EVE) == ["给一组"]


def test_a_department_that_moves_takes_what_is_shared_with_the_one_above_along():
    kept("给一部", who=SAM, to=(2,))
    assert tabs_of(EVE) == []
    with acting(SYSTEM):
        house = db.session.get(Department, 5)
        values = {"name": house.name, "parent": 2}
        security.save_department(house, values, actor=SYSTEM, revision=house.revision)
    assert tabs_of(EVE) == ["给一部"]


def test_when_sharing_stops_it_is_gone_at_once():
    key = kept(who=SAM, to=(EVE, "auditor"))
    share = next(row.id for row in the_segment(key).shares if row.employee_id == EVE.id)
    by(SAM, services.stop_sharing, key, share)
    assert "eve" not in seers(key)
    with pytest.raises(Missing, match=r"no longer shared with you"):
        queries.filter_of(key, actor=EVE.actor)


def test_a_deleted_department_closes_what_was_open_to_it_and_opens_nothing():
    with acting(SYSTEM):
        house = Department()
        security.save_department(house, {"name": "临时组", "parent": 1}, actor=SYSTEM, revision=None)
        key = kept(who=SAM, to=(house.id,))
        security.close_department(db.session.get(Department, house.id), actor=SYSTEM)
    assert seers(key) == {"sam"}
    assert the_segment(key).shares == []


def test_where_one_keeps_a_tab_is_nobody_elses_business():
    key = kept(who=SAM, to=(EVE,))
    by(EVE, services.hide, key)
    assert [tab.is_hidden for tab in queries.tabs(EVE.actor)] == [True]
    assert [tab.is_hidden for tab in queries.tabs(SAM.actor)] == [False]
    with acting(ANRAN.actor):
        assert db.session.scalars(select(SegmentPlace.id)).all() == []


def test_a_disabled_account_closes_nothing_that_it_shared_and_opens_nothing_that_was_private():
    shared, private = kept("公开", who=SAM, to=(LIN,)), kept("私有", who=SAM)
    with acting(SYSTEM):
        security.disable(db.session.get(Employee, SAM.id), actor=ANRAN.actor)
    assert tabs_of(LIN) == ["公开"]
    for person in (ANRAN, XU, LIN, MEI, GUO):
        with acting(person.actor):
            assert db.session.get(Segment, private) is None
            db.session.expunge_all()
    assert queries.filter_of(shared, actor=LIN.actor).segment.owner == SAM.name
