"""Parts of pages that are drawn once for all who are told the same: the bars of the frame, what stands round a table.

A part is drawn of nothing but what it is told, the language, the day and the place the product is mounted at, and it is
kept by all of these: so it follows them without hearing of a change. What is another in every answer (nonce, token) and
what a page names as a hole is left open in what is kept, and filled in each time.
"""

import re
import secrets
from collections.abc import Hashable, Mapping
from datetime import date
from threading import Lock
from typing import Any

from flask import current_app, request
from jinja2 import Undefined
from markupsafe import Markup, escape

from app.base import clock
from app.base.i18n import Spoken, catalogue
from app.base.screens.shapes import marked

MOST_PARTS = 500
#: Stands for a hole in what is kept. It is another in each process and never sent, so nobody can type it.
MARK = f"hole-{secrets.token_hex(16)}-"
HOLE = re.compile(rf"{MARK}(\w+)-")
#: What every part leaves open: functions that templates call.
TOKENS = ("csp_nonce", "csrf_token")
#: What may be compared by value. Anything else may change inside, and what is told it is not kept.
PLAIN = frozenset({bool, int, float, date, Markup, Undefined})

Pieces = list[str]  # text, name of a hole, text, …, text


class Kept:
    """So many values by what they follow from; the oldest go."""

    def __init__(self, most: int) -> None:
        self.most, self.found, self.lock = most, dict[Hashable, Any](), Lock()

    def get(self, key: Hashable) -> Any:
        return self.found.get(key)

    def keep(self, key: Hashable, value: Any) -> None:
        with self.lock:
            while len(self.found) >= self.most:
                del self.found[next(iter(self.found))]
            self.found[key] = value


class Told:
    """What a part is told. ``key``: the same to be compared, made once for several parts; None if it cannot be."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.given = given
        try:
            self.key: Hashable = frozen(self.given)
        except TypeError:
            self.key = None


def without(given: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return what is told, but for one thing."""
    return {key: value for key, value in given.items() if key != name}


def frozen(value: Any) -> Hashable:
    """Return a value so that equal ones are drawn alike. Raises TypeError for what may change inside.

    The kind counts: text is escaped where Markup is not, and True is not written as 1.
    """
    kind = type(value)
    if kind is str or value is None:
        return value  # type: ignore[no-any-return]
    if kind is dict:
        return kind, tuple([(name, frozen(one)) for name, one in value.items()])
    if kind is list or kind is tuple:
        return kind, tuple([frozen(one) for one in value])
    if kind is Spoken:
        return kind, str(value)
    if kind not in PLAIN:
        raise TypeError(kind)
    return kind, value


def part(name: str, told: Told | Mapping[str, Any], **holes: object) -> Markup:
    """Return a template drawn of what it is told, ``holes`` left open in what is kept and filled in now."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - asked several times
    known: Kept = app.extensions.setdefault("kept_parts", Kept(MOST_PARTS))
    given = told if isinstance(told, Told) else Told(told)
    key = (name, given.key, *holes, catalogue(), clock.today(), request.script_root)
    environment = app.jinja_env
    filling = {token: environment.globals[token]() for token in TOKENS} | holes
    pieces = known.get(key) if given.key is not None else None
    if pieces is None:
        pieces = _drawn(environment, name, given, holes)
        if given.key is not None and not _tells(pieces, filling):
            known.keep(key, pieces)
    return _filled(pieces, filling)


def _drawn(environment: Any, name: str, told: Told, holes: Mapping[str, object]) -> Pieces:
    marks: dict[str, Any] = {hole: Markup(f"{MARK}{hole}-") for hole in (*TOKENS, *holes)}  # noqa: S704 - our own
    called = {token: lambda mark=marks[token]: mark for token in TOKENS}
    return HOLE.split(environment.get_template(name).render(**told.given, **marks | called))


def _tells(pieces: Pieces, filling: Mapping[str, object]) -> bool:
    """Tell whether a token of this answer slipped into the text: a part that calls for one past its holes."""
    return any(str(filling[token]) in text for token in TOKENS for text in pieces[::2])


def _filled(pieces: Pieces, filling: Mapping[str, object]) -> Markup:
    found = pieces.copy()
    found[1::2] = [escape(filling[hole]) for hole in pieces[1::2]]
    return marked("".join(found))
