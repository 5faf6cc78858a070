"""Pools and limits: who sets them, and how. Rules as data. Source: POOL-5."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.base.actor import Actor
from app.base.stamps import raise_stamp
from app.base.transaction import check_revision, lock, transaction
from app.crm.pool import queries, rules
from app.crm.pool.models import HoldLimit, Pool, PoolPart
from app.extensions import db
from app.system.dictionary.queries import STAMP as DICTIONARY

OWN = ("name", "position", "may_claim", "is_active")
#: What the form calls the parts of each kind.
PARTS: Mapping[str, str] = {
    "regions": "region",
    "houses": "house",
    "hidden": "hidden",
    "roles": "role",
    "teams": "team",
    "people": "employee",
}


@transaction
def create_pool(values: Mapping[str, Any], *, actor: Actor) -> Pool:
    """Make a pool. Raises InvalidFields for a name in use, Invalid for one without conditions."""
    pool = Pool(may_claim=True, is_active=True, is_catch_all=False)
    db.session.add(pool)
    with db.session.no_autoflush:
        _set(pool, values)
    _tell(actor)
    return pool


@transaction
def change_pool(pool: Pool, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Change a pool. Raises Conflict; else as ``create_pool``, and Invalid if the last one were put out of use."""
    lock(pool)
    check_revision(pool, revision=revision)
    with db.session.no_autoflush:
        _set(pool, values)
    _tell(actor)


@transaction
def delete_pool(pool: Pool, *, actor: Actor) -> None:
    """Delete a pool: its customers fall into the next whose conditions they meet. Raises Invalid for the last one."""
    lock(pool)
    rules.check_catch_all(is_active=True, is_there=not pool.is_catch_all)
    db.session.delete(pool)
    _tell(actor)


def _tell(_actor: Actor) -> None:
    db.session.flush()
    raise_stamp(queries.STAMP)
    raise_stamp(DICTIONARY)  # pools are choices of filters


def _set(pool: Pool, values: Mapping[str, Any]) -> None:
    parts = {kind: tuple(values[name]) for name, kind in PARTS.items() if name in values}
    now = {kind: tuple(part.code for part in pool.of(kind)) for kind in PARTS.values()}
    rules.check_parts(now | parts, is_catch_all=bool(pool.is_catch_all))
    for name in OWN:
        if name in values and not (pool.is_catch_all and name == "position"):
            setattr(pool, name, values[name])
    rules.check_name(pool.name, queries.names(but=pool.id))
    if pool.is_catch_all:
        rules.check_catch_all(is_active=bool(pool.is_active), is_there=True)
    for kind, codes in parts.items():
        _renew(pool, kind, codes)


def _renew(pool: Pool, kind: str, codes: Sequence[str]) -> None:
    kept = {part.code: part for part in pool.of(kind)}
    others = [part for part in pool.parts if part.kind != kind]
    pool.parts = [*others, *[kept.get(code) or PoolPart(kind=kind, code=code) for code in codes]]


@transaction
def seed() -> None:
    """Make the pool that takes in whatever stands in no other, for agents and sales, unless there is one."""
    if queries.catch_all() is not None:
        return
    pool = Pool(name="公海", position=rules.CATCH_ALL, may_claim=True, is_active=True, is_catch_all=True)
    pool.parts = [PoolPart(kind="role", code=role) for role in ("agent", "sales")]
    db.session.add(pool)
    raise_stamp(queries.STAMP)


# ── limits ──


@transaction
def create_limit(values: Mapping[str, Any], *, actor: Actor) -> HoldLimit:
    """Make a limit. Raises Invalid if it were for several at once, a person and a role."""
    limit = HoldLimit(most=0)
    _limit(limit, values)
    db.session.add(limit)
    return limit


@transaction
def change_limit(
    limit: HoldLimit,
    values: Mapping[str, Any],
    *,
    actor: Actor,
    revision: int | None,
) -> None:
    """Change a limit. Raises Conflict; else as ``create_limit``."""
    lock(limit)
    check_revision(limit, revision=revision)
    _limit(limit, values)


@transaction
def delete_limit(limit: HoldLimit, *, actor: Actor) -> None:
    """Delete a limit."""
    lock(limit)
    db.session.delete(limit)


LIMIT_COLUMNS = {"employee": "employee_id", "department": "department_id", "role": "role", "level": "level"}


def _limit(limit: HoldLimit, values: Mapping[str, Any]) -> None:
    for name, column in {**LIMIT_COLUMNS, "most": "most"}.items():
        if name in values:
            setattr(limit, column, values[name])
    rules.check_one_holder([limit.employee_id, limit.department_id, limit.role])
