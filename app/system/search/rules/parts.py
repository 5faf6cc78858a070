"""The sorts of text a record is found by, and the form in which each is compared with what was typed."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import IntEnum

from app.base.actor import Actor
from app.base.chinese import initials, search_form
from app.base.fields import Field, is_hidden
from app.base.normal.phones import national_digits


class Rank(IntEnum):
    """How well a record answers, the best first."""

    EXACT = 0
    BEGINS = 1
    CONTAINS = 2
    PEOPLE = 3
    ELSEWHERE = 4
    INITIALS_BEGIN = 5
    INITIALS = 6
    SCATTERED = 7  # each of several words stands somewhere


@dataclass(frozen=True)
class Manner:
    """How one sort of text is cut and compared."""

    form: Callable[[str], str]  # of a stored text
    typed: Callable[[str], str]  # of what was typed; empty: these texts are not asked
    gram: int = 2  # characters of a token
    shortest: int = (
        1  # characters below which these texts are not asked; at least gram + stride - 1 if strides are long
    )
    stride: int = (
        1  # a token begins at every so manieth character: fewer tokens, where nobody asks for a few characters
    )


#: Suffixes of host names, and hosts of free mail: everybody has them, so nobody is found by them.
SUFFIXES = frozenset("com cn net org gov edu io cc co top vip shop hk tw example".split())
FREE_MAIL = frozenset("qq 163 126 139 189 gmail outlook hotmail sina foxmail yeah aliyun icloud".split())


def address_form(text: str) -> str:
    """Return what somebody is known by in a mail or web address: lin@zhike for lin@zhike.com.cn."""
    form = search_form(text).split("://")[-1].removeprefix("www.").split("/")[0]
    name, at, host = form.rpartition("@")
    labels = host.split(".")
    while labels and labels[-1] in SUFFIXES:
        labels.pop()
    if labels and labels[-1] in FREE_MAIL:
        labels.pop()
    return f"{name}{at}{'.'.join(labels)}" if labels else name


def digits_form(text: str) -> str:
    """Return what was typed as digits if it is nothing but a number or a part of one; else nothing."""
    form = search_form(text).removeprefix("+86")
    return "".join(filter(str.isdigit, form)) if NUMBER.fullmatch(form) else ""


NUMBER = re.compile(r"[+]?[0-9()./*-]+", re.ASCII)


def initials_form(text: str) -> str:
    """Return what was typed if it can be initials."""
    form = search_form(text)
    return form if form.isascii() and form.isalnum() else ""


NEVER = 1000  # characters: more than anybody types
WORDS = Manner(search_form, search_form)
INITIALS = Manner(initials, initials_form, gram=3)
CODES = Manner(search_form, search_form, gram=4, shortest=6, stride=3)
ADDRESSES = Manner(address_form, address_form, gram=3, shortest=3)
DIGITS = Manner(national_digits, digits_form, gram=3, shortest=4, stride=2)


@dataclass(frozen=True)
class Part:
    """One sort of text of a kind of record.

    ``mark`` is the letter its tokens carry; ``of`` the part whose texts it reads, if not its own. ``fields`` are
    those the texts come from: whoever sees one of them only masked finds by a whole text, or not at all.
    """

    mark: str
    label: object
    manner: Manner
    contains: Rank
    begins: Rank | None = None
    exact: bool = False
    of: str = ""
    fields: tuple[Field, ...] = ()

    @property
    def source(self) -> str:
        return self.of or self.mark

    @property
    def best(self) -> Rank:
        """The best rank with which it can answer."""
        return Rank.EXACT if self.exact else self.contains if self.begins is None else self.begins

    def is_hidden(self, actor: Actor) -> bool:
        """Tell whether the actor sees what this part reads only masked."""
        return any(is_hidden(spec, actor) for spec in self.fields)

    def for_reader(self, actor: Actor) -> "Part | None":
        """Return the part as the actor may ask it: a masked one whole if it knows whole texts, else not at all."""
        if not self.is_hidden(actor):
            return self
        return replace(self, begins=None, manner=replace(self.manner, shortest=NEVER)) if self.exact else None

    def rank(self, text: str, wanted: str, *, whole: str) -> Rank | None:
        """Return how well a stored text answers; None if it does not. ``wanted``, ``whole``: typed, in two forms."""
        if self.exact and search_form(text) == whole:
            return Rank.EXACT
        form = self.manner.form(text) if self.is_asked(wanted) else ""
        if self.begins is not None and form and form.startswith(wanted):
            return self.begins
        return self.contains if form and wanted in form else None

    def is_asked(self, wanted: str) -> bool:
        """Tell whether so few characters may be asked of these texts."""
        return len(wanted) >= self.manner.shortest
