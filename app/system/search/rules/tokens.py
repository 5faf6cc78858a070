"""The tokens of a text: short pieces, each with the letter of its kind and part and what it stands for.

ASCII punctuation becomes full-width in a token, and control characters private ones, so that neither query language
sees a sign of its own and SQLite's tokenizer parts at blanks only.
"""

import string
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from app.base.chinese import search_form
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


@lru_cache(maxsize=200)
def cutter(kind: str, part: Part) -> Callable[[str], list[str]]:
    """Return the function that cuts one text of a record into its tokens. ``kind``: its letter."""
    manner, head = part.manner, kind + part.mark
    form_of, size, stride, least = manner.form, manner.gram, manner.stride, min(manner.gram, manner.shortest) - 1
    gram, start, whole = head + GRAM, head + START if part.begins is not None else "", head + WHOLE

    def cut(text: str) -> list[str]:
        form = safe(form_of(text))
        found = [gram + form[place : place + size] for place in range(0, len(form) - least, stride)]
        if start and form:
            found.append(start + form[:size])
        if part.exact:
            same = form if form_of is search_form else safe(search_form(text))
            found.append(whole + same[:LONGEST_WHOLE])
        return found

    return cut


def safe(text: str) -> str:
    """Return a form, or a piece of one, as it stands in the index."""
    return text if text.isalnum() else text.translate(SAFE)


def contains(kind: str, part: Part, wanted: str) -> Expression:
    """Return what the index must hold for a text to contain ``wanted``."""
    head, size, stride = kind + part.mark + GRAM, part.manner.gram, part.manner.stride
    if len(wanted) < size:
        return Term(safe(head + wanted), is_prefix=True)
    aligned = [_every(head, size, wanted[shift:], stride) for shift in range(stride)]
    return aligned[0] if stride == 1 else Some(tuple(aligned))


def _every(head: str, size: int, wanted: str, stride: int) -> Every:
    grams = dict.fromkeys(wanted[place : place + size] for place in range(0, len(wanted) - size + 1, stride))
    return Every(tuple(Term(safe(head + gram)) for gram in grams))


def begins(kind: str, part: Part, wanted: str) -> Expression:
    """Return what the index must hold for a text to begin with ``wanted``."""
    size = part.manner.gram
    start = Term(safe(kind + part.mark + START + wanted[:size]), is_prefix=len(wanted) < size)
    return Every((start, contains(kind, part, wanted))) if len(wanted) > size else start


def equals(kind: str, part: Part, whole: str) -> Expression:
    """Return what the index must hold for a text to be ``whole``."""
    return Term(safe(kind + part.mark + WHOLE + whole[:LONGEST_WHOLE]))


def same(kind: str, part: Part, text: str) -> Expression | None:
    """Return what the index holds for texts whose form is that of ``text``; None for a text without a form.

    For a part with ``exact``, or whose manner makes one token of the whole. Long forms are cut: the caller proves.
    """
    if part.exact:
        return equals(kind, part, search_form(text))
    form = part.manner.form(text)
    return Term(kind + part.mark + GRAM + safe(form)[: part.manner.gram]) if form else None
