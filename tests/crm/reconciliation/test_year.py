"""A year of fees against a made statement of 2,000 lines: how good the proposals are, and how long they take."""

import time
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.history import insert_versioned
from app.base.transaction import transaction
from app.crm.customers.models import Customer
from app.crm.fees.models import Fee
from app.crm.reconciliation import services
from app.crm.reconciliation.models import Line, Proposal
from app.extensions import db
from tests.cast import LIN, QIAN
from tests.crm.reconciliation import year as years
from tests.crm.reconciliation.files import BANKS, OWN, as_csv
from tests.crm.reconciliation.steps import upload
from tests.factories import a_product

PRECISION, RECALL, SECONDS = 0.99, 0.90, 30


@transaction
def kept(year: years.Year) -> list[int]:
    """Save the companies and fees of a year; return the fees' keys, in their order."""
    product, at = a_product().id, clock.now()
    about = {"owner_id": LIN.id, "department_id": LIN.department_id, "created_at": at, "updated_at": at}
    companies = insert_versioned(Customer, [company | about for company in year.companies])
    empty = dict.fromkeys(
        "kind agreed_amount period_from period_to method payer notes reason reason_text decided_by_id decided_at "
        "reverses_id refunds_id part_of_id renews_id deal_id".split()
    )
    rows = [
        empty
        | {name: fee[name] for name in ("number", "amount", "received_on", "invoice_number")}
        | {"customer_id": companies[fee["company"]], "product_id": product, "state": "approved", "source": "imported"}
        | {"agent_id": LIN.id, "department_id": LIN.department_id, "entered_by_id": LIN.id}
        | {"created_at": at, "updated_at": at}
        for fee in year.fees
    ]
    return insert_versioned(Fee, rows)


@pytest.mark.usefixtures("in_app")
def test_proposals_of_a_year_are_right(database, capsys):
    year = years.make()
    with acting(SYSTEM):
        fees = kept(year)
    statement = upload(as_csv(BANKS["icbc"](year.bookings)))
    with acting(QIAN.actor) as actor:
        began, worked = time.monotonic(), time.process_time()
        mapping = services.columns_of(statement)
        services.bring_in(statement, mapping=mapping, account=OWN, bank=statement.bank, actor=actor)
        seconds, busy = time.monotonic() - began, time.process_time() - worked
    found = proposed_fees(statement.id)
    right, proposed, real = counted(year, found, {key: place for place, key in enumerate(fees)})
    precision, recall = right / proposed, right / real
    with capsys.disabled():
        told = f"{len(fees)} fees, {len(year.bookings)} lines, {proposed} proposals on {database}"
        good = f"precision {precision:.4f}, recall {recall:.4f}"
        print(f"\n{told}: {good}, in {seconds:.1f} s ({busy:.1f} s of work)")  # noqa: T201 - asked for
    assert len(found) == 2000
    assert precision >= PRECISION
    assert recall >= RECALL
    assert busy < SECONDS


def counted(year: years.Year, found: dict[tuple[int, Decimal], set[int]], place_of: dict[int, int]) -> tuple[int, ...]:
    """Return how many proposals are right, how many there are, and of how many lines there should be one."""
    first = min(number for number, _amount in found)
    right = 0
    for (number, amount), keys in found.items():
        assert year.bookings[number - first].amount == amount
        right += bool(keys) and {place_of[key] for key in keys} == year.truth[number - first]
    return right, sum(map(bool, found.values())), sum(map(bool, year.truth))


def proposed_fees(statement_id: int) -> dict[tuple[int, Decimal], set[int]]:
    """Return the fees proposed for each line, by its row and amount."""
    with acting(SYSTEM):
        lines = db.session.execute(
            select(Line.id, Line.row_number, Line.amount).where(Line.statement_id == statement_id)
        )
        named = {key: (number, amount) for key, number, amount in lines}
        found: dict[tuple[int, Decimal], set[int]] = {about: set() for about in named.values()}
        for key, fee in db.session.execute(select(Proposal.line_id, Proposal.fee_id).where(Proposal.is_chosen)):
            found[named[key]].add(fee)
    return found
