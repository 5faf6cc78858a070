"""Reading the log and its chain."""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.base.actor import Actor, Level
from app.base.logbook import Kind, Note
from app.base.scope import unscoped
from app.base.sentences import as_kept, stored
from app.extensions import db
from app.system.logs import rules
from app.system.logs.models import Cut, Entry, Head, RecordSet, Seal
from app.system.logs.rules import Link, Mark

CHUNK = 1000
MOST_COUNTED = 99  # of the refusals of a day
MOST_EXPORTS = 500  # of one kind of record looked through for one record


def may_read(actor: Actor) -> bool:
    """Tell whether a person sees the log."""
    return actor.reach("logs").read == Level.ALL


def refused_since(moment: datetime, *, limit: int) -> tuple[Sequence[Entry], int]:
    """Return the newest refusals since then, and how many there are, counted up to one above MOST_COUNTED."""
    since = (Entry.kind.in_(rules.REFUSALS), Entry.at >= moment)
    some = select(Entry.id).where(*since).limit(MOST_COUNTED + 1).subquery()
    counted = select(func.count()).select_from(some).scalar_subquery()
    found = select(Entry, counted).where(*since).options(joinedload(Entry.person))
    rows = db.session.execute(found.order_by(Entry.at.desc(), Entry.id.desc()).limit(limit)).all()
    return [row[0] for row in rows], rows[0][1] if rows else 0


def is_repeated(note: Note) -> bool:
    """Tell whether the same was written so recently that this note adds nothing."""
    if note.once_within is None:
        return False
    who = note.actor
    same = select(Entry.id).where(
        Entry.at > note.at - note.once_within,
        Entry.person_id == (who.id if who else None),
        Entry.kind == note.kind,
        Entry.subject_kind == note.subject_kind,
        Entry.subject_id == note.subject_id,
        Entry.title == note.title,
        Entry.address == (who.address if who else None),
    )
    with unscoped("the log itself asks"):
        return db.session.scalar(same.limit(1)) is not None


def subjects_since(kind: Kind, moment: datetime, *, actor: Actor) -> set[int]:
    """Return the records about which a person has done something of a kind since a moment."""
    mine = (Entry.person_id == actor.id, Entry.kind == kind, Entry.at >= moment)
    with unscoped("a person's own doing, to be limited"):
        found = db.session.scalars(select(Entry.subject_id).where(*mine).distinct())
        return {key for key in found if key is not None}


def revealed_since(moment: datetime, *, person_id: int | None) -> int:
    """Return how many masked values a person has revealed since then."""
    mine = (Entry.person_id == person_id, Entry.at >= moment, Entry.kind == Kind.REVEALED)
    with unscoped("the log itself asks"):
        return db.session.scalar(select(func.count(Entry.id)).where(*mine)) or 0


# ── who looked at a record ───────────────────────────────────────────────────────────────────────


def readers_of(subject_kind: str, key: int, *, limit: int) -> Sequence[Entry]:
    """Return who viewed, revealed or exported a record, newest first: nothing to who may not see the log."""
    mine = (Entry.subject_kind == subject_kind, Entry.subject_id == key)
    viewed = select(Entry).where(*mine, Entry.kind.in_([Kind.VIEWED, Kind.REVEALED]))
    found = list(db.session.scalars(viewed.order_by(Entry.at.desc(), Entry.id.desc()).limit(limit)))
    found += _exports_with(subject_kind, key)
    return sorted(found, key=lambda entry: (entry.at, entry.id), reverse=True)[:limit]


def _exports_with(subject_kind: str, key: int) -> list[Entry]:
    near = (RecordSet.first_id <= key, RecordSet.last_id >= key)
    wanted = select(Entry, RecordSet.packed).join(RecordSet, RecordSet.entry_id == Entry.id)
    wanted = wanted.where(Entry.kind == Kind.EXPORTED, Entry.subject_kind == subject_kind, *near)
    rows = db.session.execute(wanted.order_by(Entry.at.desc()).limit(MOST_EXPORTS))
    return [entry for entry, packed in rows if rules.holds(unpacked(packed), key)]


def packed(keys: Sequence[int]) -> bytes:
    """Return ids in little room."""
    return zlib.compress(json.dumps(rules.ranges(keys), separators=(",", ":")).encode())


def unpacked(kept: bytes) -> list[list[int]]:
    """Return the ranges of ids that were packed."""
    found: list[list[int]] = json.loads(zlib.decompress(kept))
    return found


# ── the chain ────────────────────────────────────────────────────────────────────────────────────


def content_of(row: Any, records: bytes | None) -> dict[str, Any]:
    """Return all that is sealed of an entry."""
    return {
        "id": row.id,
        "at": row.at.isoformat(timespec="microseconds"),
        "person": row.person_id,
        "kind": row.kind,
        "subject_kind": row.subject_kind,
        "subject": row.subject_id,
        "title": as_kept(row.title),
        "channel": row.channel,
        "address": row.address,
        "request": row.request_id,
        "detail": row.detail,
        "records": sha256(records).hexdigest() if records else "",
    }


def waiting(limit: int) -> Sequence[tuple[Entry, bytes | None]]:
    """Return entries that have no seal yet, the lowest ids first, each with its records."""
    wanted = select(Entry, RecordSet.packed).outerjoin(RecordSet, RecordSet.entry_id == Entry.id)
    unsealed = Entry.seal_number.is_(None) & ~select(Seal.number).where(Seal.entry_id == Entry.id).exists()
    with unscoped("the sealer sees every entry"):
        rows = db.session.execute(wanted.where(unsealed).order_by(Entry.id).limit(limit)).all()
    return [(entry, records) for entry, records in rows]


def head() -> Head | None:
    """Return the end of the chain."""
    with unscoped("the chain is the log's own"):
        return db.session.get(Head, 1, populate_existing=True)


def cut() -> Cut | None:
    """Return where the removed months end."""
    with unscoped("the chain is the log's own"):
        return db.session.get(Cut, 1, populate_existing=True)


def mark_of(row: Head | Cut | None) -> Mark | None:
    """Return a kept mark as the rules know it."""
    return Mark(row.number, row.chain_hash, row.signature) if row is not None else None


def links(*, upto: int | None = None) -> Iterator[Link]:
    """Yield the seals in order, each with its entry, a thousand at a time."""
    wanted = (
        select(Seal, Entry, RecordSet.packed)
        .outerjoin(Entry, Entry.id == Seal.entry_id)
        .outerjoin(RecordSet, RecordSet.entry_id == Entry.id)
        .order_by(Seal.number)
    )
    wanted = wanted.where(Seal.number <= upto) if upto is not None else wanted
    with unscoped("verifying sees every entry"):
        rows = db.session.execute(wanted.execution_options(yield_per=CHUNK, populate_existing=True))
        for seal, entry, records in rows:
            yield _link(seal, entry, records)


def _link(seal: Seal, entry: Entry | None, records: bytes | None) -> Link:
    hashes = (seal.number, seal.entry_id, seal.content_hash, seal.chain_hash)
    if entry is None:
        return Link(*hashes, None)
    return Link(*hashes, content_of(entry, records), entry.erased_at is not None)


def erased() -> set[int]:
    """Return the ids of all entries that acts of erasing name."""
    with unscoped("verifying sees every entry"):
        acts = db.session.scalars(select(Entry).where(Entry.kind == Kind.ERASED)).all()
    return {key for act in acts for key in act.details.get("entries", ())}


def last_seal() -> int:
    """Return the number of the last seal there is, whatever the head says; 0 if there is none."""
    with unscoped("the chain is the log's own"):
        return db.session.scalar(select(func.max(Seal.number))) or 0


def falsely_sealed() -> int | None:
    """Return the seal number that an entry claims without being in the chain, the lowest; None if none does."""
    mine = (Seal.entry_id == Entry.id, Seal.number == Entry.seal_number)
    claims = select(func.min(Entry.seal_number)).where(Entry.seal_number.is_not(None))
    with unscoped("verifying sees every entry"):
        return db.session.scalar(claims.where(~select(Seal.number).where(*mine).exists()))


def last_before(moment: datetime) -> int:
    """Return the last seal of which all entries up to it are older than the moment; 0 if there is none."""
    younger = select(func.min(Seal.number)).join(Entry, Entry.id == Seal.entry_id).where(Entry.at >= moment)
    with unscoped("months are removed for everybody"):
        first_kept = db.session.scalar(younger)
    return last_seal() if first_kept is None else first_kept - 1


@dataclass(frozen=True)
class Chain:
    """What the screen says of the chain."""

    sealed: int
    waiting: int
    verified_at: datetime | None
    verified_number: int | None
    reason: str | None
    kept_from: datetime | None


def chain() -> Chain | None:
    """Return the state of the chain; None to who may not see the log."""
    end, start = db.session.get(Head, 1), db.session.get(Cut, 1)
    if end is None:
        return None
    left = db.session.scalar(select(func.count()).select_from(Entry).where(Entry.seal_number.is_(None))) or 0
    return Chain(end.number, left, end.verified_at, end.verified_number, end.broken_reason, start and start.kept_from)


def detail_text(detail: Mapping[str, Any]) -> str:
    """Return a detail as it is kept: JSON with its words readable, sentences in all languages."""
    return json.dumps(detail, ensure_ascii=False, separators=(",", ":"), default=stored)
