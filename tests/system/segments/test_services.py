"""The verbs of segments: what each does, and every sentence by which it refuses."""

import json

import pytest
from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.base.errors import Conflict, Invalid, InvalidFields, NotAllowed, WrongState
from app.base.scope import with_deleted
from app.extensions import db
from app.system.audit import queries as audit
from app.system.notifications.models import Message
from app.system.segments import queries, rules, services
from app.system.segments.models import Segment
from app.system.segments.services import Audience
from tests.cast import ANRAN, EVE, LIN, SAM
from tests.system.segments.steps import LEVEL_B, LIST, audience, by, kept, one, the_segment

pytestmark = pytest.mark.usefixtures("in_app")


def order_of(person):
    return [tab.segment.name for tab in queries.tabs(person.actor, LIST) if not tab.is_hidden]


def test_a_saved_segment_keeps_the_filter_as_it_is_written_canonically():
    segment = the_segment(kept(" 重点  客户 ", ' {"all":[ {"field":"level","op":"is","value":"b"} ]}', sort="-name"))
    assert (segment.name, segment.sort, segment.owner_id) == ("重点 客户", "-name", LIN.id)
    assert segment.filter == '{"all":[{"field":"level","op":"is","value":"b"}]}'


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("  ", LEVEL_B, "Give the segment a name."),
        ("长" * 61, LEVEL_B, "at most 60 characters"),
        ("x", '{"all": []}', "Set at least one condition first"),
        ("x", "", "Set at least one condition first"),
        ("x", "{", "This filter cannot be read"),
        ("x", one("colour", "is", "red"), "There is no field “colour”"),
        ("x", one("level", "is", "zzz"), "not one of the values"),
    ],
)
def test_what_means_nothing_is_not_kept(name, text, sentence):
    with pytest.raises(Invalid, match=sentence):
        kept(name, text)


def test_the_longest_name_is_kept():
    assert the_segment(kept("长" * 60)).name == "长" * 60


def test_a_list_without_segments_is_refused():
    with pytest.raises(Invalid, match=r"This list has no segments\."):
        kept(subject="DepartmentView")


def test_an_order_by_a_field_that_there_is_not_is_not_kept():
    assert the_segment(kept(sort="-nothing\x00")).sort == ""


def test_one_person_has_one_segment_of_a_name_on_a_list():
    first = kept("重点")
    with pytest.raises(InvalidFields, match="a segment of this name on this list"):
        kept("重点")
    kept("重点", who=EVE)
    kept("重点", one("name", "contains", "王"), subject="ContactView")
    other = kept("其他")
    with pytest.raises(InvalidFields, match="a segment of this name on this list"):
        by(LIN, services.rename, other, {"name": "重点"}, revision=1)
    by(LIN, services.delete, first)
    by(LIN, services.rename, other, {"name": "重点"}, revision=1)
    assert the_segment(other).name == "重点"


def test_a_person_has_at_most_so_many_on_a_list(monkeypatch):
    monkeypatch.setattr(rules, "MOST_OWN", 2)
    kept("一")
    kept("二")
    with pytest.raises(Invalid, match="You have 2 segments on this list"):
        kept("三")


def test_only_the_owner_changes_what_a_segment_means():
    key = kept(who=SAM, to=(LIN,))
    for who in (LIN, ANRAN):
        for verb, given in (
            (services.rename, {"values": {"name": "x"}, "revision": 1}),
            (services.change_filter, {"filter_text": LEVEL_B, "sort": "", "revision": 1}),
            (services.share, {"audience": Audience(employees=(EVE.id,))}),
            (services.stop_sharing, {"share_id": 1}),
        ):
            with pytest.raises(NotAllowed, match="Only its owner may change this segment"):
                by(who, verb, key, **given)
    assert the_segment(key).revision == 2  # saved, shared


def test_the_second_to_save_is_told_that_somebody_was_first():
    key = kept()
    by(LIN, services.change_filter, key, filter_text=one("level", "is", "a"), sort="", revision=1)
    with pytest.raises(Conflict, match="Someone else has saved this record meanwhile"):
        by(LIN, services.change_filter, key, filter_text=LEVEL_B, sort="", revision=1)
    assert json.loads(the_segment(key).filter)["all"][0]["value"] == "a"


def test_sharing_again_opens_nothing_twice_and_tells_nobody_twice():
    key = kept(who=SAM)
    assert by(SAM, services.share, key, audience(EVE, "agent", 3, SAM)) == 3
    assert by(SAM, services.share, key, audience(EVE, "agent", 3)) == 0
    assert len(the_segment(key).shares) == 3
    with acting(EVE.actor):
        told = db.session.scalars(select(Message)).all()
    assert [(one.kind, one.record_id) for one in told] == [("segment_shared", key)]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (Audience(), "Choose people, roles or departments"),
        (Audience(employees=(9999,)), "does not exist any more"),
        (Audience(roles=(9999,)), "does not exist any more"),
        (Audience(departments=(9999,)), "does not exist any more"),
    ],
)
def test_a_segment_is_not_opened_to_nobody(given, sentence):
    key = kept(who=SAM)
    with pytest.raises(Invalid, match=sentence):
        by(SAM, services.share, key, given)
    assert the_segment(key).shares == []


def test_a_segment_is_open_to_at_most_so_many(monkeypatch):
    monkeypatch.setattr(rules, "MOST_SHARES", 2)
    key = kept(who=SAM, to=(LIN, EVE))
    with pytest.raises(Invalid, match="open to at most 2"):
        by(SAM, services.share, key, audience("agent"))


def test_a_deleted_segment_is_gone_for_all_and_comes_back_with_its_shares():
    key = kept(who=SAM, to=(EVE,))
    by(SAM, services.delete, key)
    assert order_of(SAM) == order_of(EVE) == []
    with acting(SAM.actor), with_deleted():
        services.restore(db.session.get(Segment, key), actor=SAM.actor)
    assert order_of(SAM) == order_of(EVE) == ["重点"]


def test_deleting_and_restoring_twice_is_refused():
    key = kept()
    with acting(LIN.actor), with_deleted():
        segment = db.session.get(Segment, key)
        with pytest.raises(Invalid, match=r"This segment is not deleted\."):
            services.restore(segment, actor=LIN.actor)
        services.delete(segment, actor=LIN.actor)
        with pytest.raises(Invalid, match="deleted already"):
            services.delete(segment, actor=LIN.actor)
        kept("重点")
        with pytest.raises(InvalidFields, match="a segment of this name"):
            services.restore(segment, actor=LIN.actor)


def test_an_administrator_takes_over_what_is_shared_and_the_former_owner_goes_on_seeing_it():
    key = kept(who=SAM, to=(EVE, ANRAN))
    by(ANRAN, services.take_over, key, owner_id=SAM.id)
    segment = the_segment(key)
    assert segment.owner_id == ANRAN.id
    assert {row.employee_id for row in segment.shares} == {EVE.id, SAM.id}
    assert order_of(SAM) == order_of(EVE) == ["重点"]
    by(ANRAN, services.rename, key, {"name": "接管"}, revision=segment.revision)
    with pytest.raises(WrongState, match="yours already"):
        by(ANRAN, services.take_over, key, owner_id=SAM.id)


def test_taking_over_is_refused_while_one_has_a_segment_of_the_name():
    key = kept(who=SAM, to=(EVE,))
    kept(who=ANRAN)
    with pytest.raises(InvalidFields, match="a segment of this name"):
        by(ANRAN, services.take_over, key, owner_id=SAM.id)


def test_tabs_stand_in_the_order_one_gave_them_and_hidden_ones_do_not():
    first, second, third = kept("一"), kept("二"), kept("三", who=SAM, to=(LIN,))
    assert order_of(LIN) == ["一", "二", "三"]
    with acting(LIN.actor):
        services.arrange([third, second, first, 9999], shown=[third, first], actor=LIN.actor)
    assert order_of(LIN) == ["三", "一"]
    assert order_of(SAM) == ["三"]
    with acting(LIN.actor):
        services.arrange([first, second, third], shown=[first, second, third], actor=LIN.actor)
    assert order_of(LIN) == ["一", "二", "三"]


def test_somebody_elses_private_segment_cannot_be_placed_among_ones_tabs():
    theirs = kept(who=SAM)
    with acting(LIN.actor):
        services.arrange([theirs], shown=[theirs], actor=LIN.actor)
    assert order_of(LIN) == []
    with acting(SYSTEM):
        assert queries.places(LIN.actor, [theirs]) == {}


def test_name_and_conditions_are_taken_back_together_or_apart():
    key = kept("旧")
    number = history_of(key)[0]
    by(LIN, services.rename, key, {"name": "新"}, revision=1)
    by(LIN, services.change_filter, key, filter_text=one("level", "is", "a"), sort="", revision=2)
    by(LIN, services.take_back, key, number=number, only=[("segments_segment", key, "filter")])
    segment = the_segment(key)
    assert (segment.name, json.loads(segment.filter)["all"][0]["value"]) == ("新", "b")
    by(LIN, services.take_back, key, number=number, only=None)
    assert the_segment(key).name == "旧"
    with pytest.raises(Invalid, match="did not exist then"):
        by(LIN, services.take_back, key, number=number - 1, only=None)


def history_of(key):
    with acting(LIN.actor):
        return [one.number for one in reversed(audit.sets(Segment, key))]
