"""The tokens of a text: short pieces, each with the letter of its kind and part and what it stands for.

ASCII punctuation becomes full-width in a token, and control characters private ones, so that neither query language
sees a sign of its own and SQLite's tokenizer parts at blanks only.
"""

import string
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from app.system.search.rules.parts import Part

WHOLE, START, GRAM = "0", "1", "2"
LONGEST_WHOLE = 60
SIGNS = {sign: chr(ord(sign) + 0xFEE0) for sign in string.punctuation}
CONTROLS = {chr(code): chr(0xE000 + code) for code in (*range(0x20), 0x7F)}
SAFE = str.maketrans(SIGNS | CONTROLS)


class Term(NamedTuple):
    """One token, or every token that begins with it."""

    token: str
    is_prefix: bool = False


@dataclass(frozen=True)
class Every:
    """All of these."""

    terms: "tuple[Term | Every | Some, ...]"


@dataclass(frozen=True)
class Some:
    """At least one of these."""

    terms: "tuple[Term | Every | Some, ...]"


Expression = Term | Every | Some


def cut(kind: str, part: Part, text: str, whole: str) -> Iterator[str]:
    """Yield the tokens of one text of a record. ``kind``: its letter; ``text``, ``whole``: in the two forms."""
    head, size, shortest = kind + part.mark, part.manner.gram, part.manner.shortest
    for place in range(len(text) - shortest + 1):
        yield head + GRAM + text[place : place + size]
    if part.begins is not None and text:
        yield head + START + text[:size]
    if part.exact and whole:
        yield head + WHOLE + whole[:LONGEST_WHOLE]


def safe(token: str) -> str:
    """Return a token as it stands in the index."""
    return token.translate(SAFE)


def contains(kind: str, part: Part, wanted: str) -> Expression:
    """Return what the index must hold for a text to contain ``wanted``."""
    head, size = kind + part.mark + GRAM, part.manner.gram
    if len(wanted) < size:
        return Term(safe(head + wanted), is_prefix=True)
    grams = dict.fromkeys(wanted[place : place + size] for place in range(len(wanted) - size + 1))
    return Every(tuple(Term(safe(head + gram)) for gram in grams))


def begins(kind: str, part: Part, wanted: str) -> Expression:
    """Return what the index must hold for a text to begin with ``wanted``."""
    size = part.manner.gram
    start = Term(safe(kind + part.mark + START + wanted[:size]), is_prefix=len(wanted) < size)
    return Every((start, contains(kind, part, wanted))) if len(wanted) > size else start


def equals(kind: str, part: Part, whole: str) -> Expression:
    """Return what the index must hold for a text to be ``whole``."""
    return Term(safe(kind + part.mark + WHOLE + whole[:LONGEST_WHOLE]))
