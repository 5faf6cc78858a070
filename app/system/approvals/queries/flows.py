"""Flows as they are walked through, and what their conditions may ask."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.base.errors import Invalid
from app.base.fields import Field, fields_of
from app.extensions import db
from app.system.approvals.models import Edition, Flow, FlowStep, Subject, subject_of, subjects
from app.system.approvals.rules.flows import Step, Term


def known_subjects() -> Mapping[str, Subject]:
    """Return every kind of record that waits for approval, by code."""
    return subjects


def flow_of(code: str) -> Flow | None:
    """Return the flow of a kind of record."""
    return db.session.scalar(select(Flow).where(Flow.subject == code))


def edition_of(flow: Flow, number: int | None = None) -> Edition | None:
    """Return an edition of a flow with its steps; the one that new cases follow unless a number says otherwise."""
    wanted = select(Edition).where(Edition.flow_id == flow.id, Edition.number == (number or flow.number))
    return db.session.scalar(wanted.options(selectinload(Edition.steps).selectinload(FlowStep.conditions)))


def edition(key: int) -> Edition:
    """Return an edition by id, with its steps."""
    wanted = select(Edition).where(Edition.id == key)
    steps = selectinload(Edition.steps).selectinload(FlowStep.conditions)
    return db.session.scalars(wanted.options(steps)).one()


def asked_specs(code: str) -> Mapping[str, Field]:
    """Return the fields that conditions of a kind of record may ask."""
    return _asked_specs(subject_of(code).model, tuple(subject_of(code).asked))


@cache
def _asked_specs(model: type[Any], names: tuple[str, ...]) -> Mapping[str, Field]:
    known = fields_of(model)
    return {name: known[name] for name in names}


def steps_of(code: str, found: Edition) -> list[Step]:
    """Return the steps of an edition, the values of their conditions read."""
    specs = asked_specs(code)
    return [_step(row, specs) for row in found.steps]


def _step(row: FlowStep, specs: Mapping[str, Field]) -> Step:
    terms = tuple(
        Term(one.field, one.op, _read(specs[one.field], one.value)) for one in row.conditions if one.field in specs
    )
    return Step(
        place=row.place,
        kind=row.kind,
        mode=row.mode,
        name=row.name or "",
        person_id=row.person_id,
        role_id=row.role_id,
        level=row.level,
        hours=row.hours,
        above_limit=row.above_limit,
        is_other=row.is_other,
        terms=terms,
    )


def _read(spec: Field, text: str) -> Any:
    """Return the value of a condition. A word that the dictionary has lost meets nothing."""
    try:
        return spec.parse(text)
    except Invalid:
        return text
