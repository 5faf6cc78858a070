"""Segments on their screens: each button at its three gates, and who has it."""

import json
import re

import pytest
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.extensions import db
from app.system.security import services as security
from app.system.security.models import Employee
from app.system.segments import queries, services
from app.system.segments.models import Segment
from tests.cast import ANRAN, BY_ROLE, EVE, LIN, SAM
from tests.factories import a_customer
from tests.system.segments.steps import LEVEL_B, LIST, by, kept, one

SHARED_AWAY = "You may read this record, but not change it."
NOT_THE_OWNER = "Only its owner may change this segment."


@pytest.fixture
def segment(saved_segment):
    """A segment of Sam's, open to Lin and to Anran."""
    return saved_segment("重点", who=SAM, to=(LIN, ANRAN))


@pytest.fixture
def saved_segment(app):
    def save(*given, **more):
        with app.app_context():
            return kept(*given, **more)

    return save


def names(app, who):
    with app.app_context(), acting(who.actor):
        return [tab.segment.name for tab in queries.tabs(who.actor, LIST) if not tab.is_hidden]


def of(read, key):
    row = read(Segment, key)
    return (row.name, row.owner_id, json.loads(row.filter)["all"][0]["value"])


UNCHANGED = ("重点", SAM.id, "b")
CHANGE = {"filter": one("level", "is", "a"), "revision": "2"}

#: What is pressed → what is sent, and the permission it asks for.
BUTTONS = {
    "edit": ({"name": "新名", "revision": "2"}, "can_keep"),
    "filter": (CHANGE, "can_keep"),
    "delete": ({}, "can_keep"),
    "share": ({"employee": str(EVE.id)}, "can_share"),
    "share/1/stop": ({}, "can_share"),
    "take-over": ({"owner": str(SAM.id)}, "can_take_over"),
}


def press(browser, key, button):
    return browser.post(f"/segments/{key}/{button}", data=BUTTONS[button][0])


@pytest.mark.parametrize("button", BUTTONS)
def test_nobody_presses_a_button_without_its_permission(as_user, segment, read, button):
    assert press(as_user("bai"), segment, button).status_code == 403
    assert of(read, segment) == UNCHANGED


@pytest.mark.parametrize("button", BUTTONS)
def test_a_segment_out_of_sight_is_not_there(app, as_user, segment, read, button):
    with app.app_context(), acting(SYSTEM):
        allow(BUTTONS[button][1], "dispatcher")
    assert press(as_user("dai"), segment, button).status_code == 404
    assert of(read, segment) == UNCHANGED


@pytest.mark.parametrize("button", BUTTONS)
def test_with_whom_it_is_shared_reads_it_and_changes_nothing(app, as_user, segment, read, button):
    with app.app_context(), acting(SYSTEM):
        allow(BUTTONS[button][1], "agent")
    answer = press(as_user("lin"), segment, button)
    assert answer.status_code == 403
    assert SHARED_AWAY in answer.text
    assert of(read, segment) == UNCHANGED


@pytest.mark.parametrize("button", ["edit", "filter", "share", "share/1/stop"])
def test_an_administrator_is_told_to_take_it_over_first(as_user, segment, read, button):
    anran = as_user("anran")
    answer = press(anran, segment, button)
    page = answer if answer.status_code == 422 else anran.get(answer.location)
    assert NOT_THE_OWNER in page.text
    assert of(read, segment) == UNCHANGED


def allow(right, role):
    """Give a right of the screen to a built-in role."""
    found = db.session.scalars(select(Role).where(Role.name == role)).one()
    security.save_rights(found, granted=[(right, "SegmentView")], actor=SYSTEM)


def test_the_owner_renames_changes_shares_stops_and_deletes(app, as_user, segment, read):
    sam = as_user("sam")
    sam.post(f"/segments/{segment}/edit", data={"name": "新名", "revision": "2"})
    answer = sam.post(f"/segments/{segment}/filter", data=CHANGE | {"revision": "3", "sort": "-name"})
    assert answer.location == f"/customers/?segment={segment}"
    assert of(read, segment) == ("新名", SAM.id, "a")
    sam.post(f"/segments/{segment}/share", data={"employee": str(EVE.id), "department": "4", "role": ""})
    assert names(app, EVE) == ["新名"]
    page = sam.get(f"/segments/{segment}").text
    for stop in re.findall(rf"/segments/{segment}/share/\d+/stop", page):
        sam.post(stop)
    assert names(app, EVE) == names(app, LIN) == []
    sam.post(f"/segments/{segment}/delete")
    assert read(Segment, segment) is None
    sam.post(f"/segments/{segment}/restore")
    assert names(app, SAM) == ["新名"]


def test_an_administrator_takes_over_and_deletes_what_somebody_who_left_had_shared(app, as_user, segment, read):
    with app.app_context(), acting(SYSTEM):
        security.disable(db.session.get(Employee, SAM.id), actor=ANRAN.actor)
    anran = as_user("anran")
    page = anran.get(f"/segments/{segment}").text
    assert "Account disabled" in page
    assert f"/segments/{segment}/take-over" in page
    anran.post(f"/segments/{segment}/take-over", data={"owner": EVE.id})  # a page that is old by now
    assert of(read, segment)[1] == SAM.id
    press(anran, segment, "take-over")
    assert of(read, segment)[1] == ANRAN.id
    anran.post(f"/segments/{segment}/delete")
    assert read(Segment, segment) is None
    assert names(app, LIN) == []


def test_a_stale_page_of_a_segment_changes_nothing_and_keeps_what_was_typed(as_user, segment, read):
    sam = as_user("sam")
    answer = sam.post(f"/segments/{segment}/filter", data=CHANGE | {"revision": "1"})
    assert answer.location.startswith(f"/customers/?segment={segment}&filter=")
    assert "Someone else has saved this record meanwhile" in sam.get(answer.location).text
    assert of(read, segment) == UNCHANGED


# ── saving from a list ──


def save(browser, **more):
    return browser.post("/segments/save", data={"subject": LIST, "name": "我的", "filter": LEVEL_B} | more)


def test_a_filter_is_saved_from_the_list_and_its_tab_is_the_current_one(as_user, saved):
    saved(a_customer, name="甲家", level="b")
    saved(a_customer, name="乙家", level="c")
    lin = as_user("lin")
    page = lin.get("/customers/", query_string={"filter": LEVEL_B}).text
    assert 'action="/segments/save"' in page
    assert 'name="audience"' not in page  # an agent keeps segments alone
    answer = save(lin, sort="-name")
    assert re.fullmatch(r"/customers/\?segment=\d+", answer.location)
    page = lin.get(answer.location).text
    assert re.search(r'class="zk-tab" href="[^"]*" aria-current="true">.*?我的</span></a>', page)
    assert ("甲家" in page, "乙家" in page) == (True, False)
    assert 'aria-sort="descending"' in page


def test_saving_passes_its_gates(app, as_user):
    assert save(as_user("bai")).status_code == 403
    lin = as_user("lin")
    assert save(lin, subject="NothingView").status_code == 404
    assert save(lin, subject="LogView").status_code == 403  # a list that is not hers
    assert save(lin, audience="department").status_code == 403  # nor may she share
    answer = save(lin, name=" ")
    assert "filter=" in answer.location
    assert "Give the segment a name." in lin.get(answer.location).text
    assert "Set at least one condition first" in lin.get(save(lin, filter="").location).text
    assert names(app, LIN) == []


def test_a_supervisor_saves_for_her_department_or_chooses_further(app, as_user):
    sam = as_user("sam")
    save(sam, audience="department")
    assert names(app, LIN) == ["我的"]
    assert names(app, EVE) == []
    answer = save(sam, name="别人", audience="others")
    assert re.fullmatch(r"/segments/\d+\?share=1", answer.location)
    assert 'id="share"' in sam.get(answer.location).text
    assert names(app, LIN) == ["我的"]


def test_long_conditions_survive_a_refused_name(as_user):
    text = json.dumps({"all": [{"field": "name", "op": "contains", "value": f"晨光{n}" * 40} for n in range(20)]})
    lin = as_user("lin")
    answer = save(lin, name="", filter=text)
    assert re.search(r"kept=[0-9a-f]{16}", answer.location)
    assert "晨光7晨光7" in lin.get(answer.location).text


# ── tabs ──


def test_hiding_and_arranging_pass_their_gates_and_count_for_oneself_alone(app, as_user, segment, saved_segment):
    own = saved_segment("林的", who=LIN)
    assert as_user("bai").post(f"/segments/{segment}/hide").status_code == 403
    assert as_user("eve").post(f"/segments/{segment}/hide").status_code == 404
    lin = as_user("lin")
    lin.post(f"/segments/{segment}/hide")
    assert names(app, LIN) == ["林的"]
    assert names(app, SAM) == ["重点"]
    assert as_user("bai").post("/segments/arrange", data={"subject": LIST}).status_code == 403
    assert lin.post("/segments/arrange", data={"subject": "LogView"}).status_code == 403
    assert lin.post("/segments/arrange", data={"subject": "NothingView"}).status_code == 404
    form = {"subject": LIST, "order": [own, segment], "shown": [own, segment], "segment": own}
    assert lin.post("/segments/arrange", data=form).location == f"/customers/?segment={own}"
    assert names(app, LIN) == ["林的", "重点"]


def test_a_changed_list_offers_to_save_to_save_as_new_and_to_discard(as_user, saved_segment):
    key = saved_segment(who=SAM, to=(LIN,))
    address = "/customers/?segment={}&filter={}"
    page = as_user("sam").get(f"/customers/?segment={key}").text
    assert "Conditions changed" not in page
    page = as_user("sam").get(address.format(key, one("level", "is", "a"))).text
    assert "Conditions changed" in page
    assert f'action="/segments/{key}/filter"' in page
    assert "Save as new" in page
    assert f'href="/customers/?segment={key}">Discard' in page
    page = as_user("lin").get(address.format(key, one("level", "is", "a"))).text
    assert f'action="/segments/{key}/filter"' not in page  # not hers to change
    assert "Save as new" in page
    assert "Conditions changed" in as_user("sam").get(f"/customers/?segment={key}&sort=name").text


def test_the_last_condition_taken_off_shows_all_rows_and_not_the_segments(as_user, saved, saved_segment):
    saved(a_customer, name="甲家", level="c")
    key = saved_segment()
    lin = as_user("lin")
    page = lin.get(f"/customers/?segment={key}").text
    assert "甲家" not in page
    off = re.search(r'class="x" href="([^"]+)"', page)[1].replace("&amp;", "&")
    assert "甲家" in lin.get(f"/customers/{off}").text


def test_a_segment_of_another_list_or_out_of_sight_is_said_not_to_be_there(as_user, saved, segment):
    saved(a_customer, name="叶家", owner=EVE.id)
    eve = as_user("eve")
    for address in (f"/customers/?segment={segment}", f"/contacts/?segment={segment}", "/customers/?segment=x'"):
        answer = eve.get(address)
        assert answer.status_code == 404
        assert "This segment does not exist any more, or is no longer shared with you." in answer.text
        assert "叶家" not in answer.text
    assert as_user("lin").get(f"/contacts/?segment={segment}").status_code == 404
    assert as_user("anran").get(f"/departments/?segment={segment}").status_code == 404


# ── whom it can be opened to, its history ──


def test_whom_it_can_be_opened_to_is_told_to_those_who_may_share(as_user):
    assert as_user("lin").get("/segments/audience/employee?q=叶").status_code == 403
    sam = as_user("sam")
    assert [one["text"] for one in sam.get("/segments/audience/employee?q=叶").json] == ["叶薇"]
    assert [one["text"] for one in sam.get("/segments/audience/department?q=客服一").json] == [
        "客服一部",
        "客服一组",
    ]
    assert "agent" not in [one["text"] for one in sam.get("/segments/audience/role?q=").json]
    assert sam.get("/segments/audience/customer?q=").status_code == 404


def test_what_a_segment_asked_for_before_is_not_shown_to_those_it_is_shared_with(app, as_user, segment, read):
    with app.app_context():
        by(SAM, services.change_filter, segment, filter_text=one("name", "contains", "秘密"), sort="", revision=2)
    answer = as_user("lin").get(f"/segments/{segment}/history")
    assert answer.status_code == 403
    assert "shown to its owner only" in answer.text
    for who in ("sam", "anran", "xu"):
        page = as_user(who).get(f"/segments/{segment}/history").text
        assert "秘密" in page
        assert "Open to" in page
    assert as_user("bai").get(f"/segments/{segment}/history").status_code == 403
    sam = as_user("sam")
    assert "Level is" in re.sub(r"<[^>]+>", "", sam.get(f"/segments/{segment}/history").text)
    number = re.search(r'name="number" value="(\d+)"', sam.get(f"/segments/{segment}/history").text)[1]
    sam.post(f"/segments/{segment}/history/take-back", data={"number": number})
    assert of(read, segment) == UNCHANGED


# ── roles ──

SHARERS = frozenset({"admin", "supervisor", "dispatcher", "service_manager", "marketing"})


@pytest.mark.parametrize("role", sorted(set(BY_ROLE)))
def test_every_role_keeps_its_own_and_only_some_share(app, as_user, role):
    who = BY_ROLE[role]
    with app.app_context():
        key = kept(who=who)
    browser = as_user(who.username)
    assert browser.post(f"/segments/{key}/edit", data={"name": "新", "revision": "1"}).status_code == 302
    answer = browser.post(f"/segments/{key}/share", data={"employee": str(EVE.id if who != EVE else LIN.id)})
    assert answer.status_code == (302 if role in SHARERS else 403)
    expected = 404 if role == "admin" else 403
    with app.app_context():
        private = kept("私", who=SAM if role != "supervisor" else EVE)
    assert browser.post(f"/segments/{private}/take-over").status_code == expected


def test_an_auditor_keeps_private_ones_and_changes_nothing_that_is_shared(app, as_user, saved_segment):
    with app.app_context(), acting(SYSTEM):
        xu = db.session.get(Employee, BY_ROLE["auditor"].id)
        security.change_employee(xu, {"roles": ("supervisor",)}, actor=SYSTEM, revision=None)
    key = saved_segment(who=BY_ROLE["auditor"], to=(LIN,))
    with app.app_context(), acting(SYSTEM):
        xu = db.session.get(Employee, BY_ROLE["auditor"].id)
        security.change_employee(xu, {"roles": ("auditor",)}, actor=SYSTEM, revision=None)
    browser = as_user("xu")
    for button, (_form, right) in BUTTONS.items():
        answer = press(browser, key, button)
        assert answer.status_code == 403
        if right == "can_keep":
            assert "you may keep private ones only" in answer.text
    assert save(browser).status_code == 302
