"""The door: sign-in form, API sign-in, sessions, and Flask-AppBuilder's security manager made to fit the house."""

from datetime import timedelta
from typing import Any

from flask import Flask, Response, abort, current_app, flash, g, redirect, request, session, url_for
from flask_appbuilder import AppBuilder, BaseView, expose
from flask_appbuilder.security.api import SecurityApi
from flask_appbuilder.security.forms import LoginForm_db
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.sqla.models import User
from flask_appbuilder.security.views import AuthDBView
from flask_appbuilder.utils.base import get_safe_redirect
from flask_appbuilder.utils.limit import Limit
from flask_limiter.util import get_remote_address
from flask_login import LoginManager, login_user, logout_user
from werkzeug.wrappers import Response as AnyResponse

from app.base import clock
from app.base.actor import Actor, Channel
from app.base.errors import DomainError, NotAllowed
from app.base.i18n import _
from app.base.screens.house import LANGUAGES
from app.base.web import PUBLIC_PATHS, afterwards, wants_json
from app.extensions import db
from app.system.security import queries as security
from app.system.security.models import Employee
from app.system.sign_in import queries, rules, services
from app.system.sign_in.models import LoginSession, PersonalToken

SEEN_EVERY = timedelta(minutes=1)
OPEN_ENDPOINTS = frozenset(
    {"AuthView.login", "LimitedSecurityApi.login", "SignInView.language", "static", "healthz", "readyz"}
)
#: What somebody may still do who must choose a new password first.
PASSWORD_ENDPOINTS = frozenset({"SignInView.password", "AuthView.logout", "static", "SignInView.language"})


def settings() -> Any:
    return current_app.config["ZHIKE"]


def sign_in_limit() -> str:
    return settings().sign_in_limit


LIMIT = Limit(limit_value=sign_in_limit, key_func=get_remote_address, methods=["POST"])


class AuthView(AuthDBView):
    """The sign-in form. A name, employee number or e-mail address, and a password."""

    login_template = "zhike/login.html"
    limits = [LIMIT]

    @expose("/login/", methods=["GET", "POST"])
    def login(self) -> AnyResponse | str:
        if g.get("actor"):
            return redirect(url_for("HomeView.index"))
        form, refusal = LoginForm_db(), None
        if form.validate_on_submit():
            try:
                return self._enter(form)
            except NotAllowed as refused:
                refusal = refused
        page = {"title": _("Sign in"), "problem": refusal, "next": request.args.get("next", "")}
        return self.render_template(self.login_template, form=form, page=page, error=refusal)

    def _enter(self, form: LoginForm_db) -> AnyResponse:
        user = current_app.appbuilder.sm.auth_user_db(form.username.data, form.password.data)
        start_session(user)
        return redirect(get_safe_redirect(request.args.get("next", "") or url_for("HomeView.index")))

    @expose("/logout/", methods=["POST"])
    def logout(self) -> AnyResponse:
        if found := g.get("login_session"):
            services.end_session(found)
        logout_user()
        session.clear()
        return redirect(url_for("AuthView.login"))


def start_session(user: User) -> None:
    """Sign this browser in: a fresh session id, so that one planted before is worth nothing."""
    secret = services.open_session(user, address=request.remote_addr, browser=request.user_agent.string)
    staff = db.session.get(Employee, user.id)
    session.clear()
    login_user(user)
    session["sid"] = secret
    session["language"] = staff.language if staff else LANGUAGES[0]


class LimitedSecurityApi(SecurityApi):
    """Upstream's JWT sign-in, under the same limit and lockout as the form."""

    limits = [LIMIT]

    @expose("/login", methods=["POST"])
    def login(self) -> Response:
        try:
            return super().login()
        except NotAllowed as refused:
            return self.response(401, message=str(refused))


class HouseSecurity(SecurityManager):
    """Accounts, roles and permissions in upstream's tables; asked quickly, and at once where they changed."""

    authdbview = AuthView
    security_api = LimitedSecurityApi

    def register_views(self) -> None:
        """Register the door only: the screens of users and roles are ours (system.security)."""
        self.auth_view = self.authdbview()
        self.appbuilder.add_view_no_menu(self.auth_view)
        self.appbuilder.add_api(self.security_api)

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
        if clock.now() - found.seen_at > SEEN_EVERY:
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
        g.token = found
        _note_use(found)
        return db.session.get(User, found.user_id)

    def load_user_jwt(self, _header: Any, data: dict[str, Any]) -> User | None:
        """Return the owner of a JWT, unless the account is shut or its password changed since it was made."""
        user, staff = db.session.get(User, int(data["sub"])), db.session.get(Employee, int(data["sub"]))
        changed = staff.password_changed_at if staff else None
        if user is None or not user.active or (changed and data["iat"] < int(clock.local(changed).timestamp())):
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
    idle, longest = settings().session_idle_minutes, settings().session_max_minutes
    return found.ended_at is None and rules.is_open(
        started=found.started_at,
        seen=found.seen_at,
        now=clock.now(),
        idle=timedelta(minutes=idle),
        longest=timedelta(minutes=longest),
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
    if request.path.startswith(PUBLIC_PATHS):
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
        from dataclasses import replace  # noqa: PLC0415 - one use

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


class SignInView(BaseView):
    """What a person does with their own access: password, language, sessions, tokens."""

    route_base = "/me"
    default_view = "password"
    base_permissions: list[str] = []  # one's own affairs: open to everybody who is signed in

    @expose("/")
    def profile(self) -> str:
        """Show one's own account: data, sessions, tokens."""
        staff = db.session.get(Employee, g.actor.id)
        page = {"title": _("My account"), "crumbs": [], "staff": staff}
        return self.render_template("zhike/profile.html", page=page)

    @expose("/language", methods=["POST"])
    def language(self) -> AnyResponse:
        """Choose the language of the screens; kept for the next sign-in."""
        chosen = request.form.get("language")
        if chosen in LANGUAGES:
            session["language"] = chosen
            if g.actor:
                services.choose_language(g.actor, chosen)
        return redirect(get_safe_redirect(request.form.get("next", "/")))

    @expose("/password", methods=["GET", "POST"])
    def password(self) -> AnyResponse | str:
        """Change one's own password."""
        problem = None
        if request.method == "POST":
            try:
                return self._change_password()
            except DomainError as refused:
                problem = refused
        return self.render_template("zhike/password.html", page={"title": _("Change password"), "problem": problem})

    def _change_password(self) -> AnyResponse:
        given = request.form
        if given.get("new") != given.get("repeated"):
            from app.base.errors import Invalid  # noqa: PLC0415 - one use

            raise Invalid(_("The two new passwords differ."))
        here = g.get("login_session")
        services.change_password(
            g.actor,
            current=given.get("current", ""),
            new=given.get("new", ""),
            keep_session=here and here.id,
            settings=settings(),
        )
        flash(str(_("Your password is changed. All your other sessions have ended.")), "success")
        return redirect(url_for("HomeView.index"))


def register(appbuilder: AppBuilder) -> None:
    appbuilder.add_view_no_menu(SignInView)
