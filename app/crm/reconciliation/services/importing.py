"""From the file to bank lines: what is known already stays once, whatever statements overlap."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from app.base import clock, storage
from app.base.actor import Actor
from app.base.errors import DomainError, Invalid, Missing
from app.base.history import explain, insert_versioned
from app.base.i18n import _
from app.base.sealed import is_value, with_blind
from app.base.sentences import as_kept, lasting, stored
from app.base.tabular.reading import Table, open_table
from app.base.transaction import lock, transaction
from app.crm.reconciliation import queries, rules
from app.crm.reconciliation.models import Account, Line, Statement
from app.crm.reconciliation.rules import Upload, banks, reading
from app.crm.reconciliation.rules.reading import Entry, Sheet
from app.crm.reconciliation.services.proposing import look_again
from app.crm.reconciliation.services.uploading import MOST_LINES
from app.extensions import db

ACCOUNTS = Account.__table__
SHORTEST_ACCOUNT = 8  # digits
LOOKED_AT = 20  # rows, to find a filled cell of each column
MOST_PROBLEMS = 200  # rows kept with what is wrong


class Preview(NamedTuple):
    """What importing a file would do. ``problem``: why it cannot be read with these columns."""

    sheet: Sheet
    account: str  # digits, as far as the file says
    new: int
    known: int
    problem: object | None = None


def columns_of(statement: Statement) -> list[str | None]:
    """Return the field of each column as it was recognised, guessed or chosen."""
    return [one["field"] if one["field"] in banks.NAMES else None for one in statement.columns]


def samples(statement: Statement) -> list[str]:
    """Return a filled cell of each column, to recognise it by. Raises Missing once the file is gone."""
    found = [""] * len(statement.columns)
    with _opened(statement) as table:
        for _place, (_number, values) in zip(range(LOOKED_AT), table.rows(), strict=False):
            found = [old or reading.text(new) for old, new in zip(found, values, strict=False)]
    return found


def preview(statement: Statement, mapping: Sequence[str | None]) -> Preview:
    """Return what importing a statement would do. Raises Missing once the file is gone."""
    if (problem := banks.problem(mapping)) is not None:
        return Preview(Sheet([], [], 0, ""), statement.account_read or "", 0, 0, problem)
    sheet = _read(statement, mapping)
    account = statement.account_read or sheet.account
    known = _known(account, sheet, statement.bank)
    return Preview(sheet, account, len(sheet.entries) - known, known)


def _known(account: str, sheet: Sheet, bank: str) -> int:
    key = db.session.scalar(select(Account.id).where(is_value(ACCOUNTS, "number", account))) if account else None
    if key is None:
        return 0
    return len(queries.known_fingerprints(key, _fingerprints(sheet.entries, bank)))


def _fingerprints(entries: Sequence[Entry], bank: str) -> list[str]:
    return reading.fingerprints(entries, by_serial=bank in banks.SURE_SERIALS)


def _read(statement: Statement, mapping: Sequence[str | None]) -> Sheet:
    with _opened(statement) as table:
        return reading.read(mapping, table.rows())


@contextmanager
def _opened(statement: Statement) -> Iterator[Table]:
    """Open a statement's file at its headings. Raises Missing once it is gone."""
    if statement.sha256 is None:
        raise Missing(_("The uploaded file is no longer kept: upload it again."))
    name, sheet, heading_row = statement.file_name, statement.sheet, statement.heading_row
    with (
        storage.local_copy(statement.sha256) as path,
        open_table(path, name, fields=banks.FIELDS, max_rows=MOST_LINES) as table,
    ):
        table.use(sheet, heading_row=heading_row)
        yield table


def bring_in(
    statement: Statement, *, mapping: Sequence[str | None], account: str, bank: str, actor: Actor
) -> Statement:
    """Make bank lines of a file, and propose fees for them.

    ``account``: the number of the house's account. Raises Invalid for columns that cannot be meant, or without an
    account, WrongState if it was imported already. The lines are there before proposals are looked for.
    """
    if (problem := banks.problem(mapping)) is not None:
        raise Invalid(problem)
    digits = reading.account_digits(account)
    if len(digits) < SHORTEST_ACCOUNT:
        raise Invalid(_("Please give the number of the account: the file does not say whose statement this is."))
    sheet = _read(statement, mapping)
    if not sheet.entries:
        raise Invalid(_("No row of this file can be read with these columns. Look at them again."))
    ids = _import(statement, sheet, mapping=mapping, account=digits, bank=bank, actor=actor)
    look_again(ids, actor=actor)
    return statement


@transaction
def _import(
    statement: Statement, sheet: Sheet, *, mapping: Sequence[str | None], account: str, bank: str, actor: Actor
) -> list[int]:
    lock(statement)
    rules.check_upload(statement.state, Upload.UPLOADED)
    key = locked_account(account, bank)
    prints = _fingerprints(sheet.entries, bank)
    known = queries.known_fingerprints(key, prints)
    fresh = [(one, print_) for one, print_ in zip(sheet.entries, prints, strict=True) if print_ not in known]
    explain(_("Bank statement %(file)s", file=statement.file_name))
    _note(statement, sheet, [one for one, _print in fresh], account_id=key, bank=bank, mapping=mapping)
    return insert_versioned(Line, [_row(statement.id, key, one, print_) for one, print_ in fresh])


def locked_account(number: str, bank: str) -> int:
    """Return the key of the house's account, made if need be; nobody else brings in lines of it meanwhile."""
    row = {"bank": bank, "number": number, "masked": reading.masked(number), "created_at": clock.now()}
    dialect = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    made = dialect.insert(ACCOUNTS).values(with_blind(ACCOUNTS, row)).on_conflict_do_nothing()
    db.session.connection().execute(made)
    found = select(Account.id).where(is_value(ACCOUNTS, "number", number)).with_for_update()
    return int(db.session.scalars(found).one())


def _row(statement_id: int, account_id: int, one: Entry, fingerprint: str) -> dict[str, Any]:
    nothing: dict[str, Any] = dict.fromkeys(
        ("points", "customer_id", "reason", "reason_text", "decided_at", "decided_by_id")
    )
    return nothing | {
        "statement_id": statement_id,
        "account_id": account_id,
        "row_number": one.number,
        "booked_on": one.booked_on,
        "amount": one.amount,
        "payer": one.payer or None,
        "payer_account": one.payer_account or None,
        "summary": one.summary or None,
        "serial": one.serial or None,
        "fingerprint": fingerprint,
        "state": str(rules.UNMATCHED),
        "has_several": False,
        "created_at": clock.now(),
    }


def _note(
    statement: Statement,
    sheet: Sheet,
    fresh: Sequence[Entry],
    *,
    account_id: int,
    bank: str,
    mapping: Sequence[str | None],
) -> None:
    days = [one.booked_on for one in sheet.entries]
    statement.first_on = min([*days, *([statement.first_on] if statement.first_on else [])])
    statement.last_on = max([*days, *([statement.last_on] if statement.last_on else [])])
    statement.account_id, statement.bank = account_id, bank
    statement.columns = [dict(one, field=name) for one, name in zip(statement.columns, mapping, strict=False)]
    statement.line_count, statement.known_count = len(fresh), len(sheet.entries) - len(fresh)
    statement.problem_count = len(sheet.problems)
    statement.problems = [
        {"number": one.number, "cell": one.cell, "sentence": kept(one.sentence)}
        for one in sheet.problems[:MOST_PROBLEMS]
    ]
    statement.sum_in = sum((one.amount for one in fresh if one.amount > 0), Decimal(0))
    statement.sum_out = -sum((one.amount for one in fresh if one.amount < 0), Decimal(0))
    statement.state, statement.imported_at = Upload.IMPORTED, clock.now()


def waiting(statement: Statement) -> list[int]:
    """Return the lines of a statement that wait for a match."""
    return queries.waiting(statement.id)


def kept(sentence: object) -> str:
    """Return why a row cannot be read, to be said in each reader's language."""
    if isinstance(sentence, DomainError):
        return as_kept(lasting(sentence.message, sentence.values))
    return stored(sentence)


@transaction
def discard(statement: Statement, *, actor: Actor) -> None:
    """Give a file up that was not imported. Raises WrongState once it was."""
    lock(statement)
    rules.check_upload(statement.state, Upload.UPLOADED)
    db.session.delete(statement)


__all__ = ["Preview", "bring_in", "columns_of", "discard", "locked_account", "preview", "samples", "waiting"]
