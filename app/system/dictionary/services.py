"""What can be done to dictionaries. One verb, one transaction."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from app.base import history
from app.base.stamps import raise_stamp
from app.base.transaction import transaction
from app.extensions import db
from app.system.dictionary.models import Dictionary, DictionaryValue
from app.system.dictionary.queries import STAMP

SEEDS = Path(__file__).parent / "seeds"


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
