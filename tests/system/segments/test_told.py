"""What a segment tells to whom: numbers it asks for, records out of sight, conditions to be mended."""

import base64
import json
import re
import zlib

import pytest
from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.base.errors import Invalid
from app.base.i18n import speaking
from app.base.stamps import raise_stamp
from app.crm.customers.models import Customer
from app.extensions import db
from app.system.dictionary.models import DictionaryValue
from app.system.security import services as security
from app.system.security.models import Department, Employee
from app.system.segments import queries, services
from app.system.segments.models import Segment
from tests.cast import ANRAN, DAI, EVE, GAO, LIN, MEI, SAM
from tests.factories import a_customer
from tests.system.segments.steps import LEVEL_B, by, kept, one, shown

NUMBER = "+8613800138000"


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
def test_a_segment_to_be_mended_shows_nothing_anywhere_and_says_why(app, as_user, as_program, houses, make, case):
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
    answer = as_program("sam").get(f"/api/v1/customers/?segment={key}")
    assert answer.status_code == 422
    assert "shows nothing until you mend it" in answer.json["error"]["message"]
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
