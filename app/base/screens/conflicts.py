"""Two people edited one record: what each changed, field by field, so that the second can choose."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy_continuum import version_class

from app.base import wording
from app.base.fields import Choices, Field, value_of
from app.base.history import change_set_class, name_of
from app.base.screens import forms, markup
from app.extensions import db

if TYPE_CHECKING:
    from app.base.screens.view import DomainView


def build(view: "DomainView", record: Any, form: Any) -> dict[str, Any]:
    """Return what ``zhike/conflict.html`` draws. ``record`` is as saved by the other, ``form`` as typed here."""
    opened = version_at(record, revision=int(form.revision.data or 0))
    both, merged, kept = [], [], {}
    for name, mine in forms.values(form).items():
        spec, theirs = view.specs[name], value_of(record, view.specs[name])
        before = _before(opened, spec, theirs)
        line = {
            "label": spec.label,
            "before": _draw(spec, before),
            "theirs": _draw(spec, theirs),
            "mine": _draw(spec, mine),
        }
        if mine in (theirs, before):
            kept[name] = theirs
            if theirs != before:
                merged.append(line | {"side": "theirs"})
        elif theirs == before:
            kept[name] = mine
            merged.append(line | {"side": "mine"})
        else:
            both.append(line | {"name": name, "theirs_value": _typed(spec, theirs), "mine_value": _typed(spec, mine)})
    return _page(view, record, both=both, merged=merged, kept=kept)


def _page(
    view: "DomainView", record: Any, *, both: list[Any], merged: list[Any], kept: dict[str, Any]
) -> dict[str, Any]:
    who, when = last_saved(record)
    key = view.key(record)
    hidden = [("revision", str(record.revision))]
    for name, value in kept.items():
        spec = view.specs[name]
        hidden += [(name, code) for code in value] if isinstance(spec, Choices) else [(name, _typed(spec, value))]
    return {
        "title": view.conflict_title(),
        "crumbs": [*view.crumbs(), {"label": str(record), "url": view.url("show", pk=key)}],
        "who": who,
        "when": when,
        "both": both,
        "merged": merged,
        "hidden": hidden,
        "action_url": view.url("edit", pk=key),
        "discard_url": view.url("show", pk=key),
    }


def version_at(record: Any, *, revision: int) -> Any:
    """Return the version of a record with that revision, None if the history does not go back so far."""
    versions = version_class(type(record))
    key = versions.__mapper__.primary_key[0]
    found = select(versions).where(key == record.id, versions.revision == revision)
    return db.session.scalar(found.order_by(versions.transaction_id.desc()).limit(1))


def last_saved(record: Any) -> tuple[str, str]:
    """Return who saved the record last, and when (business zone)."""
    versions = version_class(type(record))
    newest = select(versions.transaction_id).where(versions.id == record.id).order_by(versions.transaction_id.desc())
    change = db.session.get(change_set_class(), db.session.scalar(newest.limit(1)))
    return (name_of(change), wording.time_of_day(change.issued_at)) if change else ("", "")


def _before(opened: Any, spec: Field, theirs: Any) -> Any:
    """Return the value when the form was opened; what hangs in child rows counts as unchanged by the other."""
    return theirs if opened is None or isinstance(spec, Choices) or not spec.column else getattr(opened, spec.column)


def _draw(spec: Field, value: Any) -> Any:
    return markup.draw_value(spec, value)


def _typed(spec: Field, value: Any) -> str:
    return ",".join(value or ()) if isinstance(spec, Choices) else spec.typed(value)
