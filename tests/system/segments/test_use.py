"""Segments in lists: the viewer's own scope, “me”, relative days; and for later domains."""

import pytest
from sqlalchemy import select

from app.base import clock, segments
from app.base.actor import SYSTEM, acting
from app.base.errors import Invalid, Missing
from app.base.i18n import speaking
from app.base.screens.listing import filterable
from app.crm.customers.models import Contact, Customer
from app.extensions import db
from app.system.segments import queries
from tests.cast import ANRAN, EVE, GUO, LIN, SAM
from tests.factories import a_customer
from tests.system.segments.steps import kept, one, shown

# ── the viewer's own scope, "me", relative dates ──


def test_a_shared_segment_shows_everybody_their_own_rows(as_user, houses, make):
    address = f"/customers/?segment={make(who=SAM, to=('agent', 'supervisor'))}"
    assert shown(as_user("lin"), address) == {"甲家"}
    assert shown(as_user("eve"), address) == {"丙家"}
    assert shown(as_user("sam"), address) == {"甲家", "乙家"}


def test_me_is_whoever_looks_and_my_department_theirs(as_user, houses, make):
    mine = make("我的", one("owner", "is", "me"), who=SAM, to=("agent", ANRAN))
    ours = make("部门", one("department", "is", "me"), who=SAM, to=("agent", ANRAN))
    assert shown(as_user("lin"), f"/customers/?segment={mine}") == {"甲家", "丁家"}
    assert shown(as_user("eve"), f"/customers/?segment={mine}") == {"丙家"}
    assert shown(as_user("anran"), f"/customers/?segment={mine}") == set()
    assert shown(as_user("anran"), f"/customers/?segment={ours}") == set()  # 总部 has none
    assert shown(as_user("lin"), f"/customers/?segment={ours}") == {"甲家", "丁家"}
    assert "my department" in as_user("lin").get(f"/customers/?segment={ours}").text


@pytest.mark.parametrize("field", ["owner", "department"])
def test_who_is_nobody_has_nothing_that_is_theirs(app, houses, make, field):
    """A missing department, or the system without an id, must not turn "is me" into "is empty"."""
    pool = {"name": "无主", "owner": None}
    with app.app_context():
        a_customer(**pool)
        key = kept(text=one(field, "is", "me"), who=LIN)
        with acting(SYSTEM):
            where = queries.matching(Customer, key, actor=SYSTEM)
            assert db.session.scalars(select(Customer.name).where(where)).all() == []


def test_me_means_nothing_in_a_field_of_other_records_and_is_a_word_in_a_text(app, houses):
    with app.app_context():
        known = filterable(Customer)
        assert segments.canonical(one("owner", "is", "me"), known, actor=LIN.actor)
        with pytest.raises(Invalid):
            segments.canonical(one("parent", "is", "me"), known, actor=LIN.actor)
        a_customer(name="me")
        with acting(SYSTEM):
            key = kept(text=one("name", "is", "me"), who=ANRAN)
            where = queries.matching(Customer, key, actor=ANRAN.actor)
            assert db.session.scalars(select(Customer.name).where(where)).all() == ["me"]


def test_the_builder_offers_me_where_it_means_something(as_user):
    lin = as_user("lin")
    assert lin.get("/customers/choices/owner?me=1&q=").json[0] == {"value": "me", "text": "me", "sub": ""}
    assert lin.get("/customers/choices/department?me=1&q=my").json[0]["value"] == "me"
    assert "me" not in [found["value"] for found in lin.get("/customers/choices/owner?q=").json]  # a form knows none
    assert lin.get("/customers/choices/parent?me=1&q=").json == []


def test_relative_days_are_counted_from_today(app, houses, make, monkeypatch):
    key = make(text=one("created_at", "last_days", "3"))
    later = clock.now().replace(year=clock.now().year + 1)
    with app.app_context(), acting(LIN.actor):
        found = select(Customer.id)
        assert len(db.session.scalars(found.where(queries.matching(Customer, key, actor=LIN.actor))).all()) == 2
        monkeypatch.setattr(clock, "now", lambda: later)
        assert db.session.scalars(found.where(queries.matching(Customer, key, actor=LIN.actor))).all() == []


# ── for later domains ──


def test_another_domain_gets_the_condition_in_the_actors_scope(app, houses, make):
    key = make(who=SAM, to=(LIN, GUO))
    with app.app_context(), speaking("en"):
        for who, names in ((SAM, {"甲家", "乙家"}), (LIN, {"甲家"}), (GUO, set())):
            where = queries.matching(Customer, key, actor=who.actor)
            with acting(SYSTEM):  # the condition holds the scope itself, also in statements the hook leaves alone
                assert set(db.session.scalars(select(Customer.name).where(where))) == names
        assert queries.filter_of(key, actor=LIN.actor).segment.name == "重点"
        with pytest.raises(Missing, match="no longer shared with you"):
            queries.matching(Customer, key, actor=EVE.actor)
        with pytest.raises(Invalid, match="is one of another list"):
            queries.matching(Contact, key, actor=SAM.actor)


def test_a_segment_of_a_list_that_was_removed_is_refused(app, make, monkeypatch):
    key = make(who=SAM)
    monkeypatch.delitem(segments.subjects, "CustomerView")
    with (
        app.app_context(),
        speaking("en"),
        pytest.raises(Invalid, match="The list of the segment “重点” does not exist any more"),
    ):
        queries.filter_of(key, actor=SAM.actor)


# ── cost ──


def test_tabs_cost_a_list_no_statement_once_they_are_known(as_user, houses, make, statements):
    for number in range(20):
        make(f"第{number}个")
    key = make()
    lin = as_user("lin")
    lin.get("/customers/")
    with statements() as plain:
        lin.get("/customers/")
    with statements() as through:
        lin.get(f"/customers/?segment={key}")
    assert not [said for said in plain if "segments_" in said]
    assert len(through) <= len(plain)
    assert len(plain) <= 8
