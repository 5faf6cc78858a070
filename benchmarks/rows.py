"""The customers of the benchmarks: the same ones each time, of any number."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from app.base.normal.codes import credit_check_character
from app.demo.companies import Maker
from tests.cast import EVE, GUO, LIN, MEI, SAM, Person

BEGUN = datetime(2025, 1, 1)  # noqa: DTZ001 - naive UTC, as everywhere
OWNERS: tuple[Person | None, ...] = (LIN, MEI, GUO, EVE, SAM, LIN, MEI, GUO, EVE, None)
#: Columns of the plain table, besides the id.
COLUMNS = (
    "name kind credit_code level status industry region address registered_on phone legal_person source notes"
    " owner_id department_id created_at updated_at"
).split()
BATCH = 20_000


def customers(count: int) -> Iterator[dict[str, Any]]:
    """Yield so many companies with every column of the product's table that is filled in; a tenth has no owner."""
    for number, row in enumerate(Maker(1).companies(count)):
        owner, at = OWNERS[number % len(OWNERS)], BEGUN + timedelta(seconds=30 * number)
        of = {"owner_id": owner.id if owner else None, "department_id": (owner or LIN).department_id}
        body = f"91{row['region']}{number:09d}"  # the maker's own codes would repeat among a million
        code = body + credit_check_character(body)
        yield row | of | {"credit_code": code, "created_at": at, "updated_at": at}


def batches(count: int) -> Iterator[list[dict[str, Any]]]:
    """Yield the same customers, some thousand at a time."""
    made = customers(count)
    while part := list(islice(made, BATCH)):
        yield part
