"""Flows: the first ones, and every further edition of them. Editions never change: running cases keep theirs."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from app.base import clock
from app.base.actor import SYSTEM, Actor
from app.base.errors import Invalid
from app.base.i18n import _
from app.base.transaction import check_revision, lock, transaction
from app.extensions import db
from app.system.approvals import queries
from app.system.approvals.models import Condition, Edition, Flow, FlowStep, subject_of, subjects
from app.system.approvals.rules.flows import ANY, OPERATORS, ORDERED, PERSON, ROLE, check_steps
from app.system.security.queries import Role

STEP = ("name", "kind", "person_id", "role_id", "level", "mode", "hours", "above_limit", "is_other")
USUAL: Mapping[str, Any] = {"level": 1, "mode": ANY, "above_limit": False, "is_other": False}
#: Where a domain brings no flow of its own.
PLAIN: Sequence[Mapping[str, Any]] = ({"kind": ROLE, "role": "admin"},)


@transaction
def seed() -> int:
    """Make the first flow of every kind of record that has none. Returns how many were made."""
    there = set(db.session.scalars(select(Flow.subject)))
    fresh = [code for code in subjects if code not in there]
    for code in fresh:
        _first(code)
    return len(fresh)


def edition_now(code: str) -> Edition:
    """Return the edition that new cases of a kind of record follow; its first one is made where there is none."""
    flow = queries.flow_of(code) or _first(code)
    found = queries.edition_of(flow)
    assert found is not None, f"the flow of {code} has no edition"  # noqa: S101 - save_flow makes both
    return found


def _first(code: str) -> Flow:
    flow = Flow(subject=code, number=0)
    db.session.add(flow)
    db.session.flush()
    steps = [_with_role(one) for one in subject_of(code).default_steps or PLAIN]
    _make_edition(flow, steps, fallback_id=None, actor=SYSTEM)
    return flow


def _with_role(step: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a step with the role's id in place of its code."""
    if "role" not in step:
        return step
    named = db.session.scalars(select(Role.id).where(Role.name == step["role"])).one()
    return {name: value for name, value in step.items() if name != "role"} | {"role_id": named}


@transaction
def save_flow(
    flow: Flow,
    steps: Sequence[Mapping[str, Any]],
    *,
    fallback_id: int | None,
    actor: Actor,
    revision: int | None = None,
) -> Edition:
    """Make a new edition of a flow: cases from now on follow it. Raises Conflict if it was saved since, Invalid.

    ``steps``: in order; each with kind, mode, person_id or role_id, level, hours, above_limit, is_other, and
    ``conditions``: field, op and value as typed.
    """
    lock(flow)
    check_revision(flow, revision=revision)
    full = [{**USUAL} | {name: value for name, value in step.items() if value is not None} for step in steps]
    check_steps(full)
    _check_people(full, fallback_id)
    _check_conditions(flow.subject, full)
    return _make_edition(flow, full, fallback_id=fallback_id, actor=actor)


def _check_people(steps: Sequence[Mapping[str, Any]], fallback_id: int | None) -> None:
    """Raise Invalid for a person who has left, or a role that there is not."""
    house, known = queries.House(), {role.id for role in queries.roles()}
    for place, step in enumerate(steps, start=1):
        if step["kind"] == ROLE and step["role_id"] not in known:
            raise Invalid(_("Step %(place)s: %(problem)s"), place=place, problem=_("Choose the role."))
        if step["kind"] == PERSON and not house.is_active(step["person_id"]):
            raise Invalid(_("Step %(place)s: %(problem)s"), place=place, problem=LEFT)
    if fallback_id is not None and not house.is_active(fallback_id):
        raise Invalid(LEFT)


LEFT = _("This person does not work here any more. Choose somebody else.")


def _check_conditions(code: str, steps: Sequence[Mapping[str, Any]]) -> None:
    specs = queries.asked_specs(code)
    for place, step in enumerate(steps, start=1):
        for one in step.get("conditions", ()):
            spec = specs.get(one["field"])
            if spec is None or one["op"] not in OPERATORS:
                raise Invalid(_("Step %(place)s: choose a field and how it is compared."), place=place)
            if one["op"] not in ("is", "is_not") and spec.kind not in ORDERED:
                raise Invalid(
                    _("Step %(place)s: “%(field)s” can only be compared by “is” and “is not”."),
                    place=place,
                    field=spec.label,
                )
            _check_value(spec, one["value"], place)


def _check_value(spec: Any, text: str, place: int) -> None:
    try:
        value = spec.parse(text)
    except Invalid as refusal:
        raise Invalid(_("Step %(place)s: %(problem)s"), place=place, problem=refusal) from refusal
    if value is None:
        raise Invalid(_("Step %(place)s: say what “%(field)s” is compared with."), place=place, field=spec.label)


def _make_edition(flow: Flow, steps: Sequence[Mapping[str, Any]], *, fallback_id: int | None, actor: Actor) -> Edition:
    flow.number, flow.changed_at, flow.changed_by_id = flow.number + 1, clock.now(), actor.id
    made = Edition(flow_id=flow.id, number=flow.number, fallback_id=fallback_id, made_by_id=actor.id)
    made.steps = [_row(place, {**USUAL, **step}) for place, step in enumerate(steps, start=1)]
    db.session.add(made)
    db.session.flush()
    return made


def _row(place: int, step: Mapping[str, Any]) -> FlowStep:
    row = FlowStep(place=place, **{name: step.get(name) for name in STEP})
    row.conditions = [
        Condition(field=one["field"], op=one["op"], value=str(one["value"])[:200]) for one in step.get("conditions", ())
    ]
    return row


__all__ = ["edition_now", "save_flow", "seed"]
