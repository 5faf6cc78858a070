"""From a customer to what hangs on it: conditions that filters ask by."""

from collections.abc import Sequence
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import FromClause, and_, false, or_, select
from sqlalchemy.sql import ColumnElement


def table_of(name: str) -> Any:
    return Model.metadata.tables[name]  # asked when a filter is built: the tables stand in other files


def hanging(name: str, table: FromClause) -> tuple[FromClause, ColumnElement[bool]]:
    rows = table_of(name).alias()
    return rows, rows.c.customer_id == table.c.id


def contacts_of(table: FromClause) -> tuple[FromClause, ColumnElement[bool]]:
    people, links = table_of("customers_contact").alias(), table_of("customers_contact_link").alias()
    placed = select(links.c.contact_id).where(links.c.customer_id == table.c.id)
    return people, and_(people.c.id.in_(placed), people.c.deleted_at.is_(None))


LET_GO = ("recall", "auto_recall", "release")  # codes of assignment_kind by which a spell ends in the pool


def assignment_state(table: FromClause, _code: str, states: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that a customer is in one of the states of 分派情况: unassigned, assigned or recalled."""
    spells = table_of("customers_holding").alias()
    let_go = select(spells.c.id).where(spells.c.customer_id == table.c.id, spells.c.ended_how.in_(LET_GO)).exists()
    free = table.c.owner_id.is_(None)
    met = {
        "unassigned": and_(free, ~let_go),
        "assigned": table.c.owner_id.is_not(None),
        "recalled": and_(free, let_go),
    }
    return or_(false(), *[met[state] for state in states if state in met])
