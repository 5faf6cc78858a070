"""Which columns of a list a person sees: those the screen names, or those they have chosen, in their order."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from app.base import preferences
from app.base.fields import Choices, Field, Phones, fields_of

if TYPE_CHECKING:
    from app.base.screens.view import DomainView

_savers: list[Callable[["DomainView"], str]] = []


def save_at(url: Callable[["DomainView"], str]) -> None:
    """Name the address at which the columns of a list are kept."""
    _savers[:] = [url]


def has_choice(view: Any) -> bool:
    """Tell whether the columns of a screen's list can be chosen."""
    return bool(getattr(view, "has_columns", False) and view.list_fields and "can_list" in view.base_permissions)


def kept_as(view: "DomainView") -> str:
    """Return the name of the preference that holds the columns of a list."""
    return f"columns:{type(view).__name__}"


def choosable(view: Any) -> Sequence[str]:
    """Return what may be a column, the screen's own first. What would cost a question per row is not among it."""
    more = view.column_choices or [name for name, spec in fields_of(view.model).items() if is_loaded(spec)]
    return tuple(dict.fromkeys([*view.list_fields, *more]))


def is_loaded(spec: Field) -> bool:
    """Tell whether a list loads a field together with its rows."""
    return bool(spec.column or spec.needs) or isinstance(spec, Choices | Phones)


def is_written(spec: Field) -> bool:
    """Tell whether an export can write a field: it reads columns and what hangs on the rows, no properties."""
    return bool(spec.column) or isinstance(spec, Choices | Phones)


def known(view: Any, names: Iterable[str]) -> list[str]:
    """Return those of the names that may be columns; the first column always stays the first."""
    first, allowed = view.list_fields[0], set(choosable(view))
    return list(dict.fromkeys([first, *[name for name in names if name in allowed]]))


def shown(view: Any) -> Sequence[str]:
    """Return the names of the columns that this person sees."""
    chosen = preferences.get(view.actor(), kept_as(view)) if has_choice(view) else None
    return view.list_fields if chosen is None else known(view, chosen)


def url(view: Any) -> str | None:
    """Return where the columns of a list are chosen; None where they cannot be."""
    return _savers[0](view) if has_choice(view) and _savers else None


def panel(view: Any) -> dict[str, Any]:
    """Return what ``zhike/columns.html`` draws: the columns shown, in their order, then all others."""
    now, first = shown(view), view.list_fields[0]
    names = dict.fromkeys([*now, *choosable(view)])
    rows = [
        {"name": name, "label": view.specs[name].label, "shown": name in now, "fixed": name == first} for name in names
    ]
    return {"rows": rows, "url": url(view), "is_own": list(now) != list(view.list_fields)}


def asked(cls: Any, names: str) -> Sequence[Field]:
    """Return the fields of an export that names its columns, as far as they may be columns and can be written."""
    allowed, fields = set(choosable(cls)), cls.specs_of()
    found = [fields[name] for name in dict.fromkeys(names.split(",")) if name in allowed and name in fields]
    return [spec for spec in found if is_written(spec)]
