"""The door to the recycle bin: a domain says how its records come back and how they go for good.

Any domain may forbid a permanent delete of any kind of record, with the reason in words.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from app.base import choices
from app.base.actor import Actor
from app.base.sentences import joined

REASONS = "delete_reason"  # the dictionary
LONGEST_WORDS = 300  # of an explanation


class Why(NamedTuple):
    """Why a record is deleted: a value of the dictionary, and words of one's own."""

    reason: str | None = None
    words: str = ""

    def __str__(self) -> str:
        item = choices.values(REASONS).by_code.get(self.reason or "")
        return " · ".join(part for part in (item.label if item else "", self.words) if part)


#: Where nobody was asked: a command, an undo.
UNSAID = Why()
#: A program may leave the reason out.
BY_PROGRAM = Why("interface")
#: What hung on a record alone that is gone for good.
WITH_ITS_PARENT = Why("with_parent")


@dataclass(frozen=True)
class Hindrance:
    """Why a record cannot come back as it was. ``ways``: codes of ``Kind.ways`` that get round it."""

    sentence: object
    ways: tuple[str, ...] = ()
    other: int | None = None  # the record of the same kind that stands in the way


@dataclass(frozen=True)
class Kind:
    """A kind of record that is deleted logically: its model has ``deleted_at``. ``code`` as in base.choices.references.

    All functions work on many records, as part of the caller's transaction, and leave the bin itself alone.
    ``restore``: (ids, ways, actor); ``remove``: out of the lists again, when a restoring is taken back; ``purge``:
    the rows with all that hangs on them, files, shares, index and history. ``screen``: whoever may open its list
    sees its records in the bin, whoever may delete there may restore.
    """

    code: str
    label: object
    icon: str
    model: type[Any]
    screen: str
    restore: Callable[[Sequence[int], Collection[str], Actor], None]
    remove: Callable[[Sequence[int], Actor], None]
    purge: Callable[[Sequence[int], Actor], None]
    hinder: Callable[[Sequence[int], Collection[str]], Mapping[int, Hindrance]] = lambda _ids, _ways: {}
    ways: Mapping[str, object] = field(default_factory=dict)  # code → the button
    #: What names a record, of its table: a column, or an expression on it.
    named: Callable[[Any], Any] = lambda table: table.c.name


#: Says which of some records must not go for good, and why: id → the sentence.
Forbids = Callable[[Sequence[int]], Mapping[int, object]]

kinds: dict[str, Kind] = {}
_forbids: dict[tuple[str, str], Forbids] = {}


def register(kind: Kind) -> None:
    """Let records of a kind stand in the recycle bin. A second application in the process says it again."""
    kinds[kind.code] = kind


def forbid(kind: str, reason: str, says: Forbids) -> None:
    """Let a domain forbid that records of a kind go for good: ``forbid("customer", "fees", …)``."""
    _forbids[kind, reason] = says


def forbidden(kind: str, ids: Sequence[int]) -> dict[int, object]:
    """Return which of these records must not go for good, each with every sentence that says so."""
    found: dict[int, list[object]] = {}
    for (code, _reason), says in sorted(_forbids.items()):
        if code == kind:
            for key, sentence in says(ids).items():
                found.setdefault(key, []).append(sentence)
    return {key: joined(*sentences, by=" ") for key, sentences in found.items()}
