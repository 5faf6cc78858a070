"""What a letter must be. Pure. Source: MSG-2."""

from collections.abc import Collection

from app.base.errors import InvalidFields
from app.base.i18n import _

LONGEST_SUBJECT, LONGEST_BODY = 120, 8000
MOST_RECIPIENTS = 2000
MOST_IN_CONVERSATION = 200  # the newest are shown


def check_recipients(people: Collection[int], *, field: str = "people") -> None:
    """Raise InvalidFields for a letter to nobody but its sender, or to more people than a letter is for."""
    if not people:
        raise InvalidFields({field: _("Nobody else with an active account is among those you chose.")})
    if len(people) > MOST_RECIPIENTS:
        words = _(
            "A letter goes to at most %(count)s people. Write an announcement for so many.", count=MOST_RECIPIENTS
        )
        raise InvalidFields({field: words})


def check_body(body: str | None) -> str:
    """Return the words of a letter. Raises InvalidFields for none."""
    words = (body or "").strip()
    if not words:
        raise InvalidFields({"body": _("Please fill this in.")})
    if len(words) > LONGEST_BODY:
        raise InvalidFields({"body": _("At most %(count)s characters fit.", count=LONGEST_BODY)})
    return words


def reply_subject(subject: str) -> str:
    """Return the subject of an answer: the same, so that a conversation keeps its name."""
    return subject[:LONGEST_SUBJECT]
