"""The door to the log: who came in, looked at, took out, was refused, and who gave whom which right.

Changes of records are told by the history; this is for what leaves no version. Whoever does something notes it
here, in the transaction that does it; a domain above writes it down and shows it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from flask import g, has_app_context

from app.base import clock
from app.base.actor import Actor, current_actor
from app.base.afterwards import afterwards
from app.base.sentences import lasting


class Kind(StrEnum):
    """What happened. Stored: a code never changes. Their words stand in system.logs.rules."""

    SIGNED_IN = "signed_in"
    SIGN_IN_WRONG = "sign_in_wrong"
    SIGN_IN_LOCKED = "sign_in_locked"
    SIGN_IN_DISABLED = "sign_in_disabled"
    SIGN_IN_LIMITED = "sign_in_limited"
    SIGNED_OUT = "signed_out"
    SESSION_ENDED = "session_ended"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - what happened, no secret
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the same
    TOKEN_ISSUED = "token_issued"  # noqa: S105 - the same
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - the same
    REFUSED = "refused"
    VIEWED = "viewed"
    REVEALED = "revealed"
    LOOKED_UP = "looked_up"
    ASKED_FOR = "asked_for"
    EXPORTED = "exported"
    IMPORTED = "imported"
    BULK_CHANGED = "bulk_changed"
    UNDONE = "undone"
    RIGHTS_CHANGED = "rights_changed"
    SETTINGS_CHANGED = "settings_changed"
    DUPLICATE_SAVED = "duplicate_saved"
    PURGED = "purged"
    ERASED = "erased"


@dataclass(frozen=True)
class Note:
    """One line of the log on its way. ``detail``: item → value, or ``change(old, new)``."""

    kind: Kind
    at: datetime
    actor: Actor | None
    subject_kind: str = ""  # the table of what it is about
    subject_id: int | None = None
    title: object = ""  # a name, or a sentence
    detail: Mapping[str, Any] = field(default_factory=dict)
    records: Sequence[int] = ()  # ids of all the records it is about, for an export
    once_within: timedelta | None = None  # only afterwards: left out if the same was written so recently


@dataclass(frozen=True)
class Item:
    """What a line of the detail is called, how its value is read, and the field group that masks it."""

    label: object
    read: Callable[[Any], object] = str
    group: str = ""


#: What records of a table are called that no list of ours shows, by table.
subjects: dict[str, object] = {}
#: The lines of details by their code. Each domain adds its own when it registers its screens.
items: dict[str, Item] = {}
_writers: list[Callable[[Note], None]] = []


def write_with(write: Callable[[Note], None]) -> None:
    """Name what keeps the log. It runs in the transaction of whoever notes, or in one of its own."""
    _writers[:] = [write]


def note(
    kind: Kind,
    *,
    subject_kind: str = "",
    subject_id: int | None = None,
    title: object = "",
    detail: Mapping[str, Any] | None = None,
    actor: Actor | None = None,
    records: Sequence[int] = (),
) -> None:
    """Write down what is being done: it commits, or vanishes, with what it tells of."""
    about_it = {"subject_kind": subject_kind, "subject_id": subject_id, "title": title, "records": records}
    _write(_made(kind, actor, detail=detail or {}, **about_it))


def note_afterwards(
    kind: Kind,
    *,
    subject_kind: str = "",
    subject_id: int | None = None,
    title: object = "",
    detail: Mapping[str, Any] | None = None,
    actor: Actor | None = None,
    once_within: timedelta | None = None,
) -> None:
    """Write down what a GET or a refusal was, in a transaction of its own once the answer is made."""
    about_it = {"subject_kind": subject_kind, "subject_id": subject_id, "title": title, "once_within": once_within}
    made = _made(kind, actor, detail=detail or {}, **about_it)
    afterwards(lambda: _write(made))


def _made(kind: Kind, actor: Actor | None, **more: Any) -> Note:
    who = actor or current_actor()
    if who is not None and who.request_id is None and has_app_context():
        who = replace(who, request_id=g.get("request_id"))
    return Note(kind, clock.now(), who, **more)


def _write(made: Note) -> None:
    for write in _writers:
        write(made)


def change(old: Any, new: Any) -> dict[str, Any]:
    """Return a value of a detail that was one thing and is another now."""
    return {"old": old, "new": new}


def about(record: Any) -> dict[str, Any]:
    """Return what names a record in the log: its table, its key (if that is a number) and how it is called now."""
    key = getattr(record, record.__mapper__.primary_key[0].key)
    number = key if isinstance(key, int) else None
    return {"subject_kind": record.__tablename__, "subject_id": number, "title": lasting(record, longest=200)}
