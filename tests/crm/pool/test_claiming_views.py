"""Claiming from the pool and putting back, each button at its three gates."""

from dataclasses import replace

from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.crm.customers.models import Customer, Holding
from app.extensions import db
from app.system.runs.models import Run
from tests.cast import EVE, LIN, MEI
from tests.crm.pool.conftest import LUOYANG
from tests.crm.pool.steps import bulk, one, owner_of, worked, yes
from tests.factories import a_customer, a_limit, a_pool, a_pool_customer

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
