"""The screens of announcements: what is announced, and who has read it."""

from dataclasses import replace

from flask_appbuilder import AppBuilder

from app.base import choices, inbox
from app.base.choices import Item
from app.base.i18n import _
from app.base.inbox import Kind
from app.base.screens import rights
from app.base.screens.home import first_page
from app.system.announcements import rules
from app.system.announcements.queries import AnnouncementNames
from app.system.announcements.views import home
from app.system.announcements.views.screens import AnnouncementView, ReceiptView
from app.system.security import queries as security

__all__ = ["AnnouncementView", "ReceiptView", "register"]

TOLD = Kind(_("Announcements"), "speakerphone", _("Announcement: %(title)s"), may_be_muted=False)
AGAIN = Kind(
    _("Announcements not read yet"), "speakerphone", _("Please read the announcement: %(title)s"), may_be_muted=False
)
KINDS = {"department": _("Department"), "role": _("Role")}


def _states() -> tuple[Item, ...]:
    return tuple(Item(code, str(label), color) for code, (label, color) in rules.STATES.items())


def _departments() -> tuple[Item, ...]:
    return tuple(Item(str(house.id), house.name) for house, _depth in security.department_tree())


def _roles() -> tuple[Item, ...]:
    return tuple(replace(item, is_default=False) for item in choices.values("role").items)


def _kinds() -> tuple[Item, ...]:
    return tuple(Item(code, str(label)) for code, label in KINDS.items())


def register(appbuilder: AppBuilder) -> None:
    choices.references["announcement"] = AnnouncementNames()
    choices.more |= {
        "announcement_state": _states,
        "announcement_department": _departments,
        "announcement_role": _roles,
        "announcement_audience": _kinds,
    }
    inbox.kinds |= {"announcement": TOLD, "announcement_again": AGAIN}
    rights.words |= {"can_publish": _("Publish and withdraw")}
    first_page.add(*home.PARTS)
    appbuilder.add_view(AnnouncementView, "AnnouncementView", label=_("Announcements"), category="messages")
    appbuilder.add_view(ReceiptView, "ReceiptView", label=_("Who has read announcements"), category="system")
