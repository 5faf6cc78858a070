"""Handing over what somebody owns, when they leave or move: preview, yes, run, undo; gates; moving along."""

import re
from dataclasses import replace

import pytest
from flask import g
from sqlalchemy import select

from app.base import handover
from app.base.actor import SYSTEM, acting
from app.base.bulk import Plan
from app.base.handover import Belonging
from app.crm.customers.models import Customer, Holding
from app.extensions import db
from app.system.jobs import services as jobs
from app.system.runs.models import Run
from app.system.security import queries as people
from app.system.security import services as security
from tests.cast import EVE, GUO, LIN, MEI
from tests.crm.assignments.steps import holders, limit, many, messages, spells
from tests.factories import a_customer

FORM = {"what": ["customers"], "reason": "left_company", "words": "十二月离职"}


@pytest.fixture
def keys(app):
    """Five customers of Lin's, and one of Eve's."""
    with app.app_context():
        found = many(5)
        a_customer(name="叶家", phone="+8637165009999", owner=EVE.id)
        return found


def words(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


def hand_over(browser, person=LIN, **form):
    """Ask for the preview, and say yes to it."""
    page = browser.post(f"/handover/{person.id}", data=FORM | form)
    planned = re.search(r'name="planned" value="([^"]+)"', page.text)
    assert planned, words(page)
    return browser.post(f"/handover/{person.id}", data=FORM | form | {"planned": planned[1]})


def leave(app, person):
    with app.app_context(), acting(SYSTEM):
        security.disable(people.employee(person.id), actor=SYSTEM)


def test_from_who_leaves_to_the_run_and_back(app, as_user, keys):
    leave(app, LIN)
    browser = as_user("dai")
    start = words(browser.get("/handover/"))
    assert "林晓" in start[start.index("Have left") :]
    page = words(browser.get(f"/handover/{LIN.id}"))
    assert "Customers 5" in page

    plan = browser.post(f"/handover/{LIN.id}", data=FORM | {"people": [MEI.id, GUO.id]})
    assert "梅芳 0 3 3 200 郭冬 0 2 2 200" in words(plan)
    answer = hand_over(browser, people=[MEI.id, GUO.id])
    with app.app_context():
        assert holders() == {MEI.id: 3, GUO.id: 2, EVE.id: 1}
        with acting(SYSTEM):
            run = db.session.scalars(select(Run)).one()
            assert (answer.location, run.action) == (f"/runs/{run.id}", "hand_over")
            g.language = "en"
            assert "Handover of 林晓 · 5 customers" in str(run.title)
            spell = db.session.scalars(select(Holding).where(Holding.ended_how == "handover").limit(1)).one()
            assert (spell.reason, str(spell.words)) == ("left_company", "十二月离职")
        assert messages(MEI) == [("customers_given", 3)]

    browser.post(f"{answer.location}/take-back")
    with app.app_context():
        assert holders() == {LIN.id: 5, EVE.id: 1}
        assert [how for _who, how, _end in spells(keys[0])] == ["entered", "handover", "undo"]


def test_a_long_handover_goes_on_in_the_background(app, as_user, keys, monkeypatch):
    monkeypatch.setitem(app.config, "ZHIKE", replace(app.config["ZHIKE"], background_from_rows=2))
    hand_over(as_user("dai"), people=[MEI.id])
    with app.app_context():
        assert holders()[LIN.id] == 5
        with acting(SYSTEM):
            job_id = db.session.scalars(select(Run.job_id)).one()
            jobs.work(job_id, lease_seconds=60)
        assert holders()[MEI.id] == 5


def test_limits_are_told_and_kept(app, as_user, keys):
    with app.app_context():
        limit(MEI, 2)
    browser = as_user("dai")
    page = browser.post(f"/handover/{LIN.id}", data=FORM | {"people": [MEI.id]})
    assert "梅芳 may hold 2 customers: 3 will be left alone." in words(page)
    hand_over(browser, people=[MEI.id])
    with app.app_context():
        assert holders() == {LIN.id: 3, MEI.id: 2, EVE.id: 1}


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"people": [LIN.id]}, "林晓 hands over and cannot receive"),
        ({"people": []}, "Please fill this in"),
        ({"people": [MEI.id], "reason": ""}, "Please fill this in"),
        ({"people": [MEI.id], "what": []}, "Choose what is handed over"),
        ({"people": [MEI.id, GUO.id], "how": "by_weight", "weights": "1"}, "1 weights for 2 people"),
    ],
)
def test_what_cannot_be_meant_is_refused(app, as_user, keys, form, said):
    page = as_user("dai").post(f"/handover/{LIN.id}", data=FORM | form)
    assert page.status_code == 422
    assert said in words(page)
    with app.app_context():
        assert holders()[LIN.id] == 5


def test_what_is_another_plan_by_now_is_shown_again(app, as_user, keys):
    browser = as_user("dai")
    page = browser.post(f"/handover/{LIN.id}", data=FORM | {"people": [MEI.id]})
    planned = re.search(r'name="planned" value="([^"]+)"', page.text)[1]
    with app.app_context():
        a_customer(name="刚来的", phone="+8637165008888")
    again = browser.post(f"/handover/{LIN.id}", data=FORM | {"people": [MEI.id], "planned": planned})
    assert "梅芳 0 6 6 200" in words(again)
    with app.app_context():
        assert holders()[LIN.id] == 6


def test_the_gates(as_user, keys):
    assert as_user("lin").get("/handover/").status_code == 403
    assert as_user("lin").post(f"/handover/{LIN.id}", data=FORM | {"people": [MEI.id]}).status_code == 403
    assert as_user("dai").get("/handover/999").status_code == 404
    assert as_user("dai").get("/handover/x").status_code == 404
    sam = words(as_user("sam").get(f"/handover/{EVE.id}"))
    assert "Customers 0" in sam


def test_who_has_left_is_found_by_name_only_as_the_one_who_hands_over(app, as_user):
    leave(app, LIN)
    browser = as_user("dai")
    assert [one["text"] for one in browser.get("/handover/choices/person?q=林").json] == ["林晓"]
    assert browser.get("/handover/choices/people?q=林").json == []
    assert browser.get("/handover/choices/words?q=林").status_code == 404


# ── moving along ──


def moved(app, person, department_id):
    with app.app_context(), acting(SYSTEM):
        employee = people.employee(person.id)
        employee.department_id = department_id
        db.session.commit()


def departments(app):
    with app.app_context(), acting(SYSTEM):
        owned = select(Customer.department_id).where(Customer.owner_id == LIN.id)
        return set(db.session.scalars(owned))


def test_who_works_elsewhere_now_takes_the_customers_along_or_leaves_them(app, as_user, keys):
    browser = as_user("dai")
    assert "move along" not in browser.get(f"/handover/{LIN.id}").text
    moved(app, LIN, EVE.department_id)
    assert "5 customers still stand in a department" in words(browser.get(f"/handover/{LIN.id}"))
    assert departments(app) == {LIN.department_id}, "left where they are, unless somebody says so"

    answer = browser.post(f"/handover/{LIN.id}/along")
    assert departments(app) == {EVE.department_id}
    assert "move along" not in browser.get(f"/handover/{LIN.id}").text
    browser.post(f"{answer.location}/take-back")
    assert departments(app) == {LIN.department_id}


def test_who_may_not_hand_over_moves_nothing_along(as_user, keys):
    assert as_user("lin").post(f"/handover/{LIN.id}/along").status_code == 403


# ── the registry ──


def test_other_domains_hand_over_what_is_theirs(app, as_user, keys, monkeypatch):
    begun = []
    tickets = Belonging(
        "tickets",
        "Tickets",
        "list",
        count=lambda whose, _actor: 3 if whose == LIN.id else 0,
        plan=lambda _whose, given, _actor: Plan(dict(given), ("Person",), (("梅芳",),)),
        begin=lambda *given: begun.append(given[:2]) or "/runs/",
        url=lambda whose: f"/tickets/?of={whose}",
        place=20,
    )
    monkeypatch.setitem(handover.registered, "tickets", tickets)
    browser = as_user("dai")
    assert "Tickets 3" in words(browser.get(f"/handover/{LIN.id}"))
    answer = hand_over(browser, people=[MEI.id], what=["customers", "tickets"])
    assert (answer.location, begun) == ("/runs/", [(LIN.id, 3)])
    with app.app_context():
        assert holders()[MEI.id] == 5
