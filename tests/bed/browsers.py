"""A signed-in browser without a window: the test client, with what a real page would carry along."""

from typing import Any

from flask import Flask, has_app_context, session
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import User
from flask_wtf.csrf import generate_csrf

from app.base.actor import SYSTEM, acting
from app.extensions import db
from app.system.sign_in import services
from tests.cast import BY_USERNAME

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Browser(FlaskClient):
    """Sends the token of the page it has read with every form. ``carries_token=False``: the test does it itself."""

    carries_token = False

    def open(self, *args: Any, **kwargs: Any) -> Any:
        assert not has_app_context(), "close the app context before asking for a page: both would share g"
        if self.carries_token and kwargs.get("method", "GET") in WRITES:
            kwargs["headers"] = {**dict(kwargs.get("headers") or {}), "X-CSRFToken": self.token()}
        return super().open(*args, **kwargs)

    def token(self) -> str:
        """Return the token that a page of this session would carry."""
        with self.session_transaction() as kept, self.application.test_request_context():
            session.update(kept)
            token = generate_csrf()
            kept["csrf_token"] = session["csrf_token"]
        return token


def stranger(app: Flask, *, csrf: bool = False) -> Browser:
    """Return a browser in which nobody has signed in."""
    app.test_client_class = Browser
    browser: Any = app.test_client()
    browser.carries_token = not csrf
    return browser


def signed_in(app: Flask, username: str, *, csrf: bool = False, language: str = "en") -> Browser:
    """Return a browser in which one of the cast has signed in, with a session made by the real service."""
    person, browser = BY_USERNAME[username], stranger(app, csrf=csrf)
    secret = open_session(app, person.id)
    with browser.session_transaction() as kept:
        kept.update({"_user_id": str(person.id), "_fresh": True, "sid": secret, "language": language})
    return browser


def open_session(app: Flask, user_id: int) -> str:
    """Open a session by the real service and return its secret."""
    assert not has_app_context(), "close the app context before signing somebody in"
    with app.app_context(), acting(SYSTEM):
        user = db.session.get_one(User, user_id)
        return services.open_session(user, address="127.0.0.1", browser="test")


class Program:
    """Calls with a bearer token and nothing else, in English; ``get``, ``post``, … as of a browser."""

    def __init__(self, app: Flask, secret: str) -> None:
        self.browser = stranger(app, csrf=True)
        self.headers = {"Authorization": f"Bearer {secret}"}
        with self.browser.session_transaction() as kept:
            kept["language"] = "en"  # of the sentences

    def __getattr__(self, method: str) -> Any:
        return lambda address, **given: getattr(self.browser, method)(address, headers=self.headers, **given)


def program(app: Flask, username: str) -> Program:
    """Return a program with a personal token of one of the cast."""
    assert not has_app_context(), "close the app context before a token is issued"
    with app.app_context():
        return Program(app, services.issue_token(BY_USERNAME[username].actor, name="test", days=30))
