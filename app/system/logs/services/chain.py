"""The chain: begun once, sealed every minute, verified when asked, its old months removed at night."""

from datetime import datetime, time

from sqlalchemy import delete, select

from app.base import clock
from app.base.engine import reading
from app.base.errors import WrongState
from app.base.i18n import _
from app.base.scope import unscoped
from app.base.transaction import lock, transaction
from app.extensions import db
from app.system.logs import queries, rules
from app.system.logs.models import Cut, Entry, Head, RecordSet, Seal
from app.system.logs.rules import NO_HASH, Mark, Reason, Verdict

BATCH = 2000


@transaction
def begin(*, key: str) -> None:
    """Begin the chain of a new installation. One that ever had a seal is never begun again."""
    with unscoped("whether there is a chain"):
        has_any = db.session.scalar(select(Seal.number).limit(1)) is not None
    if queries.head() is None and queries.cut() is None and not has_any:
        db.session.add(Head(id=1, number=0, chain_hash=NO_HASH, signature=rules.signed(key, "head", 0, NO_HASH)))


def seal(*, key: str, most_batches: int = 10_000) -> int:
    """Seal the entries that have no seal yet, in batches; return how many. Without a head: none, verifying says so."""
    count = 0
    for _batch in range(most_batches):
        done = _seal_some(key)
        count += done
        if done < BATCH:
            break
    return count


@transaction
def _seal_some(key: str) -> int:
    """Seal the next entries in the order of their ids. One sealer at a time: the head's lock is held."""
    head = _locked_head()
    if head is None or not _may_go_on(head, key):
        return 0
    rows, now = queries.waiting(BATCH), clock.now()
    for entry, records in rows:
        content_hash = rules.sealed(key, queries.content_of(entry, records))
        number = head.number + 1
        place = {"number": number, "entry_id": entry.id, "content_hash": content_hash}
        head.chain_hash = rules.chained(key, before=head.chain_hash, **place)  # type: ignore[arg-type]
        head.number = entry.seal_number = number
        db.session.add(Seal(**place, chain_hash=head.chain_hash, sealed_at=now))
    if rows:
        head.signature = rules.signed(key, "head", head.number, head.chain_hash)
    return len(rows)


def _may_go_on(head: Head, key: str) -> bool:
    """Tell whether the chain can be gone on with: not behind a forged end. Verifying names what is wrong."""
    return rules.is_signed(key, "head", queries.mark_of(head) or Mark()) and queries.last_seal() <= head.number


def _locked_head() -> Head | None:
    head = queries.head()
    if head is not None:
        with unscoped("whoever seals holds the end of the chain"):
            lock(head)
    return head


def verify(*, key: str) -> Verdict:
    """Seal what waits, then compute the whole chain again; keep and return what was found."""
    seal(key=key)
    db.session.rollback()
    found = _found(key)
    if not found.is_whole:
        found = _found(key)  # months may just have been removed
    _remember(found)
    return found


def _found(key: str) -> Verdict:
    with reading():  # on SQLite nobody waits while a million seals are read
        cut, head, erased = queries.mark_of(queries.cut()) or Mark(), queries.mark_of(queries.head()), queries.erased()
        upto = head.number if head is not None else 0
        found = rules.verdict(key, queries.links(upto=upto), cut=cut, head=head, erased=erased)
        if found.is_whole:
            found = _beside_the_chain(found)
        db.session.rollback()
    return found


def _beside_the_chain(found: Verdict) -> Verdict:
    """Look for what a walk along the chain cannot meet: false claims, and seals that its end does not know."""
    false, last, head = queries.falsely_sealed(), queries.last_seal(), queries.head()
    if last > (head.number if head is not None else 0):
        return Verdict(found.number, Reason.HEAD_CHANGED)
    return found if false is None else Verdict(false, Reason.NOT_SEALED)


@transaction
def _remember(found: Verdict) -> None:
    head = _locked_head()
    if head is not None:
        head.verified_at, head.verified_number = clock.now(), found.number
        head.broken_reason = found.reason and str(found.reason)


@transaction
def prune(*, keep_months: int, key: str) -> int:
    """Remove the entries of whole months that are older than ``keep_months``; return how many.

    Their chain is verified first, and its end signed and kept, so that what stays can still be verified.
    Raises WrongState, removing nothing, if the chain is broken in those months.
    """
    head, first_day = _locked_head(), rules.kept_from(clock.today(), months=keep_months)
    moment = clock.stored(datetime.combine(first_day, time()))
    start, upto = queries.mark_of(queries.cut()) or Mark(), queries.last_before(moment)
    if head is None or upto <= start.number:
        return 0
    with unscoped("months are removed for everybody"):
        last = db.session.get_one(Seal, upto)
    chain_hash = last.chain_hash
    end = Mark(upto, chain_hash, rules.signed(key, "head", upto, chain_hash))
    found = rules.verdict(key, queries.links(upto=upto), cut=start, head=end, erased=queries.erased())
    if not found.is_whole:
        raise WrongState(
            _("The chain of the log is broken at seal %(number)s, so nothing was removed. Verify the log."),
            number=found.number,
        )
    _remove(upto)
    signature = rules.signed(key, "cut", upto, chain_hash)
    db.session.merge(
        Cut(id=1, number=upto, chain_hash=chain_hash, signature=signature, kept_from=moment, at=clock.now())
    )
    return upto - start.number


def _remove(upto: int) -> None:
    seals, entries, records = Seal.__table__, Entry.__table__, RecordSet.__table__
    gone = select(seals.c.entry_id).where(seals.c.number <= upto)
    with unscoped("months are removed for everybody"):
        db.session.execute(delete(records).where(records.c.entry_id.in_(gone)))
        db.session.execute(delete(entries).where(entries.c.id.in_(gone)))
        db.session.execute(delete(seals).where(seals.c.number <= upto))
    db.session.expire_all()
