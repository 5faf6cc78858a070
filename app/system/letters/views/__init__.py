"""The screen of letters."""

from flask_appbuilder import AppBuilder

from app.base import choices, inbox
from app.base.choices import Item
from app.base.i18n import _
from app.base.inbox import Kind
from app.system.letters.views.screen import LetterView
from app.system.security import queries as security

__all__ = ["LetterView", "register"]

TOLD = Kind(_("Letters"), "mail", _("%(who)s wrote to you: %(subject)s"), may_be_muted=False)


def _departments() -> tuple[Item, ...]:
    return tuple(Item(str(house.id), house.name) for house, _depth in security.department_tree())


def register(appbuilder: AppBuilder) -> None:
    choices.more["letter_department"] = _departments
    inbox.kinds["letter"] = TOLD
    appbuilder.add_view(LetterView, "LetterView", label=_("Letters"), category="messages")
