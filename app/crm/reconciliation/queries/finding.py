"""Named reads for screens and services."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import selectinload

from app.base.actor import Actor
from app.base.among import among
from app.base.choices import Found
from app.base.scope import unscoped
from app.crm.customers import queries as customers
from app.crm.fees.queries import Fee
from app.crm.reconciliation.models import Account, Line, Match, Payer, Proposal, Statement
from app.crm.reconciliation.rules import MATCHABLE, OPEN, names, scoring
from app.extensions import db
from app.system.security import queries as security

RIGHT = ("can_confirm", "BankLineView")
MOST_FOUND = 20  # fees of one search


def _loads() -> tuple[Any, ...]:
    return selectinload(Fee.customer), selectinload(Fee.product)


def by_id(key: int) -> Line | None:
    """Return a line in scope."""
    return db.session.scalar(select(Line).where(Line.id == key))


def matches_of(line_id: int) -> Sequence[Match]:
    """Return what a line was matched to, with the fees."""
    loads = (selectinload(Match.fee).options(*_loads()), selectinload(Match.confirmed_by))
    return list(db.session.scalars(select(Match).where(Match.line_id == line_id).options(*loads).order_by(Match.id)))


def proposals_of(line_id: int) -> Sequence[Proposal]:
    """Return what a line is proposed for, with the fees."""
    return _proposals(line_id, is_chosen=True)


def candidates_of(line_id: int) -> Sequence[Proposal]:
    """Return what else is possible, the best first."""
    return _proposals(line_id, is_chosen=False)


def _proposals(line_id: int, *, is_chosen: bool) -> Sequence[Proposal]:
    wanted = select(Proposal).where(Proposal.line_id == line_id, Proposal.is_chosen == is_chosen)
    wanted = wanted.options(selectinload(Proposal.fee).options(*_loads()))
    return list(db.session.scalars(wanted.order_by(Proposal.points.desc(), Proposal.fee_id)))


def numbered(fee_ids: Collection[int]) -> Sequence[Fee]:
    """Return fees in scope by id, with customer and product."""
    return list(
        db.session.scalars(select(Fee).where(among(Fee.id, sorted(fee_ids))).options(*_loads()).order_by(Fee.id))
    )


def found_by(words: str, *, amount: Decimal, near: date, actor: Actor) -> Sequence[Fee]:
    """Return fees that may get money and answer to words: a number, an amount, a customer's name; the nearest first."""
    text = words.strip()
    wanted = select(Fee).where(Fee.state.in_(MATCHABLE), Fee.reverses_id.is_(None), _same_sign(amount))
    if text:
        keys = [row.id for row in customers.matching(text, actor=actor, limit=MOST_FOUND)]
        wanted = wanted.where(or_(Fee.number.contains(text, autoescape=True), Fee.customer_id.in_(keys), *_sum(text)))
    found = db.session.scalars(wanted.options(*_loads()).order_by(Fee.received_on.desc(), Fee.id.desc()).limit(200))
    nearest = sorted(found, key=lambda fee: (fee.amount != amount, abs((fee.received_on - near).days), fee.id))
    return nearest[:MOST_FOUND]


def _same_sign(amount: Decimal) -> Any:
    return Fee.amount < 0 if amount < 0 else Fee.amount > 0


def _sum(text: str) -> list[Any]:
    plain = text.replace(",", "")
    return [Fee.amount == Decimal(plain)] if plain.replace(".", "", 1).isdecimal() and len(plain) < 15 else []  # noqa: PLR2004


def on_fees(fee_ids: Collection[int]) -> Mapping[int, Sequence[Line]]:
    """Return the lines in scope that were matched to fees, by fee."""
    wanted = select(Match.fee_id, Line).join(Line, Line.id == Match.line_id).where(among(Match.fee_id, sorted(fee_ids)))
    found: dict[int, list[Line]] = {}
    for key, line in db.session.execute(wanted.order_by(Line.booked_on, Line.id)):
        found.setdefault(key, []).append(line)
    return found


class LineFor(NamedTuple):
    """A line that is, or may be, for a fee. ``parts``: what confirming it would say; nothing once it is matched."""

    line: Line
    points: int | None
    why: Sequence[Mapping[str, Any]]
    parts: Sequence[tuple[int, Decimal]]


def lines_for(fee_id: int) -> list[LineFor]:
    """Return the lines in scope that are matched to a fee; else those proposed for it."""
    matched = select(Line, Match).join(Match, Match.line_id == Line.id).where(Match.fee_id == fee_id)
    found = [LineFor(line, one.points, one.why, ()) for line, one in db.session.execute(matched.order_by(Line.id))]
    if found:
        return found
    wanted = select(Line, Proposal).join(Proposal, Proposal.line_id == Line.id)
    wanted = wanted.where(Proposal.fee_id == fee_id, Proposal.is_chosen).order_by(Line.id)
    rows = [(line, one) for line, one in db.session.execute(wanted)]
    parts = {line.id: [(one.fee_id, one.amount) for one in proposals_of(line.id)] for line, _one in rows}
    return [LineFor(line, one.points, one.why, parts[line.id]) for line, one in rows]


def likely_customer(payer: str, *, actor: Actor) -> int | None:
    """Return the customer in scope that a payer is, or pays for, in all likelihood."""
    if not payer or names.is_collector(payer):
        return None
    known = [*learned_for(payer), *customers.named([payer]).get(payer, ())]
    seen = [key for key in known if customers.by_id(key) is not None]
    if seen:
        return seen[0]
    alike = [
        (names.likeness(payer, row.name), row.id) for row in customers.matching(names.core(payer), actor=actor, limit=5)
    ]
    best = max(alike, default=(0.0, 0))
    return best[1] if best[0] >= scoring.IDENTITY else None


def counted() -> Mapping[tuple[str, bool], int]:
    """Return how many lines in scope stand in each state: by (state, whether money came in)."""
    came_in = Line.amount > 0
    wanted = select(Line.state, came_in, func.count()).group_by(Line.state, came_in)
    return {(state, bool(is_in)): count for state, is_in, count in db.session.execute(wanted)}


def states_of(statement_id: int) -> Mapping[str, int]:
    """Return how many lines of a statement stand in each state."""
    wanted = select(Line.state, func.count()).where(Line.statement_id == statement_id).group_by(Line.state)
    return {state: count for state, count in db.session.execute(wanted)}  # noqa: C416 - dict() is not typed here


def waiting(statement_id: int) -> list[int]:
    """Return the lines of a statement that wait for a match."""
    wanted = select(Line.id).where(Line.statement_id == statement_id, Line.state.in_(OPEN)).order_by(Line.id)
    return list(db.session.scalars(wanted))


def known_fingerprints(account_id: int, fingerprints: Sequence[str]) -> set[str]:
    """Return those of some fingerprints whose lines an account has already."""
    found: set[str] = set()
    for start in range(0, len(fingerprints), 500):
        part = Line.fingerprint.in_(fingerprints[start : start + 500])
        found |= set(db.session.scalars(select(Line.fingerprint).where(Line.account_id == account_id, part)))
    return found


def learned_for(name: str) -> Sequence[int]:
    """Return the customers for whom somebody of this name paid before, the most frequent first."""
    wanted = select(Payer.customer_id).where(Payer.word == names.core(name)).order_by(Payer.times.desc(), Payer.id)
    return list(db.session.scalars(wanted))


def statements_kept(wanted: Collection[str]) -> Iterable[str]:
    """Return those of some contents that a statement names."""
    with unscoped("the store asks for everybody"):
        return list(db.session.scalars(select(Statement.sha256).where(Statement.sha256.in_(list(wanted)))))


def confirmers() -> list[int]:
    """Return who works on bank lines: every active person whose role confirms them, administrators apart."""
    roles = [one for one in security.roles() if one.name != "admin" and RIGHT in security.rights(frozenset({one.id}))]
    with unscoped("whoever confirms is told"):
        found = {person.id for role in roles for person in security.people_with(role) if person.account.active}
    return sorted(found)


class StatementNames:
    """How statements are named in filters."""

    def labels(self, ids: Iterable[int]) -> Mapping[int, str]:
        return dict(
            db.session.execute(select(Statement.id, Statement.file_name).where(Statement.id.in_(list(ids)))).all()
        )

    def search(self, words: str, *, actor: Actor, limit: int) -> Sequence[Found]:  # noqa: ARG002 - the hook narrows
        wanted = select(Statement.id, Statement.file_name, Statement.bank)
        if words.strip():
            wanted = wanted.where(Statement.file_name.contains(words.strip(), autoescape=True))
        rows = db.session.execute(wanted.order_by(Statement.id.desc()).limit(limit))
        return [Found(str(key), name, bank) for key, name, bank in rows]

    def exists(self, key: int, *, actor: Actor) -> bool:  # noqa: ARG002 - the scope hook knows
        return db.session.scalar(select(Statement.id).where(Statement.id == key)) is not None


class BankAccountNames:
    """How the house's accounts are named in filters."""

    def labels(self, ids: Iterable[int]) -> Mapping[int, str]:
        return dict(db.session.execute(select(Account.id, Account.masked).where(Account.id.in_(list(ids)))).all())

    def search(self, words: str, *, actor: Actor, limit: int) -> Sequence[Found]:  # noqa: ARG002 - the hook narrows
        wanted = select(Account.id, Account.masked, Account.bank)
        if words.strip():
            wanted = wanted.where(Account.masked.contains(words.strip(), autoescape=True))
        return [Found(str(key), name, bank) for key, name, bank in db.session.execute(wanted.limit(limit))]

    def exists(self, key: int, *, actor: Actor) -> bool:  # noqa: ARG002 - the scope hook knows
        return db.session.scalar(select(Account.id).where(Account.id == key)) is not None
