"""Everybody arranges the own first page: what is kept, and what of it is believed."""

import re

import pytest

from app.base import preferences
from app.base.actor import Actor
from app.home.views.cards import Choice, arranged
from tests.cast import LIN
from tests.home.test_first_page import card, cards_of, hung  # noqa: F401 - a fixture

pytestmark = pytest.mark.one_database


def keep(browser, order, shown, **more):
    return browser.post("/cards", data={"card": order, "shown": shown} | more)


def test_order_and_hidden_cards_are_kept(as_user):
    lin = as_user("lin")
    answer = keep(lin, ["jobs", "my_customers", "inbox", "renewals_mine"], ["jobs", "my_customers"])
    assert (answer.status_code, answer.location) == (302, "/")
    page = lin.get("/").text
    assert cards_of(page) == ["jobs", "my_customers"]
    assert "Your first page is arranged." in page
    assert re.search(r'name="shown" value="inbox">', page), "it can be ticked again"


def test_the_usual_comes_back(as_user):
    lin = as_user("lin")
    usual = cards_of(lin.get("/").text)
    keep(lin, usual[::-1], usual[:1])
    keep(lin, usual, usual, default="1")
    assert cards_of(lin.get("/").text) == usual


def test_a_page_without_any_card_says_how_to_get_them_back(as_user):
    lin = as_user("lin")
    keep(lin, ["jobs", "my_customers", "inbox", "waiting", "renewals_mine"], [])
    page = lin.get("/").text
    assert cards_of(page) == []
    assert "You have hidden every card" in page
    assert "Arrange cards" in page


def test_a_card_that_is_new_since_stands_behind_those_arranged(as_user, hung):  # noqa: F811
    lin = as_user("lin")
    keep(lin, ["jobs", "my_customers", "inbox", "waiting", "renewals_mine"], ["jobs", "my_customers", "inbox"])
    hung(card("fresh", place=1))
    assert cards_of(lin.get("/").text) == ["jobs", "my_customers", "inbox", "fresh"]


def test_names_that_are_no_cards_of_this_person_are_not_kept(app, as_user):
    lin = as_user("lin")
    keep(lin, ["jobs", "refusals", "x" * 5000, "jobs"], ["jobs", "refusals"])
    with app.app_context():
        assert preferences.get(LIN.actor, "home_cards") == ["jobs"]
    assert "refusals" not in cards_of(lin.get("/").text)


def test_nobody_arranges_by_opening_an_address_and_no_stranger_at_all(as_user, stranger):
    assert as_user("lin").get("/cards").status_code == 405
    assert stranger.post("/cards").status_code == 401
    assert keep(as_user("bai"), ["inbox"], []).status_code == 302  # one's own affair


def test_the_choice_goes_with_the_person_to_another_browser(as_user):
    keep(as_user("lin"), ["jobs", "my_customers", "inbox", "waiting", "renewals_mine"], ["jobs", "inbox", "waiting"])
    assert cards_of(as_user("lin").get("/").text) == ["jobs", "inbox"]  # nothing waits


@pytest.mark.parametrize("choice", [Choice(), Choice(("a", "b")), Choice(("b", "a"), frozenset("a"))])
def test_a_choice_is_read_as_it_was_kept(choice):
    assert Choice.read(choice.kept()) == choice


def test_a_hidden_card_is_built_for_nobody(as_user, hung):  # noqa: F811
    asked = []
    made = card("dear")
    hung(type(made)("dear", lambda actor: asked.append(actor) or made.build(actor), title="Dear"))
    lin = as_user("lin")
    lin.get("/")
    assert len(asked) == 1
    keep(lin, ["dear"], [])
    lin.get("/")
    assert len(asked) == 1


def test_the_order_of_roles_does_not_depend_on_the_choice_of_others(app, hung):  # noqa: F811
    hung(card("a", place=2), card("b", place=1))
    with app.test_request_context():
        names = [one.name for one in arranged(Actor(1), Choice(("a",))) if one.name in "ab"]
    assert names == ["a", "b"]
