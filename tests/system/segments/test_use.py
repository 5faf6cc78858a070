"""Segments at work: lists, bulk changes, exports, prints, REST; for later domains; never wider than they say."""

import base64
import io
import json
import re
import zlib
from dataclasses import replace

import openpyxl
import pypdf
import pytest
from sqlalchemy import select

from app.base import clock, segments
from app.base.actor import SYSTEM, acting
from app.base.errors import Invalid, Missing
from app.base.i18n import speaking
from app.base.screens.listing import filterable
from app.base.stamps import raise_stamp
from app.crm.customers.models import Contact, Customer
from app.extensions import db
from app.system.dictionary.models import DictionaryValue
from app.system.jobs import services as jobs
from app.system.jobs.models import Job
from app.system.runs.models import Run
from app.system.security import services as security
from app.system.security.models import Department, Employee
from app.system.segments import queries, services
from app.system.segments.models import Segment
from app.system.sign_in import services as sign_in
from tests.cast import ANRAN, DAI, EVE, GAO, GUO, LIN, MEI, SAM
from tests.factories import a_customer
from tests.system.logs.reading import told
from tests.system.segments.steps import LEVEL_B, by, kept, one

NUMBER = "+8613800138000"


@pytest.fixture
def houses(app):
    """Lin and Mei have a customer of level b each, Eve one, and Lin one of level c; their ids by name."""
    rows = (("甲家", LIN, "b"), ("乙家", MEI, "b"), ("丙家", EVE, "b"), ("丁家", LIN, "c"))
    with app.app_context():
        made = {name: a_customer(name=name, owner=who.id, level=level) for name, who, level in rows}
        return {name: one.id for name, one in made.items()}


@pytest.fixture
def make(app):
    def save(*given, **more):
        with app.app_context():
            return kept(*given, **more)

    return save


@pytest.fixture
def program(app, stranger):
    def come(who):
        with app.app_context():
            headers = {"Authorization": f"Bearer {sign_in.issue_token(who.actor, name='x', days=3)}"}
        return lambda address, **given: stranger.get(address, headers=headers, **given)

    return come


def shown(browser, address):
    text = browser.get(address).text
    return {name for name in ("甲家", "乙家", "丙家", "丁家") if f">{name}<" in text}


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


# ── what the conditions name ──


def secret_of(text):
    return {form for form in ("13800138000", "138 0013 8000", "+8613800138000") if form in text}


@pytest.mark.parametrize("field", ["phone", "any_phone", "legal_phone"])
def test_a_whole_number_in_somebody_elses_segment_is_used_and_not_told(app, as_user, make, saved, field):
    saved(a_customer, name="秘家", phone=NUMBER, legal_phone=NUMBER)
    key = make(text=one(field, "is", NUMBER), who=SAM, to=(DAI, GAO))
    with app.app_context():
        assert "phones" in DAI.actor.hidden_groups
    dai = as_user("dai")
    for address in (
        f"/customers/?segment={key}",
        f"/segments/{key}",
        "/segments/",
        f"/customers/?segment={key}&sort=name",
    ):
        text = dai.get(address).text
        assert secret_of(text) == set(), address
    page = dai.get(f"/customers/?segment={key}").text
    assert "秘家" in page
    assert "138****8000" in page
    assert "data-builder-data" not in page
    gao = as_user("gao").get(f"/customers/?segment={key}").text  # he sees whole numbers
    assert "138 0013 8000" in gao


def test_nobody_finds_a_number_out_by_searching_or_sorting_conditions(as_user, make):
    make("甲号", one("phone", "is", NUMBER), who=SAM, to=(DAI,))
    dai = as_user("dai")
    for number in ("1380013", "1990099"):
        text = dai.get("/segments/", query_string={"filter": one("filter", "contains", number)}).text
        assert "There is no field “filter” to filter by." in text
    page = dai.get("/segments/?sort=filter").text
    assert "aria-sort" not in page
    assert '"name": "filter"' not in page


def test_a_number_the_page_must_not_tell_is_not_in_the_preview_either(app, as_user, make, saved):
    key = saved(a_customer, name="秘家", phone=NUMBER, level="c")
    segment = make(text=one("phone", "is", NUMBER), who=SAM, to=(DAI,))
    dai = as_user("dai")
    form = {"action": "bulk_edit", "scope": "all", "segment": segment}
    page = dai.post("/customers/bulk", data=form)
    asked = re.search(r'name="asked" value="([^"]+)"', page.text)[1]
    assert secret_of(page.text) | secret_of(payload(asked)) == set()
    assert '<strong class="zk-num">1</strong>' in page.text
    with app.app_context():
        by(SAM, services.change_filter, segment, filter_text=LEVEL_B, sort="", revision=2)
    answer = dai.post("/customers/bulk/run", data={"asked": asked, "level": "a"})
    assert "Somebody has just changed this segment: nothing was done." in answer.text
    page = dai.post(
        "/customers/bulk", data=form | {"segment": make("两", one("phone", "is", NUMBER), who=SAM, to=(DAI,))}
    )
    asked = re.search(r'name="asked" value="([^"]+)"', page.text)[1]
    assert dai.post("/customers/bulk/run", data={"asked": asked, "level": "a"}).status_code == 302
    with app.app_context(), acting(SYSTEM):
        assert db.session.get(Customer, key).level == "a"


def payload(token):
    """Return what anybody can read of a signed text."""
    body = token.removeprefix(".").split(".")[0]
    raw = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    return (zlib.decompress(raw) if token.startswith(".") else raw).decode()


def test_a_record_out_of_sight_is_not_named_and_finds_nothing_as_if_typed(as_user, houses, make):
    text = one("parent", "not_is", str(houses["丙家"]))
    key = make(text=text, who=ANRAN, to=(LIN, EVE))
    lin, eve = as_user("lin"), as_user("eve")
    for address in (f"/customers/?segment={key}", f"/segments/{key}"):
        assert "丙家" not in lin.get(address).text
    assert "names what you do not see. Ask 安然." in lin.get(f"/customers/?segment={key}").text
    assert "That record does not exist." in lin.get("/customers/", query_string={"filter": text}).text
    assert shown(eve, f"/customers/?segment={key}") == {"丙家"}
    assert "丙家" in eve.get(f"/segments/{key}").text


# ── conditions that cannot be meant any more ──


def spoil(app, key, text):
    """Let a segment hold what it could not have been saved with, as when a field or a value was removed since."""
    with app.app_context(), acting(SYSTEM):
        db.session.get(Segment, key).filter = text
        db.session.commit()
        raise_stamp("segments")
        db.session.commit()


SPOILT = {
    "a field that is gone": (one("colour", "not_is", "red"), "There is no field “colour” to filter by."),
    "a value that is gone": (one("level", "not_is", "zzz"), "“zzz” is not one of the values of this field."),
    "a way of asking that is gone": (one("level", "like", "b"), "cannot be asked that way"),
    "no filter at all": ("nonsense", "This filter cannot be read."),
}


@pytest.mark.parametrize("case", SPOILT)
def test_a_segment_to_be_mended_shows_nothing_anywhere_and_says_why(app, as_user, program, houses, make, case):
    text, sentence = SPOILT[case]
    key = make(to=(MEI,), who=SAM)
    spoil(app, key, text)
    sam, mei = as_user("sam"), as_user("mei")
    for address in (f"/customers/?segment={key}", f"/customers/?segment={key}&sort=name&page=2"):
        assert shown(sam, address) == set()
        assert "shows nothing until you mend it" in sam.get(address).text
        assert sentence in sam.get(address).text
    page = mei.get(f"/customers/?segment={key}").text
    assert shown(mei, f"/customers/?segment={key}") == set()
    assert "a condition has to be mended, or names what you do not see. Ask 沈萌." in page
    assert sentence not in page  # what it asks for is her business
    for address in (f"/customers/export?segment={key}", f"/customers/export?segment={key}&format=pdf"):
        assert "shows nothing until" in sam.get(address).text
    answer = program(SAM)(f"/api/v1/customers/?segment={key}")
    assert answer.status_code == 422
    assert "分段“重点”需要您修正条件，修正前不显示任何数据" in answer.json["error"]["message"]
    bulk = sam.post("/customers/bulk", data={"action": "bulk_edit", "scope": "all", "segment": key})
    assert bulk.status_code == 302
    assert "shows nothing until" in sam.get(bulk.location).text
    with app.app_context(), speaking("en"), pytest.raises(Invalid, match="shows you nothing"):
        queries.matching(Customer, key, actor=MEI.actor)


def test_no_link_of_a_page_to_be_mended_leads_to_more_rows(app, as_user, houses, make):
    key = make(who=SAM)
    spoil(app, key, one("colour", "not_is", "red"))
    sam = as_user("sam")
    page = sam.get(f"/customers/?segment={key}").text
    links = re.findall(rf'(?:href|formaction)="([^"]*segment={key}[^"]*)"', page)
    inside = {link.replace("&amp;", "&") for link in links}
    assert len(inside) > 3
    for address in inside:
        url = address if address.startswith("/") else f"/customers/{address}"
        answer = sam.get(url)
        assert not {name for name in houses if name in answer.text}, url
        assert not answer.data.startswith(b"PK")


def test_a_condition_on_a_deleted_department_is_to_be_mended(app, as_user, houses):
    with app.app_context(), acting(SYSTEM):
        house = Department()
        security.save_department(house, {"name": "临时组", "parent": 1}, actor=SYSTEM, revision=None)
        key = kept(text=one("department", "not_is", str(house.id)), who=SAM)
        security.close_department(db.session.get(Department, house.id), actor=SYSTEM)
    sam = as_user("sam")
    assert shown(sam, f"/customers/?segment={key}") == set()  # "is not" would show everything
    assert "Department: That record does not exist." in sam.get(f"/customers/?segment={key}").text


def test_its_owner_mends_it_from_what_is_sound(app, as_user, houses, make):
    key = make(who=SAM)
    both = {"all": [json.loads(one("colour", "is", "red"))["all"][0], json.loads(LEVEL_B)["all"][0]]}
    spoil(app, key, json.dumps(both))
    sam = as_user("sam")
    told_to_builder = json.loads(
        re.search(r"data-builder-data>(.*?)</script>", sam.get(f"/customers/?segment={key}").text)[1]
    )
    assert json.loads(told_to_builder["filter"]) == json.loads(LEVEL_B)
    page = sam.get("/customers/", query_string={"segment": key, "filter": LEVEL_B}).text
    revision = re.search(r'name="revision" value="(\d+)"', page)[1]
    sam.post(f"/segments/{key}/filter", data={"filter": LEVEL_B, "revision": revision})
    assert shown(sam, f"/customers/?segment={key}") == {"甲家", "乙家"}


def test_a_retired_value_and_a_person_without_access_still_find_their_rows_and_are_marked(app, as_user, houses, make):
    with app.app_context(), acting(SYSTEM):
        value = select(DictionaryValue).where(DictionaryValue.dictionary_code == "customer_level")
        db.session.scalars(value.where(DictionaryValue.code == "b")).one().is_active = False
        db.session.commit()
        raise_stamp("dictionary")
        db.session.commit()
        security.disable(db.session.get(Employee, MEI.id), actor=ANRAN.actor)
    level, person = make("级", who=SAM), make("人", one("owner", "is", str(MEI.id)), who=SAM)
    sam = as_user("sam")
    assert shown(sam, f"/customers/?segment={level}") == {"甲家", "乙家"}
    assert "(out of use)" in sam.get(f"/customers/?segment={level}").text
    assert shown(sam, f"/customers/?segment={person}") == {"乙家"}
    assert "梅芳 (out of use)" in sam.get(f"/customers/?segment={person}").text


# ── bulk ──


def test_a_bulk_change_does_what_the_segment_asked_for_at_the_preview(app, as_user, houses, make):
    key = make(who=SAM)
    sam = as_user("sam")
    page = sam.post("/customers/bulk", data={"action": "bulk_edit", "scope": "all", "segment": key})
    assert "Segment “重点”" in page.text
    with app.app_context():
        by(SAM, services.change_filter, key, filter_text=one("level", "is", "c"), sort="", revision=1)
        by(SAM, services.delete, key)
    asked = re.search(r'name="asked" value="([^"]+)"', page.text)[1]
    sam.post("/customers/bulk/run", data={"asked": asked, "level": "a"})
    with app.app_context(), acting(SYSTEM):
        assert [db.session.get(Customer, houses[name]).level for name in houses] == ["a", "a", "b", "c"]
        run = db.session.scalars(select(Run)).one()
        assert (run.segment, json.loads(run.filter)) == ("重点", json.loads(LEVEL_B))
        address = f"/runs/{run.id}"
    assert told(app, "bulk_changed")[0][2] == {"segment": "重点", "changed": 2, "refused": 0}
    assert "重点" in sam.get(address).text


def bulk_form(page):
    return re.search(r'<form id="zk-bulk".*?</form>', page, re.DOTALL)[0]


def test_the_list_of_a_segment_sends_the_segment_and_a_changed_one_its_own_conditions(as_user, houses, make):
    key = make(who=SAM)
    sam = as_user("sam")
    page = sam.get(f"/customers/?segment={key}").text
    assert f'<input type="hidden" name="segment" value="{key}">' in bulk_form(page)
    other = one("level", "is", "c")
    page = sam.get("/customers/", query_string={"segment": key, "filter": other}).text
    assert f'<input type="hidden" name="segment" value="{key}">' not in bulk_form(page)
    sent = sam.post("/customers/bulk", data={"action": "bulk_edit", "scope": "all", "segment": key, "filter": other})
    assert "丁家" in sent.text
    assert "甲家" not in sent.text


def test_a_segment_out_of_sight_is_no_filter_for_a_bulk_change(as_user, houses, make):
    key = make(who=EVE)
    sam = as_user("sam")
    answer = sam.post("/customers/bulk", data={"action": "bulk_edit", "scope": "all", "segment": key})
    assert "no longer shared with you" in sam.get(answer.location).text


# ── exports, prints, REST ──


def test_an_export_and_a_print_hold_the_segments_rows_in_scope_and_the_log_names_it(app, as_user, houses, make):
    key = make(who=SAM, to=(EVE,))
    eve = as_user("eve")
    book = openpyxl.load_workbook(io.BytesIO(eve.get(f"/customers/export?segment={key}&format=xlsx").data))
    assert [row[1] for row in book.active.iter_rows(min_row=2, values_only=True)] == ["丙家"]
    paper = eve.get(f"/customers/export?segment={key}&format=pdf")
    words = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(paper.data)).pages)
    assert ("丙家" in words, "甲家" in words) == (True, False)
    assert {detail["segment"] for _who, _title, detail in told(app, "exported")} == {"重点"}
    other = one("level", "is", "c")
    eve.get("/customers/export", query_string={"segment": key, "filter": other, "segment_name": "假的"})
    assert "segment" not in told(app, "exported")[0][2]


def test_a_long_export_writes_what_the_segment_asked_for_when_it_began(app, as_user, houses, make, monkeypatch):
    monkeypatch.setitem(app.config, "ZHIKE", replace(app.config["ZHIKE"], export_at_once_rows=1))
    key = make(who=SAM, sort="-name")
    sam = as_user("sam")
    sam.post(f"/customers/export?segment={key}&format=csv")
    with app.app_context():
        by(SAM, services.change_filter, key, filter_text=one("level", "is", "c"), sort="", revision=1)
        by(SAM, services.delete, key)
        job = waiting()
        jobs.work(job, lease_seconds=60)
    text = sam.get(f"/jobs/{job}/result").data.decode("utf-8-sig")
    assert [line.split(",")[1] for line in text.splitlines()[1:]] == ["甲家", "乙家"]
    assert told(app, "exported")[0][2]["segment"] == "重点"


def waiting():
    with acting(SYSTEM):
        return db.session.scalars(select(Job.id)).one()


def test_a_program_asks_by_the_segment_in_its_own_scope(program, houses, make):
    key, hidden = make(who=SAM, to=("agent",)), make("私", who=SAM)
    answer = program(EVE)(f"/api/v1/customers/?segment={key}")
    assert [row["name"] for row in answer.json["result"]] == ["丙家"]
    assert program(EVE)(f"/api/v1/customers/?segment={hidden}").status_code == 404
    assert program(EVE)(f"/api/v1/contacts/?segment={key}").status_code == 404


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
