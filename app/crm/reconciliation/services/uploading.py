"""Taking a bank's file in: whose it is, what its columns mean, whose account and which days stand above."""

from pathlib import Path
from typing import Any

from app.base import clock, storage
from app.base.actor import Actor
from app.base.tabular.reading import Table, open_table
from app.base.transaction import transaction
from app.crm.reconciliation import queries
from app.crm.reconciliation.models import Statement
from app.crm.reconciliation.rules import banks, reading
from app.extensions import db

MOST_LINES = 10_000  # of one file: more than a year of most houses
LONGEST_NAME = 200


def upload(source: Path, *, file_name: str, actor: Actor) -> Statement:
    """Take a statement in: recognise the bank, or guess the columns. Its lines come with ``bring_in``.

    Raises Invalid, with the reader's sentence, for anything that is no readable table, or too long.
    """
    with open_table(source, file_name, fields=banks.FIELDS, max_rows=MOST_LINES) as table:
        known = _looked_at(table)
    with source.open("rb") as stream:
        stored = storage.store(stream)
    known["file_name"] = Path(file_name).name[-LONGEST_NAME:] or "?"
    return _keep(known | {"sha256": stored.sha256}, actor=actor)


def _looked_at(table: Table) -> dict[str, Any]:
    layout, above = banks.recognised(table.headings), reading.about(table.above())
    meant = layout.fields(table.headings) if layout else banks.guessed(table.headings)
    columns = [
        {"heading": heading[:LONGEST_NAME], "field": name, "is_sure": layout is not None}
        for heading, name in zip(table.headings, meant, strict=True)
    ]
    return {
        "bank": layout.bank if layout else banks.OTHER,
        "sheet": table.sheet.name[:LONGEST_NAME],
        "heading_row": table.heading_row,
        "columns": columns,
        "account_read": above.account or None,
        "first_on": above.first_on,
        "last_on": above.last_on,
    }


@transaction
def _keep(values: dict[str, Any], *, actor: Actor) -> Statement:
    statement = Statement(uploaded_by_id=actor.id, uploaded_at=clock.now(), **values)
    db.session.add(statement)
    return statement


storage.kept_by(queries.statements_kept)
