"""The screens of access: the door, one's own account, users."""

from flask_appbuilder import AppBuilder

from app.base import logbook
from app.base.choices import more
from app.base.i18n import _
from app.base.screens import rights
from app.base.screens.home import first_page
from app.system.sign_in.rules import own_path
from app.system.sign_in.views import home, words
from app.system.sign_in.views.identity import OPEN_TO_ALL, QUIET_ENDPOINTS, HouseSecurity
from app.system.sign_in.views.me import SignInView, account_parts
from app.system.sign_in.views.users import EmployeeView

__all__ = [
    "OPEN_TO_ALL",
    "QUIET_ENDPOINTS",
    "EmployeeView",
    "HouseSecurity",
    "SignInView",
    "account_parts",
    "own_path",
    "register",
]


def register(appbuilder: AppBuilder) -> None:
    more.update(words.DICTIONARIES)
    rights.words |= words.RIGHTS
    logbook.items |= words.ITEMS
    first_page.add(*home.PARTS)
    appbuilder.add_view_no_menu(SignInView)
    appbuilder.add_view(EmployeeView, "EmployeeView", label=_("Users"), category="system")
