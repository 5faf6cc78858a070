"""Own settings on the page of one's account, and what every page looks like because of them."""

import re

import pytest

from app.base.actor import acting
from app.base.screens.look import preferences, settings
from app.system.security.models import Employee
from app.system.settings import services as house
from tests.cast import ANRAN, BY_USERNAME
from tests.factories import a_customer

FORM = {"language": "en", "theme": "dark", "density": "compact", "side": "rail", "page_size": "50"}


def chosen(app, username):
    with app.app_context(), acting(BY_USERNAME[username].actor) as actor:
        return dict(preferences.chosen(actor))


def root(page):
    return re.search(r"<html[^>]*>", page)[0]


def lock(app, name):
    with app.app_context(), acting(ANRAN.actor) as actor:
        house.change(settings.registered[name], "0", actor=actor, revision=0)


@pytest.mark.parametrize("who", ["lin", "xu", "bai"])
def test_everybody_who_is_signed_in_keeps_own_settings(app, as_user, who):
    browser = as_user(who)
    assert browser.post("/me/settings/", data=FORM).location == "/me/"
    assert chosen(app, who) == {"theme": "dark", "density": "compact", "side": "rail", "page_size": 50}
    page = browser.get("/me/").text
    assert "Your settings are saved." in page
    assert len(re.findall(r'value="(?:en|dark|compact|rail|50)" checked', page)) == 5


def test_every_page_is_drawn_as_its_reader_wants_it(as_user):
    lin = as_user("lin")
    lin.post("/me/settings/", data=FORM)
    tag = root(lin.get("/").text)
    for part in ('data-bs-theme="dark"', 'data-look="dark"', 'data-density="compact"', 'data-side="rail"'):
        assert part in tag
    tag = root(as_user("mei").get("/").text)
    assert 'data-bs-theme="light"' in tag
    assert "data-density" not in tag
    assert "data-side" not in tag


def test_signed_out_a_page_looks_as_the_installation_wants_it(app, stranger):
    with app.app_context(), acting(ANRAN.actor) as actor:
        house.change(settings.registered["default_theme"], "device", actor=actor, revision=0)
    tag = root(stranger.get("/login/").text)
    assert 'data-look="device"' in tag
    assert "data-keep-url" not in tag


def test_the_language_of_the_form_is_the_employees_and_counts_at_once(as_user, read):
    lin = as_user("lin")
    lin.post("/me/settings/", data=FORM | {"language": "zh_Hant"})
    assert read(Employee, BY_USERNAME["lin"].id).language == "zh_Hant"
    assert 'lang="zh-Hant"' in root(lin.get("/me/").text)


@pytest.mark.parametrize(
    ("name", "value"), [("theme", "pink"), ("theme", ""), ("density", "x" * 500), ("page_size", "7"), ("side", "left")]
)
def test_a_form_that_cannot_be_meant_keeps_nothing(app, as_user, name, value):
    lin = as_user("lin")
    lin.post("/me/settings/", data=FORM | {name: value})
    assert ("is not one of the values" if value else "Please fill this in") in lin.get("/me/").text
    assert chosen(app, "lin") == {}


def test_one_switch_of_the_frame_is_kept_in_the_background(app, as_user):
    lin = as_user("lin")
    assert lin.post("/me/settings/keep", data={"theme": "dark"}).status_code == 204
    assert chosen(app, "lin") == {"theme": "dark"}
    answer = lin.post("/me/settings/keep", data={"theme": "pink"}, headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert "is not one of the values" in answer.json["error"]["message"]


def test_what_is_the_same_for_everybody_has_no_button_and_is_refused(app, as_user):
    lin = as_user("lin")
    assert "data-theme-toggle" in lin.get("/customers/").text
    assert "data-density-toggle" in lin.get("/customers/").text
    lock(app, "free_theme")
    lock(app, "free_density")
    page = lin.get("/customers/").text
    assert "data-theme-toggle" not in page
    assert "data-density-toggle" not in page
    assert 'data-locked="theme density"' in root(page)
    answer = lin.post("/me/settings/keep", data={"theme": "dark"}, headers={"Accept": "application/json"})
    assert answer.status_code == 403
    assert "is the same for everybody here" in answer.json["error"]["message"]
    assert lin.get("/me/").text.count("the same for everybody here") == 2


def test_everything_is_forgotten_with_one_button(app, as_user):
    lin = as_user("lin")
    lin.post("/me/settings/", data=FORM)
    assert "/me/settings/forget" in lin.get("/me/").text
    lin.post("/me/settings/forget")
    assert chosen(app, "lin") == {}
    assert "/me/settings/forget" not in lin.get("/me/").text


def test_the_rows_per_page_of_a_person_count_where_the_address_says_none(as_user, saved):
    for number in range(12):
        saved(a_customer, name=f"客户{number:02}")
    lin = as_user("lin")
    lin.post("/me/settings/keep", data={"page_size": "10"})
    assert lin.get("/customers/").text.count("<tr data-href") == 10
    assert lin.get("/customers/?page_size=25").text.count("<tr data-href") == 12
    assert "page_size" not in re.search(r'href="([^"]*page=2[^"]*)"', lin.get("/customers/").text)[1]


def test_a_list_asks_no_statement_more_because_somebody_has_own_settings(as_user, saved, statements):
    saved(a_customer)
    lin = as_user("lin")
    lin.get("/customers/")
    with statements() as usual:
        lin.get("/customers/")
    lin.post("/me/settings/", data=FORM)
    lin.get("/customers/")
    with statements() as own:
        lin.get("/customers/")
    assert len(own) == len(usual)
