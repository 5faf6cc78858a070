"""No error is a dead end: each page says what to do next, signed in and signed out, for people and for programs."""

import html
import re
from dataclasses import replace

import pytest
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import default_exceptions

from app.base.errors import Conflict, NotAllowed
from app.base.web import SENTENCES
from app.extensions import db
from tests.cast import PASSWORD
from tests.factories import a_customer

CODES = [400, 403, 404, 405, 409, 413, 429, 500, 503]
AS_JSON = {"Accept": "application/json"}


def ways_of(page):
    """Return (label, address) of every way out that an error page offers."""
    links = re.findall(r'<a href="([^"]+)"(?: data-back)?><svg.*?<b>(.*?)</b>', page)
    return [(label, html.unescape(address)) for address, label in links]


@pytest.fixture
def failing(app, monkeypatch):
    """Let the first page answer an error."""

    def let(raised):
        def fail():
            raise raised

        monkeypatch.setitem(app.view_functions, "HomeView.index", fail)
        monkeypatch.setitem(app.view_functions, "AuthView.login", fail)

    return let


def error(code):
    made = {503: OperationalError("SELECT", {}, Exception("gone")), 500: ZeroDivisionError("secret")}
    return made.get(code) or default_exceptions[code]()


@pytest.mark.parametrize("code", CODES)
@pytest.mark.one_database
def test_every_error_has_a_way_out_in_the_theme(as_user, failing, code):
    lin = as_user("lin")
    failing(error(code))
    answer = lin.get("/")
    assert answer.status_code == code
    assert str(SENTENCES[code][0]) in html.unescape(answer.text)
    assert "zk-side" in answer.text, "the menu stays"
    assert ways_of(answer.text)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.one_database
def test_a_stranger_is_never_led_behind_the_door(stranger, failing, code):
    failing(error(code))
    with stranger.session_transaction() as kept:
        kept["language"] = "en"
    answer = stranger.get("/login/")
    assert answer.status_code == code
    found = ways_of(answer.text)
    assert found
    assert {label for label, _url in found} <= {"Go back", "Try again", "Sign in", "Reload the record"}


@pytest.mark.parametrize("code", CODES)
@pytest.mark.one_database
def test_programs_get_the_same_as_json(as_user, failing, code):
    lin = as_user("lin")
    failing(error(code))
    answer = lin.get("/", headers=AS_JSON)
    assert (answer.status_code, answer.json["error"]["code"]) == (code, code)
    assert answer.json["error"]["message"]


# ── what each says ──


def test_a_page_that_is_not_there_leads_to_search_and_to_the_recycle_bin_of_who_may_open_it(as_user):
    sam = dict(ways_of(as_user("sam").get("/nowhere").text))
    assert {"Search for it": "/search/", "Recycle bin": "/recycle/", "To the first page": "/"}.items() <= sam.items()
    bai = dict(ways_of(as_user("bai").get("/nowhere").text))
    assert not {"Search for it", "Recycle bin"} & bai.keys()


def test_a_closed_screen_names_who_may_grant_it(as_user):
    page = as_user("lin").get("/logs/").text
    assert "Ask an administrator if you need this screen or button for your work. Administrators here: 安然." in page
    assert "Administrators here" not in as_user("lin").get("/nowhere").text


def test_a_refusal_with_a_sentence_of_its_own_keeps_to_it(as_user, failing):
    lin = as_user("lin")
    failing(NotAllowed("Ask its owner."))
    page = lin.get("/").text
    assert "Ask its owner." in page
    assert "Administrators here" not in page


def test_back_is_the_page_before_and_never_another_house(as_user):
    lin = as_user("lin")
    for referrer, wanted in {
        "http://localhost/customers/?q=x": "/customers/?q=x",
        "http://evil.example/": "/",
        "http://localhost.evil.example/": "/",
        "http://localhost/nowhere": "/",
        "": "/",
    }.items():
        page = lin.get("/nowhere", headers={"Referer": referrer}).text
        assert dict(ways_of(page))["Go back"] == wanted


def test_a_faster_colleague_leads_back_to_the_record(as_user, failing):
    lin = as_user("lin")
    failing(Conflict("Somebody saved first.", revision=2))
    page = lin.get("/", headers={"Referer": "http://localhost/customers/5"}).text
    assert ways_of(page)[0] == ("Reload the record", "/customers/5")


def test_a_failure_shows_its_number_to_be_copied(as_user, failing):
    lin = as_user("lin")
    failing(ZeroDivisionError("secret"))
    answer = lin.get("/")
    assert f'data-copy="{answer.headers["X-Request-ID"]}"' in answer.text
    assert ways_of(answer.text)[0] == ("Try again", "/")


def test_where_the_frame_itself_needs_what_is_broken_the_page_comes_without_it(app, as_user, watch):
    lin = as_user("lin")
    rename(app, "notifications_message", "notifications_away")
    try:
        answer = lin.get("/me/")
    finally:
        rename(app, "notifications_away", "notifications_message")
    assert answer.status_code in {500, 503}
    assert "zk-side" not in answer.text
    assert ("Try again", "/me/") in ways_of(answer.text)


def rename(app, old, new):
    with app.app_context():
        db.session.connection().exec_driver_sql(f"ALTER TABLE {old} RENAME TO {new}")
        db.session.commit()


@pytest.mark.one_database
def test_too_many_attempts_say_until_when(app, stranger):
    app.config["ZHIKE"] = replace(app.config["ZHIKE"], sign_in_limit="1 per minute")
    try:
        with stranger.session_transaction() as kept:
            kept["language"] = "en"
        for _time in range(2):
            answer = stranger.post("/login/", data={"username": "x", "password": "y"})
        assert answer.status_code == 429
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
        assert re.search(rf"Wait until \d\d:\d\d:\d\d \({answer.headers['Retry-After']} seconds\)", answer.text)
        assert ways_of(answer.text) == [("Try again", "/")]
        program = stranger.post("/api/v1/security/login", json={"username": "x", "password": PASSWORD})
        assert (program.status_code, "Retry-After" in program.headers) == (429, True)
    finally:
        app.config["ZHIKE"] = replace(app.config["ZHIKE"], sign_in_limit="1000 per minute")


def test_who_was_signed_out_in_the_midst_of_a_form_is_led_to_the_door_and_back(stranger):
    with stranger.session_transaction() as kept:
        kept["language"] = "en"
    answer = stranger.post("/customers/new", headers={"Referer": "http://localhost/customers/new?kind=person"})
    assert answer.status_code == 401
    assert "You were signed out in the meantime." in answer.text
    assert ways_of(answer.text) == [("Sign in", "/login/?next=/customers/new?kind%3Dperson")]


def test_an_address_that_takes_no_such_request_leads_on(as_user, saved):
    key = saved(a_customer)
    answer = as_user("lin").get(f"/customers/{key}/share")
    assert answer.status_code == 405
    assert ("To the first page", "/") in ways_of(answer.text)


@pytest.mark.one_database
def test_no_way_out_leads_to_another_host(as_user, stranger):
    """An address that begins with two slashes names a host."""
    lin = as_user("lin")
    for browser in (lin, stranger):
        page = browser.get("//evil.example/x", headers={"Referer": "http://localhost//evil.example/y"}).text
        assert not re.search(r'href="(//|/\\|https?:)', page)
