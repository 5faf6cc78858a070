"""The pool on its screens: who sees what, what stands around the list, and its rules."""

import pytest
from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.crm.pool.models import HoldLimit, Pool
from app.extensions import db
from tests.cast import EVE, LIN
from tests.crm.pool.conftest import LUOYANG
from tests.crm.pool.steps import ADDRESS, one
from tests.factories import a_customer, a_pool_customer

# ── who sees what ──


def test_an_agent_sees_in_the_pool_what_no_other_list_shows(as_user, secret):
    lin = as_user("lin")

    assert "暗巷商贸有限公司" in lin.get("/pool/").text
    assert "暗巷商贸有限公司" in lin.get(f"/pool/{secret}").text

    for address in (
        "/customers/",
        "/customers/choices/parent?q=暗巷",
        "/customers/export?format=csv",
        "/search?q=暗巷",
    ):
        assert "暗巷商贸" not in lin.get(address).text, address
    for address in ("", "/edit", "/history", "/sheet.pdf", "?tab=files"):
        assert lin.get(f"/customers/{secret}{address}").status_code == 404, address
    for address in ("bulk", "count"):
        assert "暗巷" not in lin.get(f"/customers/{address}").text


def test_an_agents_program_sees_nothing_of_the_pool(as_program, secret):
    lin = as_program("lin")

    assert lin.get(f"/api/v1/customers/{secret}").status_code == 404
    assert "暗巷" not in lin.get("/api/v1/customers/").text
    assert lin.post(f"/api/v1/customers/{secret}/reveal", json={"field": "phone"}).status_code == 404


def test_no_other_screen_is_opened_by_having_been_in_the_pool(as_user, secret):
    lin = as_user("lin")
    lin.get("/pool/")
    lin.get(f"/pool/{secret}")

    assert lin.get(f"/customers/{secret}").status_code == 404
    assert lin.post(f"/customers/{secret}/reveal/phone").status_code == 404


def test_the_pool_shows_nobodys_customers_alone(as_user, saved):
    own = saved(a_customer, name="自家客户", owner=LIN.id)
    other = saved(a_customer, name="别家客户", phone="+8637165005555", owner=EVE.id)
    lin, anran = as_user("lin"), as_user("anran")

    for browser in (lin, anran):
        page = browser.get("/pool/").text
        assert "自家客户" not in page
        assert "别家客户" not in page
        for key in (own, other):
            assert browser.get(f"/pool/{key}").status_code == 404
        assert browser.get("/pool/count").json["text"] == "0"


def test_who_is_no_member_sees_nothing_of_a_pool(as_user, saved, luoyang):
    key = saved(a_pool_customer, name="洛阳无主公司", region=LUOYANG)
    lin, mei = as_user("lin"), as_user("mei")

    assert "洛阳无主公司" in lin.get("/pool/").text
    assert "洛阳无主公司" not in mei.get("/pool/").text
    assert mei.get(f"/pool/{key}").status_code == 404
    assert mei.get("/pool/count", query_string={"filter": one("region", "is", LUOYANG)}).json["text"] == "0"
    assert mei.get("/pool/choices/parent?q=洛阳").json == []
    assert lin.get("/pool/choices/parent?q=洛阳").json == []


def test_a_supervisor_sees_the_ownerless_of_her_department_masked_by_no_pool(as_user, secret, hide):
    hide("address")

    assert ADDRESS in as_user("sam").get(f"/pool/{secret}").text


@pytest.mark.parametrize("username", ["bai", "qian", "shi", "gao"])
def test_the_screen_is_a_permission_of_its_own(as_user, secret, username):
    browser = as_user(username)

    assert browser.get("/pool/").status_code in {302, 403}
    assert browser.get(f"/pool/{secret}").status_code in {302, 403}


# ── around the list ──


def test_the_line_above_the_list_says_how_much_room_is_left(as_user, saved, free):
    saved(a_customer, owner=LIN.id)
    lin = as_user("lin")

    assert "Customers you hold: 1 of 200. Claimed today: 0 of 20." in lin.get("/pool/").text


def test_the_first_page_counts_an_agents_pool(as_user, free):
    page = as_user("lin").get("/").text

    assert "In the pool" in page
    assert 'href="/pool/"' in page


def test_the_pool_can_be_asked_for_by_name(as_user, saved, luoyang, free):
    saved(a_pool_customer, name="洛阳无主公司", phone="+8637165003333", region=LUOYANG)
    lin = as_user("lin")

    page = lin.get("/pool/", query_string={"filter": one("pool", "is", str(luoyang))}).text
    assert "洛阳无主公司" in page
    assert "河南无主商贸有限公司" not in page
    page = lin.get("/pool/", query_string={"filter": one("pool", "not_is", str(luoyang))}).text
    assert "洛阳无主公司" not in page
    assert "河南无主商贸有限公司" in page


def test_a_list_of_the_pool_asks_few_questions(as_user, saved, statements):
    for n in range(12):
        saved(a_pool_customer, name=f"无主{n}", phone=f"+8637165001{n:03}")
    lin = as_user("lin")
    lin.get("/pool/")

    with statements() as asked:
        lin.get("/pool/")
    assert len(asked) <= 13, asked


# ── the rules ──

POOL_FORM = {"name": "郑州公海", "position": "5", "regions": ["410100"], "roles": ["agent"], "hidden": ["notes"]}
POOL_FORM |= {"may_claim": "1", "is_active": "1"}


def test_a_dispatcher_makes_changes_and_deletes_a_pool(app, as_user):
    dai = as_user("dai")
    assert dai.post("/pools/new", data=POOL_FORM).status_code == 302
    with app.app_context(), acting(SYSTEM):
        key = db.session.scalars(select(Pool.id).where(Pool.name == "郑州公海")).one()
    page = dai.get(f"/pools/{key}").text
    assert all(word in page for word in ("郑州", "Notes"))
    assert dai.get(f"/pools/{key}/edit").status_code == 200
    answer = dai.post(f"/pools/{key}/edit", data=POOL_FORM | {"name": "郑州", "people": ["3"], "revision": "1"})
    assert answer.status_code == 302
    assert all(word in dai.get("/pools/").text for word in ("郑州", "林晓", "公海"))
    assert "林晓" in dai.get(f"/pools/{key}/history").text
    dai.post(f"/pools/{key}/delete")
    assert dai.get(f"/pools/{key}").status_code == 404


def test_the_last_pool_is_changed_but_stays(app, as_user):
    dai = as_user("dai")
    page = dai.get("/pools/1/edit").text
    assert 'name="hidden"' in page
    assert 'name="regions"' not in page
    dai.post("/pools/1/delete")
    assert "it cannot be deleted" in dai.get("/pools/").text


def test_a_dispatcher_sets_limits(app, as_user, read):
    dai = as_user("dai")
    refused = dai.post("/limits/new", data={"employee": "3", "role": "agent", "most": "5"})
    assert refused.status_code == 422
    assert "not several" in refused.text
    assert dai.post("/limits/new", data={"employee": "3", "most": "5"}).status_code == 302
    assert "林晓" in dai.get("/limits/").text
    with app.app_context(), acting(SYSTEM):
        key = db.session.scalars(select(HoldLimit.id).where(HoldLimit.most == 5)).one()
    again = {"employee": "3", "most": "7", "revision": "1"}
    assert dai.post(f"/limits/{key}/edit", data=again).status_code == 302
    assert read(HoldLimit, key).most == 7
    assert dai.get(f"/limits/{key}/history").status_code == 200
    dai.post(f"/limits/{key}/delete")
    assert dai.get(f"/limits/{key}").status_code == 404


@pytest.mark.parametrize("address", ["/pools", "/limits"])
def test_a_supervisor_reads_the_rules_and_an_agent_does_not(as_user, address):
    sam, lin = as_user("sam"), as_user("lin")

    assert sam.get(f"{address}/").status_code == 200
    assert sam.get(f"{address}/new").status_code in {302, 403}
    assert lin.get(f"{address}/").status_code in {302, 403}
    assert sam.post(f"{address}/1/delete").status_code in {302, 403}
