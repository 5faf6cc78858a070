"""What can be done to dictionaries. One verb, one transaction."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from app.base import history, logbook
from app.base.actor import Actor
from app.base.chinese import fold, initials, to_simplified, to_traditional
from app.base.errors import InvalidFields, NotAllowed
from app.base.i18n import _
from app.base.logbook import Kind
from app.base.sentences import lasting
from app.base.stamps import raise_stamp
from app.base.transaction import check_revision, transaction
from app.extensions import db
from app.system.dictionary import rules
from app.system.dictionary.models import Dictionary, DictionaryValue
from app.system.dictionary.queries import STAMP

LABELS = ("label_zh_hans", "label_zh_hant", "label_en", "parent_code", "color", "position", "is_default")
SEEDS = Path(__file__).parent / "seeds"


@transaction
def add_value(dictionary: Dictionary, values: Mapping[str, Any], *, actor: Actor) -> DictionaryValue:
    """Add a value. Raises NotAllowed for a locked dictionary, InvalidFields for a code that is taken or malformed."""
    rules.check_may_add(dictionary.policy)
    rules.check_code(values["code"])
    _check_parent(dictionary, values["code"], values)
    table = DictionaryValue.__table__
    taken = select(table.c.id).where(table.c.dictionary_code == dictionary.code, table.c.code == values["code"])
    if db.session.scalar(taken) is not None:
        raise InvalidFields({"code": _("This dictionary has a value with this code already.")})
    value = DictionaryValue(dictionary_code=dictionary.code, code=values["code"], is_active=True)
    db.session.add(value)
    _assign(value, values)
    db.session.flush()
    _note(value, {"code": logbook.change("", value.code)}, actor)
    return value


def _note(value: DictionaryValue, detail: Mapping[str, Any], actor: Actor) -> None:
    """Leave in the log what was changed in a dictionary."""
    named = {"dictionary": lasting(value.dictionary)}
    logbook.note(Kind.SETTINGS_CHANGED, **logbook.about(value), detail=named | dict(detail), actor=actor)


@transaction
def change_value(
    value: DictionaryValue,
    values: Mapping[str, Any],
    *,
    actor: Actor,
    revision: int | None,
) -> None:
    """Change labels, colour, order or default. Raises Conflict, or InvalidFields if the code would change."""
    check_revision(value, revision=revision)
    rules.check_keeps_code(value.code, values.get("code", value.code))
    _check_parent(value.dictionary, value.code, values)
    before = {name: getattr(value, name) for name in LABELS}
    _assign(value, values)
    now = {name: getattr(value, name) for name in LABELS}
    changed = {name: logbook.change(before[name], now[name]) for name in LABELS if now[name] != before[name]}
    if changed:
        _note(value, changed, actor)


def _check_parent(dictionary: Dictionary, code: str, values: Mapping[str, Any]) -> None:
    parent = values.get("parent_code")
    if parent:
        table = DictionaryValue.__table__.c
        found = select(table.code, table.parent_code).where(table.dictionary_code == dictionary.code)
        rules.check_parent(code, parent, {one: above for one, above in db.session.execute(found)})  # noqa: C416


def _assign(value: DictionaryValue, values: Mapping[str, Any]) -> None:
    for name in LABELS:
        if name in values:
            setattr(value, name, values[name])
    value.position, value.is_default = value.position or 0, bool(value.is_default)
    if value.is_default:
        rules.check_may_be_default(is_active=value.is_active)
        _only_default(value)
    raise_stamp(STAMP)


def _only_default(value: DictionaryValue) -> None:
    """Take the mark off whichever value had it: a dictionary has one default."""
    others = select(DictionaryValue).where(
        DictionaryValue.dictionary_code == value.dictionary_code,
        DictionaryValue.is_default,
        DictionaryValue.code != value.code,
    )
    for other in db.session.scalars(others):
        other.is_default = False


@transaction
def retire_value(value: DictionaryValue, *, actor: Actor) -> None:
    """Offer a value no more; records that have it keep it. Raises NotAllowed in a locked dictionary."""
    rules.check_may_retire(value.dictionary.policy)
    value.is_active = value.is_default = False
    raise_stamp(STAMP)
    _note(value, {"is_active": logbook.change(True, False)}, actor)  # noqa: FBT003 - old and new value


@transaction
def revive_value(value: DictionaryValue, *, actor: Actor) -> None:
    """Offer a retired value again."""
    value.is_active = True
    raise_stamp(STAMP)
    _note(value, {"is_active": logbook.change(False, True)}, actor)  # noqa: FBT003 - old and new value


def _lines(name: str) -> Iterator[dict[str, str]]:
    with (SEEDS / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t")


@transaction
def seed() -> int:
    """Add the built-in dictionaries and values that are not there yet; change none that is. Returns how many."""
    known = set(db.session.scalars(select(Dictionary.code)))
    fresh = [row for row in _lines("dictionaries.tsv") if row["code"] not in known]
    if fresh:
        db.session.execute(insert(Dictionary.__table__), fresh)
    rows = [row for row in _seed_values() if row["dictionary_code"] not in known or _is_missing(row)]
    if rows:
        history.insert_versioned(DictionaryValue, rows)
        raise_stamp(STAMP)
    return len(rows)


def _is_missing(row: Mapping[str, Any]) -> bool:
    there = select(DictionaryValue.id).where(
        DictionaryValue.dictionary_code == row["dictionary_code"], DictionaryValue.code == row["code"]
    )
    return row["dictionary_code"] != "region" and db.session.scalar(there) is None


def _seed_values() -> Iterator[dict[str, Any]]:
    for row in _lines("values.tsv"):
        yield {
            "dictionary_code": row["dictionary"],
            "code": row["code"],
            "parent_code": row["parent"] or None,
            "label_zh_hans": row["label_zh_hans"],
            "label_zh_hant": row["label_zh_hant"],
            "label_en": row["label_en"],
            "short": None,
            "initials": None,
            "color": row["color"],
            "position": int(row["order"]),
            "is_default": row["is_default"] == "1",
            "is_active": True,
        }
    yield from _seed_regions()


def _seed_regions() -> Iterator[dict[str, Any]]:
    for place, row in enumerate(_lines("regions.tsv"), start=1):
        yield {
            "dictionary_code": "region",
            "code": row["code"],
            "parent_code": row["parent"] or None,
            "label_zh_hans": row["name_zh_hans"],
            "label_zh_hant": row["name_zh_hant"],
            "label_en": row["name_en"],
            "short": row["short_zh_hans"],
            "initials": row["initials"],
            "color": "gray",
            "position": place,
            "is_default": False,
            "is_active": True,
        }


LONGEST_LABEL = 80


@transaction
def add_words(dictionary: str, words: Sequence[str], *, actor: Actor) -> Mapping[str, str]:
    """Add words an import brought along to an open dictionary; return the code of each.

    A word that stands there already, in any spelling, keeps its code. Raises NotAllowed unless the dictionary is open.
    """
    kept = db.session.get(Dictionary, dictionary)
    if kept is None or kept.policy != rules.OPEN:
        raise NotAllowed(_("This dictionary takes no new values by import."))
    rows = db.session.scalars(select(DictionaryValue).where(DictionaryValue.dictionary_code == dictionary)).all()
    known = {fold(label): row.code for row in rows for label in (row.label_zh_hans, row.label_zh_hant, row.label_en)}
    fresh = list({fold(word): word.strip() for word in words if fold(word) not in known}.values())
    codes, last = {row.code for row in rows}, max((row.position for row in rows), default=0)
    added = [_new_value(dictionary, word, codes, last + place) for place, word in enumerate(fresh, start=1)]
    if added:
        history.insert_versioned(DictionaryValue, added)
        raise_stamp(STAMP)
        detail = {"dictionary": lasting(kept), "words": [row["label_zh_hans"] for row in added]}
        logbook.note(Kind.SETTINGS_CHANGED, title=lasting(kept), detail=detail, actor=actor)
    known |= {fold(word): row["code"] for word, row in zip(fresh, added, strict=True)}
    return {word: known[fold(word)] for word in words}


def _new_value(dictionary: str, word: str, codes: set[str], position: int) -> dict[str, Any]:
    stem = initials(word)[:30] or "value"
    code = next(one for one in (stem, *(f"{stem}_{n}" for n in range(2, len(codes) + 3))) if one not in codes)
    codes.add(code)
    return {
        "dictionary_code": dictionary,
        "code": code,
        "parent_code": None,
        "label_zh_hans": to_simplified(word)[:LONGEST_LABEL],
        "label_zh_hant": to_traditional(word)[:LONGEST_LABEL],
        "label_en": word[:LONGEST_LABEL],
        "short": None,
        "initials": None,
        "color": "gray",
        "position": position,
        "is_default": False,
        "is_active": True,
    }
