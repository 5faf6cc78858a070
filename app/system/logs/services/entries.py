"""Entries: written, and erased with a trace."""

from collections.abc import Sequence

from sqlalchemy import select

from app.base import clock, logbook
from app.base.actor import Actor, Channel
from app.base.engine import reading
from app.base.errors import Invalid
from app.base.i18n import _
from app.base.logbook import Kind, Note
from app.base.scope import unscoped
from app.base.sentences import lasting
from app.base.transaction import transaction
from app.extensions import db
from app.system.logs import queries, rules
from app.system.logs.models import Entry, RecordSet


def keep(note: Note) -> None:
    """Write a note down, in the caller's transaction if there is one, unless it only repeats a recent one."""
    if note.once_within is None or not _is_repeated(note):
        _write(note)


def _is_repeated(note: Note) -> bool:
    """Ask in a transaction of its own that only reads: most looks repeat, and on SQLite writers wait for each other."""
    with reading():
        found = queries.is_repeated(note)
        db.session.rollback()
    return found


@transaction
def _write(note: Note) -> None:
    who = note.actor or Actor(id=None, channel=Channel.COMMAND)
    entry = Entry(
        at=note.at,
        person_id=who.id,
        kind=note.kind,
        subject_kind=note.subject_kind,
        subject_id=note.subject_id,
        title=lasting(note.title, longest=200),
        channel=who.channel,
        address=who.address,
        request_id=who.request_id,
        detail=queries.detail_text(note.detail),
    )
    db.session.add(entry)
    if len(note.records):
        _keep_records(entry, note.records)


def _keep_records(entry: Entry, keys: Sequence[int]) -> None:
    db.session.flush()
    packed = queries.packed(keys)
    db.session.add(RecordSet(entry_id=entry.id, first_id=min(keys), last_id=max(keys), packed=packed))


@transaction
def erase(entry_ids: Sequence[int], *, reason: str, actor: Actor) -> int:
    """Replace what entries tell by a marker, and leave that act in the log; return how many were erased.

    Who did what kind of thing when, stays. Source: DECISIONS, erasing a person. Raises Invalid without a reason.
    """
    if not reason.strip():
        raise Invalid(_("Say why these entries are erased."))
    with unscoped("erasing a person reaches all that tells of them"):
        found = list(db.session.scalars(select(Entry).where(Entry.id.in_(entry_ids), Entry.erased_at.is_(None))))
    for entry in found:
        entry.title, entry.detail, entry.erased_at = rules.ERASED_TEXT, "{}", clock.now()
    detail = {"reason": reason.strip()[:300], "entries": [entry.id for entry in found]}
    logbook.note(Kind.ERASED, detail=detail, actor=actor)
    return len(found)
