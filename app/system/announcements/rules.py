"""What may happen to an announcement, and to whom it is addressed. Pure. Source: MSG-2."""

from collections.abc import Collection, Mapping
from datetime import date
from enum import StrEnum

from app.base.errors import InvalidFields, WrongState
from app.base.i18n import _
from app.base.workflow import Workflow


class AnnouncementState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


DRAFT, PUBLISHED, WITHDRAWN = AnnouncementState

#: In words, with a colour.
STATES: Mapping[str, tuple[object, str]] = {
    DRAFT: (_("Not published"), "gray"),
    PUBLISHED: (_("Published"), "green"),
    WITHDRAWN: (_("Withdrawn"), "orange"),
}
LIFECYCLE = Workflow(
    ("edit", {DRAFT, WITHDRAWN}, DRAFT),
    ("publish", {DRAFT, WITHDRAWN}, PUBLISHED),
    ("withdraw", {PUBLISHED}, WITHDRAWN),
    ("confirm", {PUBLISHED}, PUBLISHED),
    ("remind", {PUBLISHED}, PUBLISHED),
    refusals={
        DRAFT: _("This announcement is not published."),
        PUBLISHED: _("This announcement is published. Withdraw it first: who has read it, has read these words."),
        WITHDRAWN: _("This announcement was withdrawn."),
    },
)


def after(verb: str, state: str) -> str:
    """Return the state that a verb leads to. Raises WrongState, with a sentence, where it does not."""
    return LIFECYCLE.after(verb, AnnouncementState(state))


LONGEST_TITLE, LONGEST_BODY = 120, 8000
#: What is said of an audience: kind → the dictionary its codes are of.
AUDIENCE: Mapping[str, str] = {"department": "announcement_department", "role": "announcement_role"}


def check(*, until_on: date | None, today: date) -> None:
    """Raise InvalidFields for an announcement that would be over already."""
    if until_on is not None and until_on < today:
        raise InvalidFields({"until_on": _("This day is over. Choose today or later, or leave it empty.")})


def check_has_readers(readers: Collection[int]) -> None:
    """Raise WrongState where nobody would read it."""
    if not readers:
        raise WrongState(_("Nobody with an active account belongs to this audience. Choose another one."))


def is_current(*, state: str, until_on: date | None, today: date) -> bool:
    """Tell whether an announcement is to be read now."""
    return state == PUBLISHED and (until_on is None or today <= until_on)
