"""The pool on its screens: what each door shows and hides, and every button at its three gates."""

import json
import re
from dataclasses import replace

import pytest
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.crm.customers.models import Customer, Holding
from app.crm.pool.models import HoldLimit, Pool
from app.extensions import db
from app.system.jobs import services as jobs
from app.system.jobs.models import Job
from app.system.runs.models import Run
from app.system.security import services as security
from app.system.segments.models import Segment
from tests.cast import EVE, LIN, MEI
from tests.crm.pool.conftest import LUOYANG
from tests.factories import a_customer, a_limit, a_pool, a_pool_customer

PHONE, ADDRESS, NOTES = "13755501234", "暗巷路七号", "只给自己人看"


@pytest.fixture
def secret(saved):
    """A customer of the pool with a phone, and an address and notes that pools may hide."""
    given = {"phone": f"+86{PHONE}", "address": ADDRESS, "notes": NOTES, "level": "key", "email": "boss@secret.cn"}
    return saved(a_pool_customer, name="暗巷商贸有限公司", **given)


def one(field, op, value=None):
    return json.dumps({"all": [{"field": field, "op": op} | ({} if value is None else {"value": value})]})


def give(app, role, *rights):
    with app.app_context(), acting(SYSTEM):
        found = db.session.scalars(select(Role).where(Role.name == role)).one()
        for right in rights:
            security.grant(found, right, actor=SYSTEM)
        db.session.commit()


def owner_of(read, key):
    return read(Customer, key).owner_id


def bulk(browser, base="/pool", **form):
    return browser.post(f"{base}/bulk", data={"scope": "selected", "filter": ""} | form)


def yes(browser, page, base="/pool", **form):
    asked = re.search(r'name="asked" value="([^"]+)"', page.text)[1]
    return browser.post(f"{base}/bulk/run", data={"asked": asked} | form)


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


# ── hidden until claimed ──


def test_phones_and_chosen_fields_are_hidden_at_every_door(app, as_user, secret, hide):
    hide("address", "notes")
    give(app, "agent", ("can_export", "PoolView"))
    lin = as_user("lin")
    every = "name,address,notes,phone,email"
    answers = [
        lin.get("/pool/"),
        lin.get(f"/pool/{secret}"),
        lin.get(f"/pool/export?format=csv&columns={every}"),
        lin.get("/pool/export?format=csv"),
        bulk(lin, action="claim", ids=[secret]),
    ]
    assert lin.post("/me/settings/columns/PoolView", data={"columns": every.split(",")}).status_code == 302
    answers.append(lin.get("/pool/"))
    assert "****" in answers[-1].text
    assert "Notes" in answers[-1].text

    for answer in answers:
        assert answer.status_code == 200
        assert "暗巷商贸有限公司" in answer.text
        for word in (ADDRESS, NOTES, PHONE, "137 5550 1234", "boss@secret.cn"):
            assert word not in answer.text, answer.request.path


def test_a_filter_by_a_hidden_field_tells_no_more_than_a_mask(as_user, secret, hide):
    hide("address", "level")
    lin = as_user("lin")
    part = one("address", "contains", "暗巷")

    assert "masked" in lin.get("/pool/", query_string={"filter": part}).text
    assert "masked" in lin.get("/pool/count", query_string={"filter": part}).json["text"]
    assert "masked" in lin.get("/pool/count", query_string={"filter": one("level", "is", "key")}).json["text"]
    assert bulk(lin, action="claim", scope="all", filter=part).status_code == 302
    lin.post("/segments/save", data={"subject": "PoolView", "name": "偷看", "filter": part})
    asked = {field["name"]: field["operators"] for field in lin.get("/pool/filter-fields").json}
    assert [operator["code"] for operator in asked["address"]] in (["empty", "not_empty"], ["not_empty", "empty"])


def test_a_segment_on_a_hidden_field_shows_nothing_to_who_made_it(app, as_user, secret, hide):
    hide("address")
    lin = as_user("lin")
    lin.post("/segments/save", data={"subject": "PoolView", "name": "偷看", "filter": one("address", "is", ADDRESS)})
    with app.app_context(), acting(SYSTEM):
        kept = db.session.scalars(select(Segment.id)).all()

    for key in kept:
        answer = lin.get(f"/pool/?segment={key}")
        assert "暗巷商贸有限公司" not in answer.text


def test_a_list_is_not_sorted_by_a_hidden_field(as_user, secret, hide):
    hide("registered_on")
    lin = as_user("lin")

    page = lin.get("/pool/?sort=registered_on").text
    assert "暗巷商贸有限公司" in page
    assert 'aria-sort="ascending"' not in page


def test_what_is_hidden_is_seen_once_the_customer_is_claimed(as_user, secret, hide):
    hide("address", "notes")
    lin = as_user("lin")
    answer = lin.post(f"/pool/{secret}/claim")

    assert answer.location == f"/customers/{secret}"
    assert all(word in lin.get(answer.location).text for word in (ADDRESS, NOTES))
    assert lin.get(f"/pool/{secret}").status_code == 404


# ── claiming ──


def test_who_lacks_the_button_cannot_claim(as_user, secret, read):
    assert as_user("sam").post(f"/pool/{secret}/claim").status_code in {302, 403}
    assert bulk(as_user("xu"), action="claim", ids=[secret]).status_code == 403
    assert owner_of(read, secret) is None


def test_what_is_not_in_ones_pool_is_not_there_to_claim(as_user, saved, luoyang, read):
    key = saved(a_pool_customer, region=LUOYANG)

    assert as_user("mei").post(f"/pool/{key}/claim").status_code == 404
    assert owner_of(read, key) is None


def test_a_rule_refuses_with_its_sentence(as_user, saved, secret, read):
    saved(a_limit, employee=LIN.id, most=1)
    saved(a_customer, owner=LIN.id)
    lin = as_user("lin")

    lin.post(f"/pool/{secret}/claim")

    assert "Your limit is reached (1)." in lin.get("/pool/").text
    assert owner_of(read, secret) is None


def test_ticked_customers_are_claimed_as_far_as_there_is_room_and_given_back_by_undo(app, as_user, saved, read):
    saved(a_limit, employee=LIN.id, most=2)
    keys = [saved(a_pool_customer, name=f"无主{n}", phone=f"+8637165001{n:03}") for n in range(3)]
    lin = as_user("lin")

    answer = yes(lin, bulk(lin, action="claim", ids=keys))

    assert [owner_of(read, key) for key in keys] == [LIN.id, LIN.id, None]
    told = lin.get(answer.location).text
    assert "Your limit is reached (2)." in told
    assert "无主2" in told

    lin.post(f"{answer.location}/take-back")
    assert [owner_of(read, key) for key in keys] == [None] * 3
    with app.app_context(), acting(SYSTEM):
        assert set(db.session.scalars(select(Holding.ended_how))) == {"undo"}
    assert "Claimed today: 2 of 20" in lin.get("/pool/").text


def test_all_that_match_are_claimed_and_none_of_another_pool(as_user, saved, read):
    saved(a_pool, name="洛阳公海", regions=(LUOYANG,), people=(str(MEI.id),))
    mine = saved(a_pool_customer, name="无主甲", level="a")
    theirs = saved(a_pool_customer, name="无主乙", phone="+8637165007777", level="a", region=LUOYANG)
    owned = saved(a_customer, name="有主甲", phone="+8637165007778", level="a", owner=EVE.id)
    lin = as_user("lin")

    page = bulk(lin, action="claim", scope="all", filter=one("level", "is", "a"))
    assert '<strong class="zk-num">1</strong>' in page.text
    assert "无主乙" not in page.text
    yes(lin, page)

    assert [owner_of(read, key) for key in (mine, theirs, owned)] == [LIN.id, None, EVE.id]


def test_what_is_many_is_claimed_by_a_worker_within_the_same_pools(app, as_user, saved, read, monkeypatch):
    monkeypatch.setitem(app.config, "ZHIKE", replace(app.config["ZHIKE"], background_from_rows=0))
    saved(a_pool, name="洛阳公海", regions=(LUOYANG,), people=(str(MEI.id),))
    mine = saved(a_pool_customer, name="无主甲")
    theirs = saved(a_pool_customer, name="无主乙", phone="+8637165007777", region=LUOYANG)
    lin = as_user("lin")

    yes(lin, bulk(lin, action="claim", scope="all"))
    assert owner_of(read, mine) is None
    worked(app)

    assert [owner_of(read, key) for key in (mine, theirs)] == [LIN.id, None]


def test_a_file_that_a_worker_writes_hides_the_same(app, as_user, secret, hide):
    hide("address", "notes")
    give(app, "agent", ("can_export", "PoolView"))
    lin = as_user("lin")
    lin.post("/pool/export?format=csv&columns=name,address,notes,phone")
    worked(app)

    with app.app_context(), acting(SYSTEM):
        job = db.session.scalars(select(Job.id)).one()
    found = lin.get(f"/jobs/{job}/result").text
    assert "暗巷商贸有限公司" in found
    assert not [word for word in (ADDRESS, NOTES, PHONE) if word in found]


def worked(app):
    """Do what waits, as a worker does."""
    with app.app_context(), acting(SYSTEM):
        for job_id in db.session.scalars(select(Job.id).where(Job.state == "waiting")).all():
            jobs.work(job_id, lease_seconds=60)


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


# ── releasing ──


def test_an_owner_puts_a_customer_back_with_a_reason(as_user, saved, read, app):
    key = saved(a_customer, owner=LIN.id)
    lin = as_user("lin")
    assert "Release to the pool" in lin.get(f"/customers/{key}").text

    page = bulk(lin, "/customers", action="release", ids=[key])
    assert "Reason" in page.text
    yes(lin, page, "/customers", reason="no_need", words="改用别家")

    assert owner_of(read, key) is None
    assert lin.get(f"/customers/{key}").status_code == 404
    assert lin.get(f"/pool/{key}").status_code == 200
    with app.app_context(), acting(SYSTEM):
        assert db.session.scalars(select(Holding.reason)).one() == "no_need"


def test_a_release_wants_its_reason(as_user, saved, read):
    key = saved(a_customer, owner=LIN.id)
    lin = as_user("lin")

    answer = yes(lin, bulk(lin, "/customers", action="release", ids=[key]), "/customers", words="就这样")

    assert answer.status_code == 422
    assert owner_of(read, key) == LIN.id


def test_who_lacks_the_button_does_not_release(as_user, saved, read):
    key = saved(a_customer, owner=LIN.id)
    dai = as_user("dai")

    assert "Release to the pool" not in dai.get(f"/customers/{key}").text
    assert bulk(dai, "/customers", action="release", ids=[key]).status_code == 403
    assert owner_of(read, key) == LIN.id


def test_nobody_releases_what_they_may_not_change(as_user, saved, read):
    key = saved(a_customer, owner=EVE.id)
    lin = as_user("lin")

    assert "yes" not in bulk(lin, "/customers", action="release", ids=[key]).text or owner_of(read, key) == EVE.id


def test_whoever_released_can_take_it_back_as_long_as_they_may_change_it(app, as_user, saved, read):
    key = saved(a_customer, owner=LIN.id)
    anran = as_user("anran")
    yes(anran, bulk(anran, "/customers", action="release", ids=[key]), "/customers", reason="other")
    with app.app_context(), acting(SYSTEM):
        run = db.session.scalars(select(Run.id)).one()

    anran.post(f"/runs/{run}/take-back")

    found = read(Customer, key)
    assert found.owner_id == LIN.id
    assert found.assigned_at is not None


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
