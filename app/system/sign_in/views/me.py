"""One's own account: data, language, password, sessions, personal tokens."""

from collections.abc import Callable
from typing import Any

from flask import abort, current_app, flash, g, redirect, request, session, url_for
from flask_appbuilder import BaseView, expose
from werkzeug.wrappers import Response as AnyResponse

from app.base import clock, wording
from app.base.errors import DomainError, Invalid
from app.base.fields import fields_of
from app.base.i18n import _
from app.base.screens import markup
from app.base.screens.house import LANGUAGE_COOKIE, LANGUAGES
from app.extensions import db
from app.system.security.queries import Employee
from app.system.sign_in import queries, rules, services
from app.system.sign_in.models import LoginSession, PersonalToken
from app.system.sign_in.views import userpage
from app.system.sign_in.views.door import settings

A_YEAR = 31_536_000  # seconds
DATA = ("name", "username", "number", "department", "position", "phone", "email", "roles")
DAYS = (30, 90, 180, 366)
#: What domains above add to the page of one's account, by name: functions of the actor.
account_parts: dict[str, Callable[[Any], Any]] = {}


class SignInView(BaseView):
    """What a person does with their own access: password, language, sessions, tokens."""

    route_base = "/me"
    default_view = "profile"
    base_permissions: list[str] = []  # one's own affairs: open to everybody who is signed in

    @expose("/")
    def profile(self) -> str:
        """Show one's own account: data, sessions, tokens."""
        return self._page()

    def _page(self, *, secret: str = "", problem: object = None) -> str:
        staff, here = db.session.get(Employee, g.actor.id), g.get("login_session")
        page = {
            "title": _("My account"),
            "crumbs": [],
            "fields": _fields(staff) if staff else [],
            "sessions": [
                _session(one, here) for one in queries.sessions_of(g.actor.id, terms=rules.Openness.of(settings()))
            ],
            "tokens": [_token(one) for one in queries.tokens_of(g.actor.id)],
            "days": DAYS,
            "secret": secret,
            "problem": problem,
        } | {name: part(g.actor) for name, part in account_parts.items()}
        return self.render_template("zhike/profile.html", page=page)

    @expose("/language", methods=["POST"])
    def language(self) -> AnyResponse:
        """Choose the language of the screens; kept for the next sign-in, and by the browser for its door."""
        chosen, answer = request.form.get("language"), redirect(rules.own_path(request.form.get("next", "/")))
        if chosen in LANGUAGES:
            session["language"] = chosen
            is_secure = current_app.config["SESSION_COOKIE_SECURE"]
            answer.set_cookie(LANGUAGE_COOKIE, chosen, A_YEAR, secure=is_secure, httponly=True, samesite="Lax")
            if g.actor:
                services.choose_language(g.actor, chosen)
        return answer

    # ── password ──

    @expose("/password", methods=["GET", "POST"])
    def password(self) -> AnyResponse | str | tuple[str, int]:
        """Change one's own password."""
        problem = None
        if request.method == "POST":
            try:
                return self._change_password()
            except DomainError as refused:
                problem = refused
        page = {"title": _("Change password"), "problem": problem, "shortest": settings().password_min_length}
        drawn = self.render_template("zhike/password.html", page=page)
        return (drawn, 422) if problem else drawn

    def _change_password(self) -> AnyResponse:
        given, here = request.form, g.get("login_session")
        if given.get("new") != given.get("repeated"):
            raise Invalid(_("The two new passwords differ."))
        words = {"current": given.get("current", ""), "new": given.get("new", "")}
        services.change_password(g.actor, **words, keep_session=here and here.id, settings=settings())
        flash(str(_("Your password is changed. All your other sessions have ended.")), "success")
        return redirect(url_for("HomeView.index"))

    # ── sessions ──

    @expose("/sessions/<int:key>/end", methods=["POST"])
    def end_session(self, key: int) -> AnyResponse:
        """Sign one other browser out."""
        services.end_session(self._own(LoginSession, key), actor=g.actor)
        flash(str(_("That session has ended.")), "success")
        return redirect(url_for("SignInView.profile"))

    @expose("/sessions/end", methods=["POST"])
    def end_sessions(self) -> AnyResponse:
        """Sign all other browsers out."""
        here = g.get("login_session")
        services.end_other_sessions(g.actor, but=here and here.id)
        flash(str(_("All your other sessions have ended.")), "success")
        return redirect(url_for("SignInView.profile"))

    # ── tokens ──

    @expose("/tokens", methods=["POST"])
    def issue_token(self) -> str | AnyResponse | tuple[str, int]:
        """Make a personal token and show it, this once."""
        days = request.form.get("days", "")
        try:
            name, count = request.form.get("name", ""), int(days) if days.isascii() and days.isdigit() else 0
            return self._page(secret=services.issue_token(g.actor, name=name, days=min(count, rules.TOO_MANY_DAYS)))
        except DomainError as refused:
            return self._page(problem=refused), 422

    @expose("/tokens/<int:key>/revoke", methods=["POST"])
    def revoke_token(self, key: int) -> AnyResponse:
        """Make a token worthless."""
        services.revoke_token(self._own(PersonalToken, key), actor=g.actor)
        flash(str(_("The token is revoked.")), "success")
        return redirect(url_for("SignInView.profile"))

    def _own(self, model: type, key: int) -> Any:
        """Return one's own row; not even an administrator touches another person's here."""
        found: Any = db.session.get(model, key) if key < rules.TOO_LARGE_KEY else None
        return found if found is not None and found.user_id == g.actor.id else abort(404)


def _fields(staff: Employee) -> list[dict[str, Any]]:
    known = fields_of(Employee)
    return [{"label": known[name].label, "value": markup.draw(known[name], staff, actor=g.actor)} for name in DATA]


def _session(one: LoginSession, here: LoginSession | None) -> dict[str, Any]:
    is_here = here is not None and one.id == here.id
    url = None if is_here else url_for("SignInView.end_session", key=one.id)
    return userpage.session(one) | {"is_here": is_here, "end_url": url}


def _token(one: PersonalToken) -> dict[str, Any]:
    state = "revoked" if one.revoked_at else "expired" if one.expires_at <= clock.now() else "valid"
    return {
        "name": one.name,
        "hint": one.hint,
        "created": wording.instant(one.created_at),
        "expires": wording.instant(one.expires_at),
        "used": wording.instant(one.used_at) if one.used_at else "",
        "state": state,
        "revoke_url": url_for("SignInView.revoke_token", key=one.id) if state == "valid" else None,
    }
