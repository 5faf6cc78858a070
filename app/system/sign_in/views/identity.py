"""Flask-AppBuilder's security manager made to fit the house, and the question before every request: who is this?"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Flask, abort, current_app, flash, g, redirect, request, session, url_for
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.sqla.models import User
from flask_jwt_extended import JWTManager
from flask_login import LoginManager
from werkzeug.wrappers import Response as AnyResponse

from app.base import clock
from app.base.actor import Actor, Channel
from app.base.afterwards import afterwards
from app.base.i18n import _
from app.base.web import PUBLIC_PATHS, wants_json
from app.extensions import db
from app.system.security import queries as security
from app.system.sign_in import queries, rules, services
from app.system.sign_in.models import LoginSession, PersonalToken
from app.system.sign_in.views.door import AuthView, LimitedSecurityApi, settings

SEEN_EVERY = timedelta(minutes=1)
#: What a page asks by itself, without anybody at it: no session lives longer by it. Domains add theirs.
QUIET_ENDPOINTS: set[str] = set()
OPEN_ENDPOINTS = frozenset(
    {"AuthView.login", "LimitedSecurityApi.login", "SignInView.language", "static", "healthz", "readyz"}
)
#: What is answered alike to everybody, without asking who it is. Domains add theirs.
OPEN_TO_ALL: set[str] = set()
#: What somebody may still do who must choose a new password first.
PASSWORD_ENDPOINTS = frozenset(
    {"SignInView.password", "AuthView.logout", "static", "SignInView.language", "PreferencesView.keep"}
)


class HouseSecurity(SecurityManager):
    """Accounts, roles and permissions in upstream's tables; asked quickly, and at once where they changed."""

    authdbview = AuthView
    security_api = LimitedSecurityApi

    def register_views(self) -> None:
        """Register the door only: the screens of users and roles are ours (system.security)."""
        self.auth_view = self.authdbview()
        self.appbuilder.add_view_no_menu(self.auth_view)
        self.appbuilder.add_api(self.security_api)

    def add_limit_view(self, baseview: Any) -> None:
        """Limit the doors together: whoever uses up the attempts at one has none left at the other."""
        for limit in baseview.limits or ():
            shared = self.limiter.shared_limit(
                limit.limit_value, scope="sign-in", key_func=limit.key_func, methods=limit.methods
            )
            shared(baseview.blueprint)

    def create_jwt_manager(self, app: Flask) -> JWTManager:
        manager = super().create_jwt_manager(app)
        manager.additional_claims_loader(lambda identity: {"epoch": queries.epoch_of(int(identity))})
        return manager

    def create_login_manager(self, app: Flask) -> LoginManager:
        manager = super().create_login_manager(app)
        manager.session_protection = None  # our own session table does it, and ends sessions for good
        manager.request_loader(self.load_by_token)
        app.before_request(identify)
        return manager

    def load_user(self, pk: int) -> User | None:
        """Return the account of the browser's session, if the session is open still."""
        row = queries.session_of(session.get("sid", "")) if "sid" in session else None
        if row is None or row[0].user_id != int(pk) or not _is_open(row[0]):
            return None
        found, user = row
        g.login_session = found
        if clock.now() - found.seen_at > SEEN_EVERY and request.endpoint not in QUIET_ENDPOINTS:
            key, now = found.id, clock.now()
            afterwards(lambda: services.see_session(key, at=now))
        return user if user.active else None

    def load_by_token(self, _request: Any) -> User | None:
        """Return the owner of a personal token. Only for REST: a token opens no screen."""
        secret = _bearer()
        if not secret.startswith(services.TOKEN_PREFIX) or not request.path.startswith("/api/"):
            return None
        found = queries.token_of(secret)
        if found is None or found.revoked_at or found.expires_at <= clock.now():
            return None
        user = db.session.get(User, found.user_id)
        if user is None or not user.active:
            return None
        g.token = found
        _note_use(found)
        return user

    def load_user_jwt(self, _header: Any, data: dict[str, Any]) -> User | None:
        """Return the owner of a JWT, unless the account is shut or its password changed since it was made."""
        user = db.session.get(User, int(data["sub"]))
        if user is None or not user.active or data.get("epoch") != queries.epoch_of(user.id):
            return None
        g.user = user
        _act_as(user, Channel.API)
        return user

    def auth_user_db(self, username: str, password: str) -> User:
        """Return the account. Raises NotAllowed: see ``services.come_in``."""
        channel = Channel.API if request.path.startswith("/api/") else Channel.WEB
        return services.come_in(
            username or "", password or "", address=request.remote_addr, channel=channel, settings=settings()
        )

    def has_access(self, permission_name: str, view_name: str) -> bool:
        actor = g.get("actor")
        return actor is not None and (permission_name, view_name) in security.rights(actor.role_ids)

    def is_item_public(self, permission_name: str, view_name: str) -> bool:  # noqa: ARG002 - upstream's signature
        return False


def _is_open(found: LoginSession) -> bool:
    terms = rules.Openness.of(settings())
    return found.ended_at is None and rules.is_open(
        started=found.started_at, seen=found.seen_at, now=clock.now(), terms=terms
    )


def _bearer() -> str:
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def _note_use(found: PersonalToken) -> None:
    if found.used_at is None or clock.now() - found.used_at > SEEN_EVERY:
        key = found.id
        afterwards(lambda: services.see_token(key))


def identify() -> AnyResponse | None:
    """Find out who acts; send whoever is nobody to the door. Runs before every request."""
    g.actor = None
    if request.path.startswith(PUBLIC_PATHS) or request.endpoint in OPEN_TO_ALL:
        return None
    user = current_app.login_manager._load_user() or g.get("_login_user")  # noqa: SLF001 - upstream has no public door
    if user is not None and user.is_authenticated:
        _act_as(user, Channel.API if "token" in g else Channel.WEB)
    if g.actor is None and request.endpoint not in OPEN_ENDPOINTS:
        return _to_the_door()
    return _new_password_first()


def _act_as(user: User, channel: Channel) -> None:
    actor: Actor | None = security.actor(user.id)
    if actor is not None:
        g.actor = replace(actor, channel=channel, address=request.remote_addr, request_id=g.get("request_id"))


def _to_the_door() -> AnyResponse | None:
    if request.path.startswith("/api/"):
        return None  # REST answers 401 itself: a JWT is read later than this
    if wants_json() or request.method != "GET":
        abort(401)
    return redirect(url_for("AuthView.login", next=request.full_path.rstrip("?")))


def _new_password_first() -> AnyResponse | None:
    actor = g.actor
    if actor is None or request.endpoint in PASSWORD_ENDPOINTS or actor.channel is Channel.API:
        return None
    if actor.must_change_password:
        flash(str(_("Choose a password of your own before you go on.")), "warning")
        return redirect(url_for("SignInView.password"))
    return None
