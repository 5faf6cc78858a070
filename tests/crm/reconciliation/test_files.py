"""Statements of five banks and of a stranger's, as their online banks give them, from the file to the lines."""

from datetime import date
from decimal import Decimal

import pytest

from app.base.errors import Invalid, WrongState
from app.crm.reconciliation import services
from app.crm.reconciliation.rules import banks
from app.crm.reconciliation.services.importing import columns_of, preview
from tests.cast import QIAN
from tests.crm.reconciliation.files import BANKS, OWN, Booking, as_csv, as_xlsx, stranger
from tests.crm.reconciliation.steps import acting, booked, import_lines, lines_of, upload

BOOKINGS = [
    Booking(
        date(2026, 11, 3), Decimal("12800.00"), "新乡市佳禾食品商贸有限公司", "6222021702001234567", "货款", "服务费"
    ),
    Booking(date(2026, 11, 4), Decimal("3600.50"), "张伟", "6217001234567890123", "转账", ""),
    Booking(date(2026, 11, 5), Decimal("-250.00"), "中国电信股份有限公司", "1702029999999999999", "电话费", ""),
    Booking(date(2026, 11, 21), Decimal("18.23"), "", "", "结息", ""),
]
WRITTEN = {
    "gb18030": as_csv,
    "utf-8": lambda rows: as_csv(rows, "utf-8"),
    "utf-8 with a mark": lambda rows: as_csv(rows, "utf-8-sig"),
    "xlsx": as_xlsx,
}


@pytest.mark.usefixtures("in_app")
@pytest.mark.one_database
@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("bank", BANKS)
def test_a_statement_is_recognised_and_read(bank, written):
    statement = upload(WRITTEN[written](BANKS[bank](BOOKINGS)))
    assert statement.bank == bank
    with acting(QIAN.actor):
        found = preview(statement, columns_of(statement))
    assert (found.problem, found.account, found.new, found.known) == (None, OWN, 4, 0)
    entries = sorted(found.sheet.entries, key=lambda one: one.booked_on)
    assert found.sheet.problems == []
    assert [(one.booked_on, one.amount, one.payer) for one in entries] == [
        (one.on, one.amount, one.payer) for one in BOOKINGS
    ]
    assert [one.payer_account for one in entries] == ["6222****4567", "6217****0123", "1702****9999", ""]
    assert entries[0].summary == "货款 · 服务费"


@pytest.mark.usefixtures("in_app")
@pytest.mark.one_database
def test_the_period_above_is_kept():
    statement = upload(as_csv(BANKS["boc"](BOOKINGS)))
    assert (statement.first_on, statement.last_on) == (date(2026, 11, 3), date(2026, 11, 21))


@pytest.mark.usefixtures("in_app")
@pytest.mark.one_database
def test_columns_of_a_stranger_are_guessed_and_wait_for_an_account():
    statement = upload(as_csv(stranger(BOOKINGS)))
    assert statement.bank == banks.OTHER
    assert (
        columns_of(statement) == ["booked_on", "summary", None, "amount", "serial"]
        or columns_of(statement)[2] == "payer"
    )
    mapping = ["booked_on", "summary", "payer", "amount", "serial"]
    with acting(QIAN.actor) as actor:
        found = preview(statement, mapping)
        assert [one.amount for one in found.sheet.entries] == [one.amount for one in BOOKINGS]
        with pytest.raises(Invalid, match="number of the account"):
            services.bring_in(statement, mapping=mapping, account="", bank="other", actor=actor)
        services.bring_in(statement, mapping=mapping, account="6228480012345678", bank="other", actor=actor)
        assert statement.account.masked == "6228****5678"


@pytest.mark.usefixtures("in_app")
def test_lines_that_are_known_stay_once(database):
    assert database
    first = import_lines(*BOOKINGS[:3])
    again = import_lines(*BOOKINGS[1:], content=as_xlsx(BANKS["cmb"](BOOKINGS)))
    assert len(first) == 3
    assert [line.summary for line in again] == ["结息"]


@pytest.mark.usefixtures("in_app")
def test_two_payments_alike_in_everything_are_two(database):
    assert database
    twice = [booked("600", "郑州华达商贸有限公司", on=date(2026, 11, 3), summary="服务费")] * 2
    lines = import_lines(*twice, bank="abc")
    assert len(lines) == 2
    assert import_lines(*twice, bank="abc") == []
    assert len(import_lines(*twice, twice[0], bank="abc")) == 1


@pytest.mark.usefixtures("in_app")
def test_a_file_is_imported_once(database):
    assert database
    statement = upload(as_csv(BANKS["ccb"](BOOKINGS)))
    with acting(QIAN.actor) as actor:
        mapping = columns_of(statement)
        services.bring_in(statement, mapping=mapping, account=OWN, bank="ccb", actor=actor)
        with pytest.raises(WrongState, match="imported already"):
            services.bring_in(statement, mapping=mapping, account=OWN, bank="ccb", actor=actor)
        with pytest.raises(WrongState, match="imported already"):
            services.discard(statement, actor=actor)
    assert len(lines_of(statement.id)) == 4
    assert (statement.line_count, statement.sum_in, statement.sum_out) == (4, Decimal("16418.73"), Decimal("250.00"))


@pytest.mark.usefixtures("in_app")
@pytest.mark.one_database
def test_rows_with_problems_are_left_out_and_named():
    rows = BANKS["cmb"](BOOKINGS)
    rows[4][0] = "20261331"
    rows[5][5] = "三千六"
    rows[6][4] = rows[6][5] = ""
    statement = upload(as_csv(rows))
    with acting(QIAN.actor):
        found = preview(statement, columns_of(statement))
    assert [(one.number, one.cell) for one in found.sheet.problems] == [(5, "20261331"), (6, "三千六"), (7, "")]
    assert len(found.sheet.entries) == 1


@pytest.mark.usefixtures("in_app")
@pytest.mark.one_database
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"%PDF-1.4 statement", "PDF"),
        (b"PK\x03\x04 nothing", "damaged"),
        (b"Rar!\x1a\x07 statement", "RAR"),
    ],
)
def test_what_is_no_table_is_refused(content, sentence):
    with pytest.raises(Invalid) as refusal:
        upload(content)
    assert sentence in str(refusal.value)


@pytest.mark.usefixtures("in_app")
@pytest.mark.one_database
def test_columns_that_cannot_be_meant_are_refused():
    statement = upload(as_csv(stranger(BOOKINGS)))
    with acting(QIAN.actor) as actor:
        for mapping, sentence in (
            (["booked_on", "booked_on", None, "amount", None], "same field"),
            ([None, "summary", "payer", "amount", None], "column of the day"),
            (["booked_on", "summary", "payer", None, None], "column of the amount"),
        ):
            assert sentence in str(preview(statement, mapping).problem)
            with pytest.raises(Invalid, match=sentence):
                services.bring_in(statement, mapping=mapping, account=OWN, bank="other", actor=actor)
        with pytest.raises(Invalid, match="No row"):
            services.bring_in(
                statement, mapping=[None, "booked_on", None, "amount", None], account=OWN, bank="other", actor=actor
            )
