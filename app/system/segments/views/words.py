"""Conditions in words, as far as the reader may see what they name."""

from dataclasses import dataclass

from app.base import filters, segments
from app.base.fields import LongText, Value
from app.base.i18n import _
from app.base.screens import filterbar
from app.base.screens.view import current_actor


@dataclass(frozen=True)
class Conditions(LongText):
    """The conditions of one list, told in words to somebody who may not have set them."""

    subject: str = ""
    owner_id: int = 0

    def text(self, value: Value) -> str:
        return "\n".join(said_of(value, subject=self.subject, owner_id=self.owner_id)) if value else ""


def said_of(text: str, *, subject: str, owner_id: int) -> list[str]:
    """Return conditions as sentences; those that cannot be meant any more say so, to their owner alone."""
    reader = None if owner_id == current_actor().id else current_actor()
    known = segments.subjects.get(subject)
    if known is None:
        return [str(_("This list does not exist any more."))]
    found = filterbar.told(filters.parse(segments.sound(text, known.fields), known.fields), reader)
    problems = [problem for _node, problem in segments.sifted(text, known.fields) if problem]
    lost = [str(problem) for problem in problems] if reader is None else [str(_("A condition that has to be mended."))]
    return found + (lost if problems else [])
