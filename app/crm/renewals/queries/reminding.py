"""Whom a run of reminders tells: reckoned in sets, the same for the run, the dry run and a test."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, null, or_, select
from sqlalchemy.orm import selectinload

from app.base.actor import Actor
from app.base.scope import condition, unscoped
from app.crm.customers.queries import KEY, Customer
from app.crm.renewals.models import Line, Reminder
from app.extensions import db

LINES, PARENTS, TOLD = Line.__table__, Customer.__table__, Reminder.__table__


class Due(NamedTuple):
    """Columns of ``due``, in its order."""

    line_id: int
    end_on: date
    stage: int
    skipped: str
    owner_id: int | None
    department_id: int | None
    service_person_id: int | None


def due(day: date, offsets: Sequence[int], *, among: tuple[int, int] | None = None) -> Select[Any]:
    """Return the statement of what is to be told on a day, of each line the most urgent stage: the columns of ``Due``.

    Nothing of lines that are ended or wait for the approval of a renewal, of deleted customers, and of stages that
    were told, or passed, before. See ``rules.stage``, ``rules.is_told`` and ``rules.skipped``. ``among``: the first and
    the last id of the lines meant.
    """
    known = _known(day, offsets, among)
    columns = [known.c[name] if name != "skipped" else _skipped(known, offsets).label(name) for name in Due._fields]
    return select(*columns).where(or_(known.c.before.is_(None), known.c.before > known.c.stage))


def _known(day: date, offsets: Sequence[int], among: tuple[int, int] | None) -> Any:
    """Return lines that have come to a stage, with the stage, what was told before, and who is told."""
    told = _last_told(among)
    keeper = case((PARENTS.c.level == KEY, PARENTS.c.service_person_id), else_=null()).label("service_person_id")
    stage = case(*[(LINES.c.end_on <= day + timedelta(days=one), literal(one)) for one in sorted(offsets)])
    whose = (LINES.c.customer_id, PARENTS.c.owner_id, PARENTS.c.department_id, keeper)
    found = select(LINES.c.id.label("line_id"), LINES.c.end_on, stage.label("stage"), told.c.before, *whose)
    same = and_(told.c.line_id == LINES.c.id, told.c.end_on == LINES.c.end_on)
    joined = LINES.join(PARENTS, PARENTS.c.id == LINES.c.customer_id).outerjoin(told, same)
    here = [LINES.c.id.between(*among)] if among else []
    alive = (PARENTS.c.deleted_at.is_(None), LINES.c.ended_on.is_(None), LINES.c.waiting_fee_id.is_(None))
    until = LINES.c.end_on <= day + timedelta(days=max(offsets))
    return found.select_from(joined).where(*alive, until, *here).subquery("known")


def _last_told(among: tuple[int, int] | None) -> Any:
    """Return the most urgent stage that was told of each end of each line."""
    found = select(TOLD.c.line_id, TOLD.c.end_on, func.min(TOLD.c.stage).label("before"))
    found = found.where(TOLD.c.line_id.between(*among)) if among else found
    return found.group_by(TOLD.c.line_id, TOLD.c.end_on).subquery("told")


def _skipped(known: Any, offsets: Sequence[int]) -> ColumnElement[str]:
    """Return the stages above the one told that were not told either, as "30, 15"."""
    pairs = []
    for one in sorted(offsets):
        above = [each for each in sorted(offsets) if each > one]
        cuts = [(known.c.before <= first, literal(_text(above[:place]))) for place, first in enumerate(above)]
        words = case(*cuts, else_=literal(_text(above))) if cuts else literal("")
        pairs.append((known.c.stage == one, words))
    return case(*pairs, else_=literal(""))


def _text(stages: Sequence[int]) -> str:
    return ", ".join(str(one) for one in sorted(stages, reverse=True))


def told_in(batch: str) -> Sequence[Any]:
    """Return how many lines a run told of: (owner_id, department_id, service_person_id, stage, count)."""
    groups = (TOLD.c.owner_id, TOLD.c.department_id, TOLD.c.service_person_id, TOLD.c.stage)
    counted = select(*groups, func.count().label("count")).where(TOLD.c.batch == batch)
    with unscoped("each is told of their own"):
        return db.session.execute(counted.group_by(*groups).order_by(*groups)).all()


# ── dry run: as far as the reader sees the lines ──


def due_tally(day: date, offsets: Sequence[int], *, actor: Actor) -> Mapping[tuple[int, int | None, int | None], int]:
    """Return how many lines would be told of, by (stage, owner, department)."""
    if not offsets:
        return {}
    found = _seen(day, offsets, actor).subquery()
    groups = (found.c.stage, found.c.owner_id, found.c.department_id)
    with unscoped("narrowed to what the actor sees"):
        rows = db.session.execute(select(*groups, func.count()).group_by(*groups).order_by(*groups)).all()
    return {(stage, owner, house): count for stage, owner, house, count in rows}


def due_rows(day: date, offsets: Sequence[int], *, actor: Actor, limit: int) -> Sequence[tuple[Line, Due]]:
    """Return the first lines that would be told of, the most overdue first, with why."""
    if not offsets:
        return []
    mine = _seen(day, offsets, actor)
    mine = mine.order_by(mine.selected_columns.end_on, mine.selected_columns.line_id).limit(limit)
    with unscoped("narrowed to what the actor sees"):
        found = [Due(*row) for row in db.session.execute(mine)]
    named = select(Line).options(selectinload(Line.customer), selectinload(Line.product))
    lines = {one.id: one for one in db.session.scalars(named.where(Line.id.in_([one.line_id for one in found])))}
    return [(lines[one.line_id], one) for one in found if one.line_id in lines]


def _seen(day: date, offsets: Sequence[int], actor: Actor) -> Select[Any]:
    found = due(day, offsets)
    mine = select(LINES.c.id).where(condition(Line, actor))
    return found.where(found.selected_columns.line_id.in_(mine))
