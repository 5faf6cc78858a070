"""What checkers of all domains do with the cells of a row."""

from collections.abc import Sequence
from typing import Any

from app.base.errors import Invalid
from app.base.i18n import _
from app.base.tabular.reading import CellError
from app.system.imports.services.targets import Line
from app.system.security import queries as security

EMPTY = _("Please fill this in.")


def word(raw: Any) -> str:
    """Return a cell as one line of text; nothing for a formula that failed."""
    if isinstance(raw, CellError):
        return ""
    return " ".join(str(int(raw) if isinstance(raw, float) and raw.is_integer() else raw or "").split())


def readable(raw: Any) -> Any:
    """Return a cell. Raises Invalid for a formula that failed."""
    if isinstance(raw, CellError):
        raise Invalid(_("The formula in this cell failed: write the value instead."))
    return raw


def name_people(lines: Sequence[Line], field: str) -> None:
    """Fill in whom the cells of a field name, where they name anybody; refuse those that name not just one."""
    people = security.employees_by_words(text for line in lines if (text := word(line.cells.get(field))))
    for line in lines:
        text = word(line.cells.get(field))
        if text in people:
            line.values[field] = people[text]
        elif text:
            sentence = _("“%(word)s” is not exactly one active person: write the name or number in full.", word=text)
            line.refuse(field, sentence)
