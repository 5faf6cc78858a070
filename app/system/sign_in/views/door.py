"""The door: the sign-in form, and the same for programs."""

from typing import Any

from flask import Response, current_app, g, redirect, request, session, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.api import SecurityApi
from flask_appbuilder.security.sqla.models import User
from flask_appbuilder.security.views import AuthDBView
from flask_appbuilder.utils.limit import Limit
from flask_jwt_extended import create_access_token, create_refresh_token
from flask_limiter.util import get_remote_address
from flask_login import login_user, logout_user
from werkzeug.wrappers import Response as AnyResponse
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired

from app.base.errors import NotAllowed
from app.base.i18n import _
from app.base.screens.forms import HouseForm
from app.base.screens.house import LANGUAGES
from app.extensions import db
from app.system.security.queries import Employee
from app.system.sign_in import rules, services


def settings() -> Any:
    return current_app.config["ZHIKE"]


def sign_in_limit() -> str:
    return settings().sign_in_limit


LIMIT = Limit(limit_value=sign_in_limit, key_func=get_remote_address, methods=["POST"])


class DoorForm(HouseForm):
    username = StringField(validators=[DataRequired()])
    password = PasswordField(validators=[DataRequired()])


class AuthView(AuthDBView):
    """The sign-in form. A name, employee number or e-mail address, and a password."""

    login_template = "zhike/login.html"
    limits = [LIMIT]

    @expose("/login/", methods=["GET", "POST"])
    def login(self) -> AnyResponse | str | tuple[str, int]:
        if g.get("actor"):
            return redirect(url_for("HomeView.index"))
        form, refusal = DoorForm(), None
        if form.validate_on_submit():
            try:
                return self._enter(form)
            except NotAllowed as refused:
                refusal = refused
        page = {"title": _("Sign in"), "problem": refusal, "next": _asked(), "expired": _was_in() and not refusal}
        drawn = self.render_template(self.login_template, form=form, page=page, error=refusal)
        return (drawn, 401) if refusal else drawn

    def _enter(self, form: DoorForm) -> AnyResponse:
        user = current_app.appbuilder.sm.auth_user_db(form.username.data, form.password.data)
        start_session(user)
        return redirect(rules.own_path(_asked()))

    @expose("/logout/", methods=["POST"])
    def logout(self) -> AnyResponse:
        if found := g.get("login_session"):
            services.sign_out(found, actor=g.get("actor"))
        logout_user()
        session.clear()
        return redirect(url_for("AuthView.login"))


def _asked() -> str:
    """Return the page the person wanted before the door; checked where it is followed."""
    return request.values.get("next", "")[:2000]


def _was_in() -> bool:
    """Tell whether this browser still holds the key of a session that is over, and was about to open a page."""
    return "sid" in session and bool(_asked())


def start_session(user: User) -> None:
    """Sign this browser in: a fresh session id, so that one planted before is worth nothing."""
    secret = services.open_session(user, address=request.remote_addr, browser=request.user_agent.string)
    staff, chosen = db.session.get(Employee, user.id), session.get("language")
    session.clear()
    login_user(user)
    session["sid"] = secret
    session["language"] = chosen or (staff.language if staff else LANGUAGES[0])  # chosen at the door counts


class LimitedSecurityApi(SecurityApi):
    """The sign-in of programs: a JWT for a name and a password, under the form's limit and lockout."""

    limits = [LIMIT]

    @expose("/login", methods=["POST"])
    def login(self) -> Response:
        """Answer {"access_token", "refresh_token"} to {"username", "password", "refresh"}."""
        given = request.get_json(silent=True)
        if not isinstance(given, dict):
            return self.response_400(message=str(_("Send a JSON object with username and password.")))
        name, password = given.get("username"), given.get("password")
        if not (isinstance(name, str) and isinstance(password, str)):
            return self.response_400(message=str(_("Send a JSON object with username and password.")))
        try:
            user = self.appbuilder.sm.auth_user_db(name, password)
        except NotAllowed as refused:
            return self.response(401, message=str(refused))
        return self._keys(user, refresh=given.get("refresh") is True)

    def _keys(self, user: User, *, refresh: bool) -> Response:
        staff = db.session.get(Employee, user.id)
        if staff and staff.must_change_password:
            return self.response(401, message=str(_("Sign in with a browser first and choose a password of your own.")))
        keys = {"access_token": create_access_token(identity=str(user.id), fresh=True)}
        if refresh:
            keys["refresh_token"] = create_refresh_token(identity=str(user.id))
        return self.response(200, **keys)
