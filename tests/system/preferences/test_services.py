"""Own settings: each person's own, read without a statement, within what the installation leaves free."""

import pytest
from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.base.errors import Invalid, NotAllowed
from app.base.screens.look import preferences, settings
from app.extensions import db
from app.system.preferences import services
from app.system.preferences.models import Choice
from app.system.settings import services as house
from tests.cast import ANRAN, LIN, MEI, XU


def keep(person, **values):
    with acting(person.actor) as actor:
        services.keep(values, actor=actor)


def got(person, name):
    with acting(person.actor) as actor:
        return preferences.get(actor, name)


def house_sets(name, raw):
    with acting(ANRAN.actor) as actor:
        house.change(settings.registered[name], raw, actor=actor, revision=0)


@pytest.mark.usefixtures("in_app")
def test_what_one_chooses_is_ones_own_and_typed():
    keep(LIN, theme="dark", page_size="50")
    assert got(LIN, "theme") == "dark"
    assert got(LIN, "page_size") == 50
    assert got(MEI, "theme") == "light"
    assert got(MEI, "page_size") == 25


@pytest.mark.usefixtures("in_app")
def test_whoever_has_chosen_nothing_gets_what_the_installation_says_now():
    house_sets("default_density", "compact")
    keep(LIN, density="comfortable")
    assert got(LIN, "density") == "comfortable"
    assert got(MEI, "density") == "compact"
    assert preferences.get(None, "density") == "compact"
    assert preferences.get(SYSTEM, "density") == "compact"


@pytest.mark.usefixtures("in_app")
def test_what_is_the_same_for_everybody_is_not_chosen_and_a_former_choice_waits():
    keep(LIN, theme="dark")
    house_sets("free_theme", "0")
    assert got(LIN, "theme") == "light"
    with pytest.raises(NotAllowed, match="“Light or dark” is the same for everybody here"):
        keep(LIN, theme="dark")
    with acting(ANRAN.actor) as actor:
        house.back_to_default(settings.registered["free_theme"], actor=actor)
    assert got(LIN, "theme") == "dark"


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"theme": "pink"}, "is not one of the values"),
        ({"theme": ""}, "Please fill this in"),
        ({"page_size": "33"}, "is not one of the values"),
        ({"colour": "red"}, "There is no such setting"),
    ],
)
def test_what_cannot_be_chosen_is_refused_and_nothing_is_kept(values, words):
    with pytest.raises(Invalid, match=words):
        keep(LIN, density="compact", **values)
    assert got(LIN, "density") == "comfortable"


@pytest.mark.usefixtures("in_app")
def test_the_auditor_has_own_settings_too():
    keep(XU, theme="dark")
    assert got(XU, "theme") == "dark"


@pytest.mark.usefixtures("in_app")
def test_the_cards_of_the_home_page_are_names_in_an_order_or_nothing():
    assert got(LIN, "home_cards") is None
    keep(LIN, home_cards=["jobs", " mine ", "jobs", "", "x" * 61])
    assert list(got(LIN, "home_cards")) == ["jobs", "mine"]


@pytest.mark.usefixtures("in_app")
def test_nobody_sees_what_another_has_chosen_not_even_an_administrator():
    keep(LIN, theme="dark")
    for person, seen in ((LIN, 1), (ANRAN, 0), (XU, 0)):
        with acting(person.actor):
            assert len(db.session.scalars(select(Choice)).all()) == seen


def test_a_choice_is_read_once_and_then_costs_no_statement(in_app, statements):
    keep(LIN, theme="dark")
    with acting(LIN.actor) as actor:
        preferences.get(actor, "theme")
        with statements() as seen:
            for name in ("theme", "density", "side", "page_size", "columns:CustomerView", "home_cards"):
                preferences.get(actor, name)
    assert len(seen) == 0


@pytest.mark.usefixtures("in_app")
def test_forgetting_goes_back_to_the_usual_in_one_thing_or_in_all():
    keep(LIN, theme="dark", density="compact")
    keep(MEI, theme="dark")
    with acting(LIN.actor) as actor:
        services.forget("theme", actor=actor)
        assert preferences.get(actor, "theme") == "light"
        assert preferences.get(actor, "density") == "compact"
        services.forget_all(actor)
        assert preferences.chosen(actor) == {}
    assert got(MEI, "theme") == "dark"
