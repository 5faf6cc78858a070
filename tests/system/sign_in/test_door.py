"""Coming in by form and by interface: who is let in, in which words the others are refused, when a name is locked."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from sqlalchemy import select

from app.base import clock
from app.base.actor import SYSTEM, Channel, acting
from app.base.errors import NotAllowed
from app.extensions import db
from app.system.security import services as security
from app.system.security.models import Employee
from app.system.sign_in import rules, services
from app.system.sign_in.models import Attempt
from app.system.sign_in.rules import Lockout, Outcome
from tests.bed import browsers
from tests.cast import GUO, LIN, PASSWORD

WRONG = "User name or password is wrong."
LOCKED = "Too many wrong passwords. The account is locked until"
LOGIN = "/api/v1/security/login"


def enter(browser, username="lin", password=PASSWORD, **given):
    return browser.post("/login/", data={"username": username, "password": password}, **given)


def disable(app, person):
    with app.app_context(), acting(SYSTEM):
        security.disable(db.session.get(Employee, person.id), actor=SYSTEM)


def attempts(app):
    with app.app_context(), acting(SYSTEM):
        found = db.session.scalars(select(Attempt).order_by(Attempt.id))
        return [(one.username, one.outcome, one.channel) for one in found]


@pytest.fixture
def english(stranger):
    with stranger.session_transaction() as kept:
        kept["language"] = "en"
    return stranger


def test_the_right_name_and_password_lead_in(english):
    answer = enter(english)
    assert (answer.status_code, answer.location) == (302, "/")
    assert english.get("/").status_code == 200


@pytest.mark.parametrize("name", ["LIN", " lin ", "lin@example.cn", "E003", "e003"])
def test_user_name_mail_and_number_open_the_same_account(english, name):
    assert enter(english, name).location == "/"


@pytest.mark.parametrize(("username", "password"), [("lin", "Wrong-horse-9"), ("nobody", PASSWORD), ("lin", "")])
def test_unknown_and_wrong_are_refused_in_the_same_words(english, username, password):
    answer = enter(english, username, password)
    assert answer.status_code in {200, 401}
    if password:
        assert WRONG in answer.text
    assert english.get("/").status_code == 302


def test_a_disabled_account_is_refused_in_the_same_words(app, english):
    disable(app, LIN)
    assert WRONG in enter(english).text
    assert attempts(app)[-1] == ("lin", "disabled", "web")


@pytest.mark.parametrize("username", ["lin", "nobody"])
@pytest.mark.parametrize("is_api", [False, True])
def test_the_tenth_failure_locks_a_name_known_or_not(app, english, username, is_api):
    def attempt(password):
        if is_api:
            return english.post(LOGIN, json={"username": username, "password": password})
        return enter(english, username, password)

    for _time in range(10):
        assert WRONG in attempt("Wrong-horse-9").text
    assert LOCKED in attempt(PASSWORD).text
    assert [outcome for _name, outcome, _channel in attempts(app)] == ["wrong"] * 10 + ["locked"]


def test_nine_failures_lock_nobody(english):
    for _time in range(9):
        enter(english, password="Wrong-horse-9")
    assert enter(english).location == "/"


def test_a_success_forgets_the_failures_before_it(english):
    for _round in range(2):
        for _time in range(9):
            enter(english, password="Wrong-horse-9")
        with english.session_transaction() as kept:
            kept.clear()
        assert enter(english).location == "/"


def test_an_administrator_unlocks_at_once(app, english, as_user):
    for _time in range(10):
        enter(english, "guo", "Wrong-horse-9")
    assert as_user("anran").post(f"/users/{GUO.id}/unlock").status_code == 302
    assert enter(english, "guo").location == "/"


MINUTE = timedelta(minutes=1)
TERMS = Lockout(allowed=10, window=15 * MINUTE, lasting=15 * MINUTE)


@pytest.mark.parametrize(("spread", "is_locked"), [(15 * MINUTE, True), (15 * MINUTE + timedelta(seconds=9), False)])
def test_ten_failures_lock_only_within_fifteen_minutes(spread, is_locked):
    first = clock.now()
    moments = [first + spread * place / 9 for place in range(10)]
    ends = rules.locked_until(moments, terms=TERMS)
    assert (ends == moments[-1] + 15 * MINUTE) if is_locked else ends is None


def test_a_lock_opens_by_itself_after_fifteen_minutes(in_app, monkeypatch):
    settings, start = in_app.config["ZHIKE"], clock.now()
    monkeypatch.setattr(clock, "now", lambda: start)
    for _time in range(10):
        with pytest.raises(NotAllowed):
            services.come_in("lin", "Wrong-horse-9", address=None, channel=Channel.WEB, settings=settings)
    monkeypatch.setattr(clock, "now", lambda: start + 15 * MINUTE - timedelta(seconds=1))
    with pytest.raises(NotAllowed) as refused:
        services.come_in("lin", PASSWORD, address=None, channel=Channel.WEB, settings=settings)
    assert LOCKED.split(".", maxsplit=1)[0] in str(refused.value)
    monkeypatch.setattr(clock, "now", lambda: start + 15 * MINUTE)
    user = services.come_in("lin", PASSWORD, address=None, channel=Channel.WEB, settings=settings)
    assert user.id == LIN.id


def test_twenty_attempts_at_once_do_not_pass_the_lockout(app):
    settings = app.config["ZHIKE"]

    def attempt(_number):
        with app.app_context():
            try:
                services.come_in("lin", "Wrong-horse-9", address=None, channel=Channel.WEB, settings=settings)
            except NotAllowed:
                return

    with ThreadPoolExecutor(20) as threads:
        list(threads.map(attempt, range(20)))
    outcomes = [outcome for _name, outcome, _channel in attempts(app)]
    assert (outcomes.count(Outcome.WRONG), outcomes.count(Outcome.LOCKED)) == (10, 10)


def test_coming_in_is_noted_on_the_account(app, english, read):
    enter(english)
    with app.app_context(), acting(SYSTEM):
        seen = db.session.get(Employee, LIN.id).last_sign_in
    assert clock.now() - seen < MINUTE


# ── limits, redirects, fixation ──


@pytest.mark.one_database
def test_form_and_interface_share_the_attempts_of_an_address(app, english):
    app.config["ZHIKE"] = replace(app.config["ZHIKE"], sign_in_limit="3 per minute")
    try:
        for _time in range(2):
            enter(english, "nobody")
        assert english.post(LOGIN, json={"username": "nobody", "password": "x"}).status_code == 401
        assert english.post(LOGIN, json={"username": "nobody", "password": "x"}).status_code == 429
        assert enter(english, "nobody").status_code == 429
        elsewhere = {"environ_overrides": {"REMOTE_ADDR": "10.9.8.7"}}
        assert enter(english, "lin", **elsewhere).status_code == 302
    finally:
        app.config["ZHIKE"] = replace(app.config["ZHIKE"], sign_in_limit="1000 per minute")


@pytest.mark.one_database
@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "\\\\evil.example", "javascript:alert(1)"]
)
@pytest.mark.parametrize("is_field", [False, True])
def test_nobody_is_sent_elsewhere_after_signing_in(english, target, is_field):
    given = {"username": "lin", "password": PASSWORD} | ({"next": target} if is_field else {})
    answer = english.post("/login/", data=given, query_string={} if is_field else {"next": target})
    assert answer.status_code == 302
    assert "evil" not in answer.location
    assert "javascript" not in answer.location


def test_the_page_that_was_wanted_is_opened_after_signing_in(english):
    wanted = english.get("/customers/?sort=name")
    assert wanted.location == "/login/?next=/customers/?sort%3Dname"
    assert enter(english, query_string={"next": "/customers/?sort=name"}).location.endswith("/customers/?sort=name")


@pytest.mark.one_database
def test_a_made_up_host_is_not_believed(app, english):
    app.config["TRUSTED_HOSTS"] = ["crm.example.cn"]
    try:
        answer = english.get("/login/?next=http://evil.example/", headers={"Host": "evil.example"})
        assert answer.status_code == 400
    finally:
        app.config["TRUSTED_HOSTS"] = None


def test_a_session_planted_before_signing_in_is_worth_nothing(english):
    with english.session_transaction() as kept:
        kept.update({"sid": "planted", "planted": "yes"})
    enter(english)
    with english.session_transaction() as kept:
        assert kept["sid"] != "planted"
        assert "planted" not in kept


@pytest.mark.one_database
def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(app, english):
    cookie = enter(english).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    app.config["SESSION_COOKIE_SECURE"] = True
    try:
        with english.session_transaction() as kept:
            kept.clear()
        assert "Secure" in enter(english).headers["Set-Cookie"]
    finally:
        app.config["SESSION_COOKIE_SECURE"] = False


# ── the interface's door ──


@pytest.mark.parametrize(
    "body", [None, [], {}, {"username": "lin"}, {"username": 1, "password": 2}, {"username": "lin", "password": None}]
)
@pytest.mark.one_database
def test_a_malformed_sign_in_by_interface_gets_a_sentence(english, body):
    answer = english.post(LOGIN, json=body)
    assert answer.status_code == 400
    assert "username and password" in answer.text


def test_the_interface_refuses_in_the_same_words(app, english):
    disable(app, GUO)
    for name, password in (("lin", "Wrong-horse-9"), ("nobody", PASSWORD), ("guo", PASSWORD)):
        answer = english.post(LOGIN, json={"username": name, "password": password})
        assert (answer.status_code, answer.json["message"]) == (401, WRONG)


def test_names_with_odd_characters_are_refused_like_any_other(english):
    for name in ("\x00", "lin\x00", "'; drop table ab_user --", "％", "林" * 500):
        assert english.post(LOGIN, json={"username": name, "password": "x"}).status_code == 401


def test_who_must_choose_a_password_gets_no_key_by_interface(app, english):
    with app.app_context(), acting(SYSTEM):
        guo = db.session.get(Employee, GUO.id)
        services.reset_password(guo, new="Fresh-horse-42", settings=app.config["ZHIKE"], actor=SYSTEM)
    answer = english.post(LOGIN, json={"username": "guo", "password": "Fresh-horse-42"})
    assert answer.status_code == 401
    assert "choose a password of your own" in answer.json["message"]


@pytest.mark.one_database
def test_moments_are_kept_in_utc(app, english):
    enter(english)
    with app.app_context(), acting(SYSTEM):
        at = db.session.scalar(select(Attempt.at))
    assert abs(at.replace(tzinfo=UTC) - clock.local(clock.now())) < MINUTE


@pytest.mark.parametrize(
    ("asked", "followed"),
    [
        ("/customers/?a=1", "/customers/?a=1"),
        ("", "/"),
        ("//evil", "/"),
        ("/\\evil", "/"),
        ("/\n//evil", "/"),
        ("http://localhost/x", "/"),
        ("customers", "/"),
        ("/客户", "/客户"),
    ],
)
def test_only_a_path_of_this_house_is_followed(asked, followed):
    assert rules.own_path(asked) == followed


def test_the_language_chosen_at_the_door_is_the_language_inside(stranger):
    page = stranger.post("/me/language", data={"language": "en", "next": "/login/"}, follow_redirects=True)
    assert "With your company account" in page.text
    enter(stranger)
    assert '<html lang="en"' in stranger.get("/").text


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("zh-TW,zh;q=0.9,en;q=0.8", "zh-Hant"),
        ("zh-HK", "zh-Hant"),
        ("zh-Hant-CN", "zh-Hant"),
        ("zh-Hans-HK", "zh-Hans"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("zh-CN,en", "zh-Hans"),
        ("fr,en;q=0.5,zh;q=0.4", "en"),
        ("ja", "zh-Hans"),
        ("", "zh-Hans"),
        ("*", "zh-Hans"),
        ("x;q=y,,;;", "zh-Hans"),
    ],
)
@pytest.mark.one_database
def test_a_first_visit_is_answered_in_the_language_the_browser_asks_for(app, asked, answered):
    page = app.test_client().get("/login/", headers={"Accept-Language": asked})
    assert f'<html lang="{answered}"' in page.text


@pytest.mark.one_database
def test_a_browser_keeps_its_language_after_it_was_closed_and_after_signing_out(app):
    browser = browsers.stranger(app)
    browser.post("/me/language", data={"language": "zh_Hant", "next": "/login/"})
    browser.delete_cookie("zhike")
    assert '<html lang="zh-Hant"' in browser.get("/login/", headers={"Accept-Language": "en"}).text
    browser.set_cookie("zk_language", "fr")
    assert '<html lang="en"' in browser.get("/login/", headers={"Accept-Language": "en"}).text


@pytest.mark.one_database
def test_the_language_of_a_person_follows_them_to_another_browser(app, as_user):
    as_user("lin").post("/me/language", data={"language": "zh_Hant", "next": "/"})
    other = browsers.stranger(app)
    with other.session_transaction() as kept:
        kept.clear()
    enter(other)
    assert '<html lang="zh-Hant"' in other.get("/").text
