"""Sentences that are kept: worded in every language when they are made, read in the language of whoever reads them.

For what the program writes down of its own accord: the title of a job, the note of a change, why a row was refused.
What was told then stays as it was told, whatever becomes of the catalogues. What persons typed has no languages.
A kept sentence is one text, each wording between two marks, so that any of them is found by its words.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import has_app_context
from sqlalchemy import ColumnElement, String, literal, type_coerce
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from app.base.i18n import LANGUAGES, Spoken, speaking
from app.base.wording import language

MARK = "\x1e"  # the record separator, which nobody types
LONGEST = 1000  # characters of a wording


class Lasting(Spoken):
    """A sentence with its wordings in all languages. ``str()`` is the reader's; ``stored`` is how it is kept."""

    def __init__(self, stored: str) -> None:
        super().__init__(_read, stored)
        self.stored = stored


Told = Lasting | str


def _read(stored: str) -> str:
    wordings = dict(zip(LANGUAGES, stored.split(MARK)[1:-1], strict=False))
    return wordings.get(language()) or wordings.get("en") or stored.replace(MARK, "")


def lasting(said: object, words: Mapping[str, object] | None = None, *, longest: int = LONGEST) -> Told:
    """Return a sentence (or refusal, or record) in all languages, ``words`` filled in; a typed text as it is."""
    if isinstance(said, Lasting):
        return said
    if isinstance(said, str) or not has_app_context():
        return _cut(str(said), words, longest)
    wordings = []
    for one in LANGUAGES:
        with speaking(one):
            wordings.append(_cut(str(said), words, longest))
    return wordings[0] if len({*wordings}) == 1 else Lasting(MARK.join(["", *wordings, ""]))


def _cut(text: str, words: Mapping[str, object] | None, longest: int) -> str:
    return (text % words if words else text).replace(MARK, "")[:longest]


def lasting_lines(draw: Callable[[], Sequence[str]]) -> list[Told]:
    """Return the lines that ``draw`` writes in the language of its moment, each in all languages."""
    return [lasting(Spoken(lambda place=place: draw()[place])) for place in range(len(draw()))]


def joined(*parts: object, by: str = " · ") -> Spoken:
    """Return what there is of several sentences as one."""
    return Spoken(lambda: by.join(filter(None, [str(part or "") for part in parts])))


def stored(said: object) -> str:
    """Return a sentence as one text, in all languages: for a column, or within JSON."""
    return as_kept(lasting(said))


def as_kept(told: Told) -> str:
    """Return what a column holds, sign by sign, of what was read from it."""
    return told.stored if isinstance(told, Lasting) else told


def restored(kept: Any) -> Any:
    """Return the sentence of a stored text, or all within a piece of JSON. What is none stays what it is."""
    if isinstance(kept, dict):
        return {name: restored(value) for name, value in kept.items()}
    if isinstance(kept, list):
        return [restored(value) for value in kept]
    return Lasting(kept) if isinstance(kept, str) and kept.startswith(MARK) else kept


class Sentence(TypeDecorator[Any]):
    """A column of sentences, or of typed texts."""

    impl = String  # of no length: a wording more must not need another column
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 - the protocol
        return None if value is None else stored(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Told | None:  # noqa: ARG002 - the protocol
        return restored(value)  # type: ignore[no-any-return]


#: What stands around a piece of text that a wording is, begins or ends with.
AROUND: Mapping[str, tuple[str, str]] = {
    "is": (MARK, MARK),
    "in": (MARK, MARK),
    "starts": (MARK, ""),
    "ends": ("", MARK),
}


def marked(column: ColumnElement[Any]) -> ColumnElement[str]:
    """Return the text of a column with a mark at both ends, be it a sentence or typed."""
    return literal(MARK) + type_coerce(column, String) + literal(MARK)
