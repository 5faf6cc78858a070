"""Confirming and setting aside many bank lines, with preview and undo."""

import re
from decimal import Decimal

import pytest

from app.base.actor import acting
from app.base.i18n import speaking
from app.base.transaction import transaction
from app.crm.fees.models import Fee
from app.crm.reconciliation import services
from app.crm.reconciliation.services import many
from app.extensions import db
from app.system.runs.models import Run
from tests.cast import QIAN
from tests.crm.reconciliation.steps import a_line, a_paid_fee, booked, confirm, import_lines, matches, now, proposals

NAMES = ("新乡佳禾食品商贸有限公司", "洛阳恒泰精密机械有限公司", "信阳云雾茶业发展有限公司")


def begin():
    """Make three fees with their lines, and a line without a fee; return the ids of both."""
    fees = [a_paid_fee(name, "12800").id for name in NAMES]
    lines = import_lines(*[booked("12800", name) for name in NAMES], booked("77", "河南电力公司"))
    return fees, [line.id for line in lines]


@pytest.fixture
def made(app, once):
    return once(begin)


def asked(browser, action, **form):
    page = browser.post("/bank-lines/bulk", data={"action": action, **form})
    assert page.status_code == 200, page.text[:400]
    return re.search(r'name="asked" value="([^"]+)"', page.text)[1]


def test_proposals_are_confirmed_together_after_a_look_and_taken_back(app, as_user, made):
    fees, lines = made
    browser = as_user("qian")
    token = asked(browser, "confirm", ids=[str(key) for key in lines])
    looked = browser.post("/bank-lines/bulk/run", data={"asked": token, "least": "95"})
    assert "¥38,400.00" in looked.text
    token = re.search(r'name="asked" value="([^"]+)"', looked.text)[1]
    done = browser.post("/bank-lines/bulk/run", data={"asked": token, "least": "95"})
    assert done.status_code == 302
    run = done.headers["Location"]
    with app.app_context():
        assert [now(key).state for key in lines] == ["matched"] * 3 + ["unmatched"]
        assert [matches(now(key)) for key in lines[:3]] == [{key: Decimal(12800)} for key in fees]
        assert set(services.matched_state(fees).values()) == {"paid"}
        db.session.remove()
    assert "There is no proposal for this bank line." in browser.get(run).text
    undone = browser.post(f"{run}/take-back")
    assert undone.status_code == 302, undone.text[:300]
    with app.app_context():
        assert [now(key).state for key in lines] == ["proposed"] * 3 + ["unmatched"]
        assert [matches(now(key)) for key in lines[:3]] == [{}] * 3
        assert [proposals(now(key)) for key in lines[:3]] == [[key] for key in fees]


def test_fewer_points_than_asked_are_left_alone(app, as_user, made):
    _fees, lines = made
    with app.app_context():
        with acting(QIAN.actor) as actor:
            weak = a_line("6400", "周口三川医械")
            a_paid_fee("周口三川医疗器械有限公司", "6400")
            applied = transaction(many.confirm_many)([*lines, weak.id], {"least": 96}, actor)
        assert applied.changed == lines[:3]
        with speaking("en"):
            assert str(applied.refused[weak.id]) == "Its score is below what was asked."
        db.session.remove()


def test_what_somebody_took_meanwhile_is_refused(app, made):
    fees, lines = made
    with app.app_context():
        confirm(now(lines[0]), db.session.merge(_fee(fees[0])))
        with acting(QIAN.actor) as actor:
            applied = transaction(many.confirm_many)(lines, {}, actor)
        assert applied.changed == lines[1:3]
        with speaking("en"):
            assert "matched already" in str(applied.refused[lines[0]])
        db.session.remove()


def _fee(key):
    with acting(QIAN.actor):
        return db.session.get_one(Fee, key)


def test_lines_are_set_aside_together_and_taken_up_again(app, as_user, made):
    _fees, lines = made
    browser = as_user("qian")
    token = asked(browser, "ignore", ids=[str(key) for key in lines])
    missing = browser.post("/bank-lines/bulk/run", data={"asked": token})
    assert missing.status_code == 422
    done = browser.post("/bank-lines/bulk/run", data={"asked": token, "reason": "not_fee"})
    assert done.status_code == 302
    with app.app_context():
        assert {now(key).state for key in lines} == {"ignored"}
        assert proposals(now(lines[0])) == []
        db.session.remove()
    with app.app_context(), acting(QIAN.actor):
        run = db.session.query(Run).order_by(Run.id.desc()).first().id
        db.session.remove()
    assert browser.post(f"/runs/{run}/take-back").status_code == 302
    with app.app_context():
        assert [now(key).state for key in lines] == ["proposed"] * 3 + ["unmatched"]
        db.session.remove()
