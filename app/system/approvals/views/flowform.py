"""The rows of a flow's form: read from a version, read from what was typed, moved, and drawn again."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.base import choices
from app.system.approvals import queries
from app.system.approvals.queries import Edition
from app.system.approvals.rules.flows import (
    ANY,
    KINDS,
    MODES,
    MOST_CONDITIONS,
    MOST_STEPS,
    OPERATORS,
    PERSON,
    ROLE,
    SUPERIOR,
)

Row = dict[str, Any]
BLANK: Mapping[str, Any] = {
    "name": "",
    "kind": ROLE,
    "person_id": None,
    "role_id": None,
    "level": 1,
    "mode": ANY,
    "hours": None,
    "above_limit": False,
    "is_other": False,
}
NO_CONDITION: Mapping[str, str] = {"field": "", "op": "is", "value": ""}
LONGEST_KEY = 9  # digits


def key(text: str) -> int | None:
    """Return a whole number that was sent, None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_KEY else None


def of_edition(found: Edition) -> list[Row]:
    """Return the rows of a version."""
    return [
        {name: getattr(one, name) for name in BLANK}
        | {"conditions": [{"field": c.field, "op": c.op, "value": c.value} for c in one.conditions]}
        for one in found.steps
    ]


def typed(form: Any) -> list[Row]:
    """Return the rows as they were typed, the wrong ones too."""
    places = [place for place in form.getlist("step") if key(place) is not None]
    return [_row(form, f"step-{place}") for place in places[: MOST_STEPS + 1]]


def _row(form: Any, at: str) -> Row:
    hours, level = form.get(f"{at}-hours", "").strip(), form.get(f"{at}-level", "").strip()
    return {
        "name": form.get(f"{at}-name", "").strip()[:40],
        "kind": form.get(f"{at}-kind", ""),
        "person_id": key(form.get(f"{at}-person", "")),
        "role_id": key(form.get(f"{at}-role", "")),
        "level": key(level) if level else 1,
        "mode": form.get(f"{at}-mode", ""),
        "hours": (key(hours) or 0) if hours else None,
        "above_limit": bool(form.get(f"{at}-above")),
        "is_other": bool(form.get(f"{at}-other")),
        "conditions": [
            _condition(form, f"{at}-if-{place}") for place in range(MOST_CONDITIONS) if f"{at}-if-{place}-op" in form
        ],
    }


def _condition(form: Any, at: str) -> dict[str, str]:
    return {name: form.get(f"{at}-{name}", "").strip()[:200] for name in NO_CONDITION}


def moved(rows: list[Row], wish: str) -> list[Row]:
    """Return the rows after one of the buttons that only draw the form anew."""
    verb, _colon, place = wish.partition(":")
    here = key(place)
    if verb == "add":
        return [*rows, {**BLANK, "conditions": []}]
    if here is None or here >= len(rows):
        return rows
    if verb == "remove":
        return [one for number, one in enumerate(rows) if number != here]
    if verb == "condition":
        rows[here]["conditions"] = [*rows[here]["conditions"], {**NO_CONDITION}][:MOST_CONDITIONS]
        return rows
    other = here + (-1 if verb == "up" else 1)
    if 0 <= other < len(rows):
        rows[here], rows[other] = rows[other], rows[here]
    return rows


def meant(rows: Sequence[Row]) -> list[Row]:
    """Return the rows without what does not belong to the kind of each, and without conditions that say nothing."""
    return [
        one
        | {
            "person_id": one["person_id"] if one["kind"] == PERSON else None,
            "role_id": one["role_id"] if one["kind"] == ROLE else None,
            "level": (one["level"] or 0) if one["kind"] == SUPERIOR else 1,
            "conditions": [c for c in one["conditions"] if c["field"] or c["value"]],
        }
        for one in rows
    ]


def drawn(one: Row, names: Mapping[int, str]) -> Row:
    """Return a row as the template draws it."""
    person = one["person_id"]
    named = {"person": (person, names.get(person, f"#{person}")) if person else None, "role": one["role_id"] or ""}
    return one | named


def offered(code: str) -> dict[str, Any]:
    """Return what may be chosen in the rows."""
    labels = {item.code: item.label for item in choices.values("role").items}
    return {
        "kinds": [(name, str(label)) for name, label in KINDS.items()],
        "modes": [(name, str(label)) for name, label in MODES.items()],
        "roles": [(one.id, labels.get(one.name, one.name)) for one in queries.roles()],
        "fields": [(name, str(spec.label)) for name, spec in queries.asked_specs(code).items()],
        "ops": [(name, str(label)) for name, (label, _how) in OPERATORS.items()],
    }
