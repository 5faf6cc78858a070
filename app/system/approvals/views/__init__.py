"""What waits for approval: the screens of those who decide, of those who submitted, and of who keeps the flows."""

from flask_appbuilder import AppBuilder

from app.base import choices, inbox
from app.base.choices import Item
from app.system.approvals import queries
from app.system.approvals.rules.cases import STATES
from app.system.approvals.views import told


def _subjects() -> tuple[Item, ...]:
    return tuple(Item(code, str(one.label)) for code, one in queries.known_subjects().items())


def _states() -> tuple[Item, ...]:
    return tuple(Item(code, str(label), color=color) for code, (label, color) in STATES.items())


def register(_appbuilder: AppBuilder) -> None:
    choices.more |= {"approval_subject": _subjects, "approval_state": _states}
    inbox.kinds |= told.KINDS
