"""The screens of opportunities: each button at its three gates, board, funnel, customer page, follow-ups, REST."""

import json
import re

import pytest
from sqlalchemy import func, select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.crm.customers.models import Customer
from app.crm.followups.models import Followup
from app.extensions import db
from app.sales.opportunities import services
from app.sales.opportunities.models import Opportunity, Stage
from tests.cast import EVE, LIN
from tests.factories import a_customer, a_followup, an_opportunity

FORM = {"title": "加五个站点", "type": "added_seats", "amount": "4000", "probability": "20", "revision": "1"}
BUTTONS = ["new", "{id}/edit", "{id}/delete", "{id}/move", "{id}/win", "{id}/lose", "{id}/reopen", "{id}/restore"]
BUTTONS += ["{id}/history/take-back", "from-followup/{followup}"]


def shown(page):
    return re.sub(r"\s+", " ", page.text)


@pytest.fixture
def customer(saved):
    return saved(a_customer)


@pytest.fixture
def one(saved, customer):
    return saved(an_opportunity, customer=customer)


@pytest.fixture
def followup(saved, customer):
    return saved(a_followup, customer=customer, content="想加五个站点")


@pytest.fixture
def count(app):
    def ask(model=Opportunity):
        with app.app_context(), acting(SYSTEM):
            return db.session.scalar(select(func.count(model.id)))

    return ask


@pytest.fixture
def stage_id(app):
    with app.app_context(), acting(SYSTEM):
        return db.session.scalar(select(Stage.id).where(Stage.code == "needs_30"))


# ── three gates ──


@pytest.mark.parametrize("address", BUTTONS)
@pytest.mark.parametrize("username", ["bai", "qian", "xu"])
def test_no_button_for_who_lacks_the_permission(as_user, one, followup, read, username, address):
    answer = as_user(username).post(f"/opportunities/{address}".format(id=one, followup=followup), data=FORM)
    assert answer.status_code == 403
    assert (read(Opportunity, one).revision, read(Opportunity, one).state) == (1, "open")


@pytest.mark.parametrize(
    "address", ["/opportunities/", "/opportunities/{id}", "/opportunity-board/", "/opportunity-funnel/", "/stages/"]
)
def test_no_screen_for_who_lacks_the_permission(as_user, one, address):
    assert as_user("bai").get(address.format(id=one)).status_code == 403
    assert as_user("bai").get("/opportunity-moves/").status_code == 403


@pytest.mark.parametrize("address", [one for one in BUTTONS if one != "new" and "restore" not in one])
def test_no_button_reaches_what_is_out_of_scope(as_user, one, followup, read, address):
    answer = as_user("eve").post(f"/opportunities/{address}".format(id=one, followup=followup), data=FORM)
    assert answer.status_code == 404
    assert read(Opportunity, one).revision == 1


@pytest.mark.parametrize("key", ["999", "x", "-1", "99999999999"])
@pytest.mark.parametrize("address", ["{id}", "{id}/edit", "{id}/win", "{id}/lose", "{id}/reopen", "{id}/history"])
def test_what_is_not_there_is_not_found(as_user, address, key):
    assert as_user("anran").get(f"/opportunities/{address}".format(id=key)).status_code == 404


@pytest.mark.parametrize("verb", ["new", "{id}/edit", "{id}/retire", "{id}/revive"])
def test_only_who_rules_the_house_changes_stages(as_user, stage_id, read, verb):
    for username in ("lin", "xu", "bai"):
        assert as_user(username).post(f"/stages/{verb}".format(id=stage_id), data=FORM).status_code == 403
    assert read(Stage, stage_id).revision == 1


def test_an_auditor_reads_and_is_offered_nothing(as_user, one):
    xu = as_user("xu")
    for address in (f"/opportunities/{one}", "/opportunity-board/", "/opportunities/"):
        page = xu.get(address)
        assert page.status_code == 200
        assert "/win" not in page.text
        assert "/move" not in page.text
        assert f"/opportunities/{one}/edit" not in page.text


# ── the buttons ──


def test_one_is_made_by_form_and_leads_back_to_its_customer(as_user, customer, count):
    lin = as_user("lin")
    page = lin.get(f"/customers/{customer}?tab=opportunities")
    address = re.search(r'href="(/opportunities/new\?[^"]+next[^"]+)"', page.text)[1].replace("&amp;", "&")
    assert f'value="{customer}"' in lin.get(address).text
    answer = lin.post(address, data=FORM | {"customer": customer})
    assert answer.location.endswith(f"/customers/{customer}?tab=opportunities"), answer.text
    page = shown(lin.get(answer.location))
    assert "加五个站点" in page
    assert "¥4,000.00" in page
    assert count() == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": ""}, "fill this in"),
        ({"amount": "-1"}, "between"),
        ({"probability": "101"}, "between"),
        ({"probability": "viel"}, ""),
        ({"expected_on": "gestern"}, ""),
        ({"customer": ""}, "fill this in"),
        ({"customer": "999999999999"}, ""),
        ({"owner": str(EVE.id)}, "Only a supervisor"),
        ({"contact": "77"}, ""),
        ({"type": "nothing"}, ""),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_field(as_user, customer, count, wrong, said):
    answer = as_user("lin").post("/opportunities/new", data=FORM | {"customer": customer} | wrong)
    assert answer.status_code == 422
    assert said in answer.text
    assert count() == 0


def test_a_card_is_moved_and_a_stale_one_is_not(as_user, one, read):
    lin = as_user("lin")
    board = lin.get("/opportunity-board/").text
    assert "财务软件三站点" in board
    assert "¥6,980.00" in board
    address = re.search(r'data-move="([^"]+)"', board)[1].replace("&amp;", "&")
    answer = lin.post(f"{address}&stage=proposal_50")
    assert answer.location.endswith("/opportunity-board/")
    assert read(Opportunity, one).stage == "proposal_50"

    answer = lin.post(f"{address}&stage=needs_30", follow_redirects=True)
    assert "Someone else has saved this record meanwhile" in answer.text
    assert read(Opportunity, one).stage == "proposal_50"


@pytest.mark.parametrize("code", ["won_100", "nothing", "", "x" * 500])
def test_a_card_does_not_move_where_no_lane_is(as_user, one, read, code):
    answer = as_user("lin").post(f"/opportunities/{one}/move?stage={code}&revision=1", follow_redirects=True)
    assert answer.status_code == 200
    assert read(Opportunity, one).stage == "contact_10"


def test_winning_asks_makes_the_deal_and_offers_to_reopen(as_user, one, read, customer):
    lin = as_user("lin")
    assert 'value="6980.00"' in lin.get(f"/opportunities/{one}/win").text
    wrong = lin.post(f"/opportunities/{one}/win", data={"revision": "1", "amount": "", "closed_on": "2099-01-01"})
    assert wrong.status_code == 422
    given = {"revision": "1", "amount": "6500", "closed_on": f"{clock.today()}"}
    assert lin.post(f"/opportunities/{one}/win", data=given).status_code == 302
    assert read(Opportunity, one).state == "won"
    assert read(Customer, customer).status == "deal"
    assert lin.post(f"/opportunities/{one}/win", data=given).status_code == 409
    page = lin.get(f"/opportunities/{one}").text
    assert f"/opportunities/{one}/reopen" in page
    assert re.search(r"/deals/\d+", page)
    assert f"/opportunities/{one}" in lin.get(f"/customers/{customer}?tab=deals").text

    given = {"revision": str(read(Opportunity, one).revision), "stage": "needs_30", "words": "客户反悔"}
    assert lin.post(f"/opportunities/{one}/reopen", data=given).status_code == 302
    assert read(Customer, customer).status != "deal"


def test_losing_asks_why(as_user, one, read):
    lin = as_user("lin")
    answer = lin.post(f"/opportunities/{one}/lose", data={"revision": "1", "competitor": "某某软件"})
    assert answer.status_code == 422
    given = {"revision": "1", "loss_reason": "price", "competitor": "某某软件"}
    assert lin.post(f"/opportunities/{one}/lose", data=given).status_code == 302
    assert (read(Opportunity, one).state, read(Opportunity, one).competitor) == ("lost", "某某软件")
    funnel = shown(lin.get("/opportunity-funnel/"))
    assert "Price" in funnel
    assert lin.post(f"/opportunities/{one}/edit", data={"title": "乙", "revision": "2"}).status_code == 302


@pytest.mark.parametrize("data", [{}, {"revision": "x"}, {"revision": "1", "amount": "1e99", "closed_on": "x"}])
@pytest.mark.parametrize("verb", ["win", "lose", "reopen"])
def test_a_form_that_makes_no_sense_is_refused(as_user, one, read, verb, data):
    assert as_user("lin").post(f"/opportunities/{one}/{verb}", data=data).status_code in (409, 422)
    assert read(Opportunity, one).state == "open"


# ── follow-ups ──


def test_a_follow_up_becomes_one_by_one_press_and_the_second_press_opens_it(as_user, followup, count):
    lin = as_user("lin")
    assert f"/opportunities/from-followup/{followup}" in lin.get(f"/followups/{followup}").text
    assert f"/opportunities/from-followup/{followup}" in lin.get("/followups/").text
    answer = lin.post(f"/opportunities/from-followup/{followup}")
    key = re.search(r"/opportunities/(\d+)/edit", answer.location)[1]
    assert "想加五个站点" in lin.get(answer.location).text
    again = lin.post(f"/opportunities/from-followup/{followup}")
    assert again.location.endswith(f"/opportunities/{key}")
    assert count() == 1


def test_the_form_of_a_follow_up_saves_and_makes_one(as_user, customer, count):
    lin = as_user("lin")
    page = lin.get(f"/followups/new?customer={customer}")
    assert 'name="then" value="opportunity"' in page.text
    data = {"progress": "interested", "content": "要升级", "then": "opportunity"}
    answer = lin.post(f"/followups/new?customer={customer}", data=data)
    assert re.search(r"/opportunities/\d+/edit", answer.location)
    assert (count(), count(Followup)) == (1, 1)
    assert 'value="opportunity"' not in as_user("dai").get(f"/followups/new?customer={customer}").text


def test_the_work_list_offers_a_new_one(as_user, customer):
    wanted = json.dumps({"all": [{"field": "owner", "op": "is", "value": "me"}]})
    page = as_user("lin").get("/today/", query_string={"filter": wanted})
    assert f"/opportunities/new?customer={customer}" in page.text


# ── lists, board, funnel, home, search ──


@pytest.mark.parametrize(
    "query", ["", "owner=me", "owner=999", "owner=x", "type=upgrade", "type=x", "since=x&until=2026-01-01"]
)
@pytest.mark.parametrize("screen", ["/opportunity-board/", "/opportunity-funnel/"])
def test_board_and_funnel_are_narrowed_and_never_fail(as_user, one, screen, query):
    for username in ("lin", "sam"):
        assert as_user(username).get(f"{screen}?{query}").status_code == 200


def test_an_agents_board_shows_only_their_own(as_user, app, one, saved):
    other = saved(a_customer, name="叶家商贸有限公司", owner=EVE.id)
    with app.app_context():
        an_opportunity(customer=other, by=EVE, title="叶家要换软件")
    assert "叶家要换软件" not in as_user("lin").get(f"/opportunity-board/?owner={EVE.id}").text
    assert "叶家要换软件" in as_user("anran").get(f"/opportunity-board/?owner={EVE.id}").text


def test_the_funnel_counts_how_far_each_came(as_user, app, one, customer):
    with app.app_context(), acting(LIN.actor) as lin:
        record = db.session.get_one(Opportunity, one)
        services.move(record, "negotiation_70", actor=lin, revision=None)
        services.move(record, "needs_30", actor=lin, revision=None)
        an_opportunity(customer=customer, title="第二个")
    page = shown(as_user("lin").get("/opportunity-funnel/"))
    rows = re.findall(r"<tr><td class=\"zk-funnel-stage\">.*?</tr>", page)
    came = [re.search(r'Came so far"><div>(\d+)', row)[1] for row in rows[:4]]
    assert came == ["2", "1", "1", "1"]


def test_lists_are_filtered_exported_and_found(as_user, one, customer):
    lin = as_user("lin")
    for field, op, value in (("stale", "true", None), ("state", "is", "open"), ("stage", "is", "contact_10")):
        wanted = {"all": [{"field": field, "op": op, **({"value": value} if value else {})}]}
        page = lin.get("/opportunities/", query_string={"filter": json.dumps(wanted)})
        assert page.status_code == 200
        assert ("财务软件三站点" in page.text) == (field != "stale")
    wanted = {"all": [{"field": "opportunity_stage", "op": "is", "value": "contact_10"}]}
    assert "晨光" in lin.get("/customers/", query_string={"filter": json.dumps(wanted)}).text
    for kind in ("csv", "xlsx", "pdf"):
        assert lin.get(f"/opportunities/export?format={kind}").status_code == 200
    assert f"/opportunities/{one}" in lin.get("/search/?q=财务软件").text
    assert "First contact" in lin.get("/opportunity-moves/").text


def test_the_first_page_counts_what_is_open(as_user, one):
    page = shown(as_user("lin").get("/"))
    assert "Open opportunities" in page
    assert "Stale opportunities" in page
    assert "My opportunities" in as_user("xiao").get("/").text


def test_a_stage_is_edited_on_its_screen(as_user, stage_id, read):
    anran = as_user("anran")
    form = {"name_zh_hans": "需求", "name_en": "Needs", "phase": "open", "probability": "35", "revision": "1"}
    assert anran.post(f"/stages/{stage_id}/edit", data=form).status_code == 302
    assert read(Stage, stage_id).probability == 35
    assert anran.post("/stages/new", data=form | {"probability": "x"}).status_code == 422
    assert anran.post("/stages/new", data=form | {"phase": "won"}).status_code == 422
    assert anran.post("/stages/new", data=form | {"name_zh_hans": "试用"}).status_code == 302
    assert anran.post(f"/stages/{stage_id}/retire").status_code == 302
    assert not read(Stage, stage_id).is_active
    assert anran.post(f"/stages/{stage_id}/revive").status_code == 302


# ── REST ──


def test_a_program_works_as_its_person_may(as_program, customer, one):
    url, lin = "/api/v1/opportunities/", as_program("lin")
    made = lin.post(url, json={"customer": customer, "title": "升级", "amount": "12.50"})
    assert made.status_code == 201, made.text
    key, revision = made.json["result"]["id"], made.json["result"]["revision"]
    assert lin.post(url, json={"title": "升级"}).status_code == 422
    assert lin.post(url, json={"customer": customer, "stage": "won_100"}).status_code == 422
    moved = lin.post(f"{url}{key}/move", json={"stage": "needs_30", "revision": revision})
    assert moved.json["result"]["probability"] == 30
    assert lin.post(f"{url}{key}/move", json={"stage": "needs_30", "revision": revision}).status_code == 409
    for body in ({}, {"stage": 1}, {"stage": "needs_30"}, {"stage": "won_100", "revision": revision + 1}):
        assert lin.post(f"{url}{key}/move", json=body).status_code in (409, 422)
    assert as_program("eve").post(f"{url}{key}/move", json={"stage": "needs_30"}).status_code == 404
    assert as_program("xu").post(f"{url}{key}/move", json={"stage": "needs_30"}).status_code == 403
    assert lin.delete(f"{url}{key}").status_code == 204
