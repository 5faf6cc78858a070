"""What the door says: why one stands before it again, and what to do if one cannot come in."""

import pytest

from app.base.actor import SYSTEM, acting
from app.system.sign_in.services import door
from tests.cast import LIN, PASSWORD

EXPIRED = "You were signed out, because nobody used this window for a while"


def test_who_was_signed_out_is_told_why_and_what_was_kept(app, as_user):
    lin = as_user("lin")
    with app.app_context(), acting(SYSTEM):
        door.end_sessions(LIN.id)
    page = lin.get("/customers/new", follow_redirects=True).text
    assert EXPIRED in page
    assert "What you typed into a form is kept in this window" in page


def test_who_comes_in_after_it_is_back_where_they_were(app, as_user):
    lin = as_user("lin")
    with app.app_context(), acting(SYSTEM):
        door.end_sessions(LIN.id)
    address = lin.get("/customers/new").location
    answer = lin.post(address, data={"username": "lin", "password": PASSWORD})
    assert answer.location.endswith("/customers/new")


@pytest.mark.one_database
def test_a_stranger_and_who_has_signed_out_are_told_nothing_of_it(as_user, stranger):
    assert EXPIRED not in stranger.get("/customers/", follow_redirects=True).text
    lin = as_user("lin")
    lin.post("/logout/")
    assert EXPIRED not in lin.get("/customers/", follow_redirects=True).text


@pytest.mark.one_database
def test_the_door_says_what_to_do_when_one_cannot_come_in(stranger):
    with stranger.session_transaction() as kept:
        kept["language"] = "en"
    page = stranger.get("/login/").text
    assert "An administrator gives you a new one" in page
    assert "ask an administrator to unlock it" in page
    assert 'data-show-password="password"' in page
    assert 'data-caps="Caps Lock is on"' in page


@pytest.mark.one_database
@pytest.mark.parametrize(("language", "words"), [("zh_Hans", "登录"), ("zh_Hant", "登入"), ("en", "Sign in")])
def test_the_language_chosen_at_the_door_stays(stranger, language, words):
    stranger.post("/me/language", data={"language": language, "next": "/login/"})
    for _visit in range(2):
        assert f"<h1>{words}</h1>" in stranger.get("/login/").text
