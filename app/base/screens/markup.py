"""One value of a row, as it is drawn in a list, on a record and in a diff."""

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from flask import g, url_for
from markupsafe import Markup, escape

from app.base import clock, wording
from app.base.actor import Actor
from app.base.fields import (
    Boolean,
    Choice,
    Choices,
    Date,
    Field,
    Hidden,
    Link,
    LongText,
    Moment,
    Money,
    Percent,
    Phone,
    Phones,
    Value,
    is_hidden,
    seen,
    text_of,
    value_of,
    worded_for,
)
from app.base.screens.shapes import Shape, joined

NOTHING = Markup('<span class="zk-muted">—</span>')
COLORS = ("teal", "purple", "amber", "pink", "green", "blue", "orange", "indigo", "sky", "lime")
LONGEST_CELL = 60


@lru_cache(maxsize=4000)  # a page of a list shows the same few words and people two hundred times
def chip(label: str, color: str) -> Markup:
    """Return a word in the colour of its dictionary item."""
    return Markup('<span class="zk-chip" data-color="{}">{}</span>').format(color, label)


@lru_cache(maxsize=4000)
def person(name: str) -> Markup:
    """Return a person with the first character of the name as picture."""
    face = Markup('<span class="zk-av" data-color="{}" aria-hidden="true">{}</span>').format(color_of(name), name[:1])
    return Markup('<span class="zk-person">{}{}</span>').format(face, name)


@lru_cache(maxsize=1000)
def level(text: str, color: str = "gray", title: str | None = None) -> Markup:
    """Return the small letter before a name."""
    told = Markup(' title="{}"').format(title) if title else ""
    return Markup('<span class="zk-level" data-color="{}"{}>{}</span>').format(color or "gray", told, text)


NOBODY = Shape('<span class="zk-person is-none"><span class="zk-av" aria-hidden="true">{}</span>{}</span>')


def nobody(words: str) -> Markup:
    """Return the place of a person whom there is not."""
    return NOBODY(icon("user"), words)


def color_of(name: str) -> str:
    """Return a colour token that stays the same for a name."""
    return COLORS[sum(map(ord, name)) % len(COLORS)]


def icon(name: str, label: str | None = None, **given: str) -> Markup:
    """Return one icon of the sprite. ``label``: what it says to those who do not see it; ``class``: further classes."""
    return _icon(_sprite(), name, None if label is None else str(label), given.get("class", ""))


def _sprite() -> str:
    """Return the address of the icons, asked once per request: a list shows a hundred and fifty of them."""
    try:
        found: str = g.sprite
    except AttributeError:
        found = g.sprite = url_for("static", filename="vendor/icons.svg")
    return found


@lru_cache(maxsize=1000)
def _icon(sprite: str, name: str, label: str | None, more: str) -> Markup:
    said = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    classes = f"ti {more}".strip()
    return Markup('<svg class="{}" {}><use href="{}#ti-{}"/></svg>').format(classes, said, sprite, name)


Draw = Callable[[Any], Markup]


def column(spec: Field, *, actor: Actor | None) -> Draw:
    """Return what draws a field of one row after another: ``draw``, with all that is the same for the rows asked once.

    Of a field that no record hides from this person a value seen before is not drawn again. Good for one page: what
    it keeps is in one language, of one day and of the dictionary as it is.
    """
    if is_hidden(spec, actor) or not isinstance(spec, Choice | Link | Date | Moment):
        return lambda record: draw(spec, record, actor=actor)
    if isinstance(spec, Link):
        return _links(spec) if spec.relation else lambda record: draw(spec, record, actor=actor)
    known: dict[Value, Markup] = {}
    beside = getattr(spec, "beside", "")

    def drawn(record: Any) -> Markup:
        value = value_of(record, spec)
        key = (value, getattr(record, beside)) if beside else value
        if key not in known:
            known[key] = draw_value(worded_for(spec, record), value, near=True)
        return known[key]

    return drawn


def _links(spec: Link) -> Draw:
    nothing = _link(spec, str(spec.nobody), is_set=False)

    def drawn(record: Any) -> Markup:
        other = getattr(record, spec.relation)
        if value_of(record, spec) is None:
            return nothing if other is None else _link(spec, str(other), is_set=False)
        return _link(spec, str(other) if other is not None else str(spec.nobody), is_set=True)

    return drawn


def draw(spec: Field, record: Any, *, actor: Actor | None, short: bool = True) -> Markup:
    """Return a field of a record as HTML. ``short``: one line, as in a list."""
    if isinstance(spec, Link):
        return _link(spec, text_of(record, spec, actor=actor), is_set=value_of(record, spec) is not None)
    shown = seen(spec, value_of(record, spec), actor=actor, record=record)
    return (
        masked(shown, place_of(record, spec.name))
        if isinstance(shown, Hidden)
        else draw_value(worded_for(spec, record), shown, short=short, near=short)
    )


TIME = Shape('<time datetime="{}" title="{}">{}</time>')
EXACT = Shape('<time datetime="{}">{}</time>')


def moment(value: datetime | None, *, near: bool = True) -> Markup:
    """Return a moment as HTML. ``near``: how near it is (Today 09:12), when exactly as a tip; else when exactly."""
    if value is None:
        return NOTHING
    return _moment(value, near, clock.today(), wording.language())


@lru_cache(maxsize=4000)
def _moment(value: datetime, near: bool, _today: date, _language: str) -> Markup:  # noqa: FBT001 - keys of the cache
    return _time(wording.machine(value), wording.instant(value), wording.ago(value) if near else "")


def day(value: date | None, *, near: bool = True) -> Markup:
    """Return a day as HTML, as ``moment``."""
    if value is None:
        return NOTHING
    exact = wording.day(value)
    return _time(exact, exact, wording.near(value) if near else "")


@lru_cache(maxsize=4000)
def _time(machine: str, exact: str, words: str) -> Markup:
    return TIME(machine, exact, words) if words else EXACT(machine, exact)


def place_of(record: Any, name: str) -> str:
    """Return by what a page knows the masks of a field of a record: what is revealed takes their place."""
    return f"{record.__tablename__}-{record.id}-{name}"


MASK = Shape('<span class="zk-phone is-masked">{}</span>')
PLACED_MASK, PART = Shape('<span class="zk-phone is-masked" data-masked="{}"{}>{}</span>'), Shape(' data-part="{}"')


def masked(mask: str, place: str = "", number: int | None = None) -> Markup:
    """Return a mask. ``place``: see ``place_of``; ``number``: which of several values it stands for."""
    if not mask:
        return NOTHING
    if not place:
        return MASK(mask)
    return PLACED_MASK(place, PART(number) if number is not None else "", mask)


def draw_value(spec: Field, value: Value, *, short: bool = True, near: bool = False) -> Markup:
    """Return a value of a field as HTML; a mask stays a mask. ``near``: say how near a day is, not when it is."""
    if value is None or value in ("", ()):
        words = getattr(spec, "nothing", "")
        return Markup('<span class="zk-chip is-line">{}</span>').format(words) if words else NOTHING
    if isinstance(value, Hidden):
        return masked(value)
    if isinstance(spec, Date | Moment):
        return (day if isinstance(spec, Date) else moment)(value, near=near)
    shape = next((shape for kind, shape in SHAPES if isinstance(spec, kind)), _plain)
    if short and isinstance(spec, Phone):  # a list is read, calls are made from the record
        return NUMBER(spec.text(value))
    return shape(spec, value) if not (short and isinstance(spec, LongText)) else _cut(spec.text(value))


#: The kinds of references that are people: drawn with a picture.
people = {"employee"}


def _link(spec: Link, words: str, *, is_set: bool) -> Markup:
    if not is_set:
        return nobody(words) if words else NOTHING
    return person(words) if spec.to in people else escape(words)


def _plain(spec: Field, value: Value) -> Markup:
    return escape(spec.text(value))


def _cut(text: str) -> Markup:
    line = " ".join(text.split())
    return escape(line if len(line) <= LONGEST_CELL else line[:LONGEST_CELL] + "…")


def _choice(spec: Choice, code: str) -> Markup:
    item = spec.values.by_code.get(code)
    return chip(item.label, item.color) if item and not spec.tree else escape(item.label if item else code)


TAGS = Shape('<span class="zk-tagrow">{}</span>')


def _choices(spec: Choices, codes: tuple[str, ...]) -> Markup:
    return TAGS(joined(_choice(spec, code) for code in codes))


def _phones(_spec: Phones, numbers: tuple[str, ...]) -> Markup:
    return TAGS(joined(_phone(Phone(), number) for number in numbers))


CALL = Shape('<a class="zk-phone" href="tel:{}">{}</a>')
NUMBER = Shape('<span class="zk-phone">{}</span>')


def _phone(spec: Phone, value: str) -> Markup:
    return CALL(value.split(";", maxsplit=1)[0], spec.text(value))


def _lines(spec: LongText, value: str) -> Markup:
    return Markup('<span class="zk-lines">{}</span>').format(spec.text(value))


def _yes(spec: Boolean, value: bool) -> Markup:  # noqa: FBT001 - a value
    return escape(spec.text(value))


DEBIT = Shape('<span class="zk-danger">{}</span>')


def _money(spec: Money, value: Any) -> Markup:
    return DEBIT(spec.text(value)) if value < 0 else escape(spec.text(value))


BAR = Shape('<span class="zk-barcell"><progress max="100" value="{}" aria-hidden="true"></progress>{} %</span>')


def _percent(_spec: Percent, value: Any) -> Markup:
    return BAR(value, value)


SHAPES: tuple[tuple[type[Field], Callable[[Any, Any], Markup]], ...] = (
    (Choices, _choices),
    (Choice, _choice),
    (Phones, _phones),
    (Phone, _phone),
    (LongText, _lines),
    (Money, _money),
    (Percent, _percent),
    (Boolean, _yes),
)
