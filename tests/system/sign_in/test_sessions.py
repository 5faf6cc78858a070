"""Sessions, JWTs and personal tokens: what keeps them open, and what ends them for good."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.base import clock
from app.base.actor import SYSTEM, Actor, acting
from app.extensions import db
from app.system.security import services as security
from app.system.security.models import Employee
from app.system.sign_in import services
from app.system.sign_in.models import LoginSession, PersonalToken
from tests.bed import browsers
from tests.cast import LIN, MEI, PASSWORD

NEW = "Another-horse-10"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def doing(app):
    """Run a service as the system, with an employee of the cast."""

    def do(service, person, **given):
        with app.app_context(), acting(SYSTEM):
            return service(db.session.get(Employee, person.id), actor=SYSTEM, **given)

    return do


def copied(app, browser):
    """Return another browser with a copy of the cookie."""
    thief = browsers.stranger(app)
    with browser.session_transaction() as kept, thief.session_transaction() as taken:
        taken.update(kept)
    return thief


def is_in(browser):
    return browser.get("/me/").status_code == 200


def change_password(_app, lin, _doing):
    lin.post("/me/password", data={"current": PASSWORD, "new": NEW, "repeated": NEW})


ENDS = {
    "sign-out": lambda _app, lin, _doing: lin.post("/logout/"),
    "disabling": lambda _app, _lin, doing: doing(security.disable, LIN),
    "a password change": change_password,
    "a reset password": lambda app, _lin, doing: doing(
        services.reset_password, LIN, new=NEW, settings=app.config["ZHIKE"]
    ),
    "ending all sessions": lambda _app, _lin, doing: doing(services.sign_out_everywhere, LIN),
}


@pytest.mark.parametrize("how", ENDS)
def test_a_copied_cookie_ends_with(app, as_user, doing, how):
    # a password change keeps the session in which it was made: there the copy is of another one
    lin, elsewhere = as_user("lin"), as_user("lin")
    thief = copied(app, elsewhere if how == "a password change" else lin)
    assert is_in(thief)
    ENDS[how](app, lin, doing)
    assert not is_in(thief)


def test_a_password_change_keeps_the_session_it_was_made_in(as_user):
    lin = as_user("lin")
    lin.post("/me/password", data={"current": PASSWORD, "new": NEW, "repeated": NEW})
    assert is_in(lin)


@pytest.mark.parametrize(("minutes", "is_open"), [(59, True), (60, False)])
def test_a_session_ends_after_an_hour_without_a_click(as_user, monkeypatch, minutes, is_open):
    lin, later = as_user("lin"), clock.now() + minutes * MINUTE
    monkeypatch.setattr(clock, "now", lambda: later)
    assert is_in(lin) is is_open


@pytest.mark.parametrize(("last", "is_open"), [(719, True), (721, False)])
def test_a_session_ends_after_twelve_hours_however_busy(as_user, monkeypatch, last, is_open):
    lin, start = as_user("lin"), clock.now()
    for minutes in [*range(30, 720, 30), last]:
        monkeypatch.setattr(clock, "now", lambda at=start + minutes * MINUTE: at)
        seen = is_in(lin)
    assert seen is is_open


def test_a_session_belongs_to_one_person(app, as_user):
    lin, mei = as_user("lin"), as_user("mei")
    with lin.session_transaction() as kept, mei.session_transaction() as other:
        other["sid"] = kept["sid"]
    assert not is_in(mei)


# ── JWT ──


def keys(browser, username="lin"):
    given = {"username": username, "password": PASSWORD, "refresh": True}
    return browser.post("/api/v1/security/login", json=given).json


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


def refreshed(browser, key):
    return browser.post("/api/v1/security/refresh", headers=bearer(key)).status_code


def test_a_jwt_lives_while_its_owner_may_come_in(app, stranger, doing):
    refresh = keys(stranger)["refresh_token"]
    assert refreshed(stranger, refresh) == 200
    doing(security.disable, LIN)
    assert refreshed(stranger, refresh) == 401
    doing(security.enable, LIN)
    assert refreshed(stranger, refresh) == 200


def test_a_jwt_ends_with_the_password_within_the_same_second(app, stranger, as_user):
    refresh = keys(stranger)["refresh_token"]
    as_user("lin").post("/me/password", data={"current": PASSWORD, "new": NEW, "repeated": NEW})
    assert refreshed(stranger, refresh) == 401


def test_the_description_of_the_interface_is_for_who_is_signed_in(stranger, as_user):
    address = "/api/v1/openapi.json"
    assert stranger.get(address).status_code == 401
    assert stranger.get(address, headers=bearer(keys(stranger)["access_token"])).status_code == 200
    assert as_user("lin").get(address).status_code == 200


# ── personal tokens ──


@pytest.fixture
def token(app):
    def make(person=LIN, days=30):
        with app.app_context():
            return services.issue_token(Actor(id=person.id), name="Night report", days=days)

    return make


def test_a_token_is_kept_as_a_hash_only(app, token):
    secret = token()
    assert secret.startswith("zk_")
    with app.app_context(), acting(SYSTEM):
        row = db.session.scalar(select(PersonalToken))
    assert secret not in (row.secret_hash, row.hint)
    assert len(row.secret_hash) == 64


def test_a_token_opens_no_screen(stranger, token):
    answer = stranger.get("/customers/", headers=bearer(token()))
    assert (answer.status_code, answer.location) == (302, "/login/?next=/customers/")


@pytest.mark.parametrize("days", [0, -1, 367])
@pytest.mark.one_database
def test_a_token_for_too_long_is_refused(as_user, days):
    answer = as_user("lin").post("/me/tokens", data={"name": "Night report", "days": str(days)})
    assert answer.status_code == 422
    assert "A token may be valid for 1 to 366 days." in answer.text


@pytest.mark.one_database
def test_a_token_needs_a_name(as_user):
    assert "says what uses it" in as_user("lin").post("/me/tokens", data={"name": " ", "days": "30"}).text


def acting_as(app, secret):
    """Return who acts in a request to the interface with this token."""
    with app.test_request_context("/api/v1/customers/", headers=bearer(secret)):
        app.preprocess_request()
        from flask import g  # noqa: PLC0415 - of this request

        return g.actor and g.actor.id


def test_a_token_acts_as_its_owner_until_it_is_revoked(app, token, as_user):
    secret = token()
    assert acting_as(app, secret) == LIN.id
    with app.app_context(), acting(SYSTEM):
        key = db.session.scalar(select(PersonalToken.id))
    assert as_user("lin").post(f"/me/tokens/{key}/revoke").status_code == 302
    assert acting_as(app, secret) is None


def test_a_token_expires(app, token, monkeypatch):
    secret, start = token(days=1), clock.now()
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(days=1) - MINUTE)
    assert acting_as(app, secret) == LIN.id
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(days=1))
    assert acting_as(app, secret) is None


@pytest.mark.parametrize("how", ["disabling", "a reset password", "ending all sessions"])
def test_a_token_ends_with(app, token, doing, how):
    secret = token()
    ENDS[how](app, None, doing)
    assert acting_as(app, secret) is None


# ── one's own account ──


def test_my_account_shows_my_sessions_and_tokens_and_nobody_elses(app, as_user, token):
    token(MEI)
    lin = as_user("lin")
    as_user("mei")
    text = lin.get("/me/").text
    assert "this browser" in text
    assert text.count("/sessions/") == 0  # one session, mine: nothing to end
    assert "Night report" not in text


def own_session(app, person):
    with app.app_context(), acting(SYSTEM):
        first = select(LoginSession.id).where(LoginSession.user_id == person.id).order_by(LoginSession.id).limit(1)
        return db.session.scalar(first)


def test_one_other_session_is_ended_by_its_owner(app, as_user):
    elsewhere, lin = as_user("lin"), as_user("lin")
    lin.post(f"/me/sessions/{own_session(app, LIN)}/end")
    assert not is_in(elsewhere)
    assert is_in(lin)


def test_all_other_sessions_are_ended_at_once(as_user):
    elsewhere, third, lin = as_user("lin"), as_user("lin"), as_user("lin")
    lin.post("/me/sessions/end")
    assert [is_in(one) for one in (elsewhere, third, lin)] == [False, False, True]


@pytest.mark.parametrize("who", ["lin", "anran"])
def test_nobody_ends_anothers_session_or_token_under_my_account(app, as_user, token, who):
    token(MEI)
    mei, other = as_user("mei"), as_user(who)
    with app.app_context(), acting(SYSTEM):
        key = db.session.scalar(select(PersonalToken.id))
    assert other.post(f"/me/sessions/{own_session(app, MEI)}/end").status_code == 404
    assert other.post(f"/me/tokens/{key}/revoke").status_code == 404
    assert other.post(f"/me/tokens/{2**40}/revoke").status_code == 404
    assert is_in(mei)


# ── passwords ──


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"current": "Wrong-horse-9"}, "The current password is wrong."),
        ({"new": "Short-1", "repeated": "Short-1"}, "The password needs at least 10 characters."),
        ({"new": "password123", "repeated": "password123"}, "Many people use this password"),
        ({"new": "Abababababab", "repeated": "Abababababab"}, "Many people use this password"),
        ({"new": PASSWORD, "repeated": PASSWORD}, "The new password is the old one."),
        ({"repeated": "Another-horse-11"}, "The two new passwords differ."),
        ({"new": "x1Y" * 67, "repeated": "x1Y" * 67}, "The password may have at most 200 characters."),
    ],
)
def test_a_password_is_refused_in_words(app, as_user, stranger, given, words):
    answer = as_user("lin").post("/me/password", data={"current": PASSWORD, "new": NEW, "repeated": NEW} | given)
    assert answer.status_code == 422
    assert words in answer.text
    assert stranger.post("/login/", data={"username": "lin", "password": PASSWORD}).location == "/"


def test_a_first_password_must_be_changed_before_anything_else(app, as_user, doing):
    doing(services.reset_password, LIN, new=NEW, settings=app.config["ZHIKE"])
    lin = as_user("lin")
    for url in ("/", "/customers/", "/me/"):
        assert lin.get(url).location == "/me/password"
    changed = {"current": NEW, "new": "Third-horse-12", "repeated": "Third-horse-12"}
    assert lin.post("/me/password", data=changed).location == "/"
    assert lin.get("/customers/").status_code == 200
