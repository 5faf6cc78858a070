"""The screens of access: the door, one's own account, users, sign-in attempts."""

from flask_appbuilder import AppBuilder

from app.base.choices import more
from app.base.i18n import _
from app.base.screens import rights
from app.system.sign_in.views import words
from app.system.sign_in.views.attempts import AttemptView
from app.system.sign_in.views.identity import HouseSecurity
from app.system.sign_in.views.me import SignInView
from app.system.sign_in.views.users import EmployeeView

__all__ = ["AttemptView", "EmployeeView", "HouseSecurity", "SignInView", "register"]


def register(appbuilder: AppBuilder) -> None:
    more.update(words.DICTIONARIES)
    rights.words |= words.RIGHTS
    appbuilder.add_view_no_menu(SignInView)
    appbuilder.add_view(EmployeeView, "EmployeeView", label=_("Users"), category="system")
    appbuilder.add_view(AttemptView, "AttemptView", label=_("Sign-ins"), category="system")
