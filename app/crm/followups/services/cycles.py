"""After how many days customers want to be contacted again: the rows of the screen."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from app.base.actor import Actor
from app.base.history import versions_of
from app.base.stamps import raise_stamp
from app.base.transaction import check_revision, transaction
from app.crm.followups import queries, rules
from app.crm.followups.models import Cycle
from app.crm.followups.queries import STAMP
from app.crm.followups.rules import Span
from app.extensions import db

NAMED = ("level", "progress", "status")


@transaction
def add_cycle(values: Mapping[str, Any], *, actor: Actor) -> Cycle:
    """Say after how many days some customers want a contact. Raises InvalidFields for a second row about the same."""
    _check(values, but=None)
    cycle = Cycle(**{name: values.get(name) for name in NAMED}, days=values["days"])
    db.session.add(cycle)
    raise_stamp(STAMP)
    return cycle


@transaction
def change_cycle(cycle: Cycle, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Change a row. Raises Conflict, InvalidFields as ``add_cycle``."""
    check_revision(cycle, revision=revision)
    meant = {name: getattr(cycle, name) for name in (*NAMED, "days")} | dict(values)
    _check(meant, but=cycle.id)
    for name in (*NAMED, "days"):
        setattr(cycle, name, meant[name])
    raise_stamp(STAMP)


@transaction
def remove_cycle(cycle: Cycle, *, actor: Actor) -> None:
    """Remove a row; its history stays."""
    db.session.delete(cycle)
    raise_stamp(STAMP)


def _check(values: Mapping[str, Any], *, but: int | None) -> None:
    raise_stamp(STAMP)  # two who add rows at once wait for one another here
    wanted = Span(values.get("level"), values.get("progress"), values.get("status"), values["days"])
    rules.check_cycle(wanted, others=[one for one in queries.cycles() if one.id != but])


@transaction
def seed() -> None:
    """Bring the usual cycles into an installation that never had one."""
    versions = versions_of(Cycle).__table__
    if not db.session.scalar(select(func.count()).select_from(versions)):
        db.session.add_all(Cycle(level=level, days=days) for level, days in rules.SEEDS.items())
        raise_stamp(STAMP)
