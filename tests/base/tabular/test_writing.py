import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from app.base.tabular import reading, writing
from app.base.tabular.cells import CUT_MARK, LONGEST, Column, fitting, printable, sheet_name
from app.base.tabular.plain import column_letters, write_plain

COLUMNS = [
    Column("名称"),
    Column("编号", "code", 20),
    Column("日期", "date"),
    Column("时刻", "moment"),
    Column("金额", "amount"),
    Column("数", "integer"),
    Column("是"),
]
MOMENT = datetime.fromisoformat("2011-06-14T08:30:15")
ROWS = [
    ["=1+1", "+8613812345678", date(2011, 6, 14), MOMENT, Decimal("1234.50"), 7, True],
    ["-x", "@SUM(A1)", date(1900, 1, 1), None, -1.5, 0, False],
    ["<b>&\"'😀  \n二 ", "_x000D_ 007", date(2200, 12, 31), MOMENT, Decimal("9999999999.99"), 123456789012345, None],
]
WRITERS = [writing.write_xlsx, write_plain]


def written(writer, columns, rows, **wishes):
    stream = io.BytesIO()
    report = writer(stream, columns, rows, **wishes)
    return stream.getvalue(), report


def read_back(content):
    with reading.open_table(content, "a") as table:
        return [values for _number, values in table.rows()]


@pytest.mark.parametrize("writer", WRITERS)
def test_every_cell_comes_back_as_what_it_was_by_our_reader(writer):
    content, report = written(writer, COLUMNS, ROWS)
    assert (report.rows, report.sheets, report.cut_cells) == (3, 1, 0)
    assert read_back(content) == [[float(v) if isinstance(v, Decimal) else v for v in row] for row in ROWS]


@pytest.mark.parametrize("writer", WRITERS)
def test_every_cell_comes_back_as_what_it_was_by_openpyxl(writer):
    sheet = openpyxl.load_workbook(io.BytesIO(written(writer, COLUMNS, ROWS)[0])).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    rows[2][1] = unescape(rows[2][1])  # openpyxl leaves this to its callers
    assert [row[:2] + row[3:] for row in rows] == [
        [row[0], row[1], *(float(v) if isinstance(v, Decimal) else v for v in row[3:])] for row in ROWS
    ]
    assert [row[2] for row in rows] == [datetime(row[2].year, row[2].month, row[2].day) for row in ROWS]
    assert {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row} == {"s", "n", "d", "b"}


@pytest.mark.parametrize("writer", WRITERS)
def test_the_heading_is_frozen_bold_and_has_filters(writer):
    sheet = openpyxl.load_workbook(io.BytesIO(written(writer, COLUMNS, ROWS, name="客户")[0])).active
    assert (sheet.title, sheet.freeze_panes, sheet.auto_filter.ref) == ("客户", "A2", "A1:G4")
    assert sheet["A1"].font.b
    assert not sheet["A2"].font.b
    assert sheet.column_dimensions["B"].width == pytest.approx(20, abs=1)
    assert sheet["B2"].number_format == "@"
    assert (sheet["C2"].number_format, sheet["E2"].number_format) == ("yyyy-mm-dd", "#,##0.00")


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize(("count", "sheets"), [(0, [1]), (9, [10]), (10, [11]), (11, [11, 2]), (20, [11, 11])])
def test_a_full_sheet_is_continued_on_the_next(writer, count, sheets):
    content, report = written(writer, [Column("a")], ([n] for n in range(count)), name="客户", rows_per_sheet=10)
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert [sheet.max_row for sheet in book] == sheets
    assert book.sheetnames == ["客户", "客户 (2)"][: len(sheets)]
    assert (report.rows, report.sheets) == (count, len(sheets))


@pytest.mark.parametrize("writer", WRITERS)
def test_what_excel_cannot_hold_is_written_as_near_as_possible(writer):
    long = "长" * (LONGEST + 1)
    row = [
        "a\x00\x0b\ud800b",
        long,
        date(1066, 10, 14),
        MOMENT.replace(tzinfo=UTC),
        Decimal("NaN"),
        10**17 + 1,
        float("inf"),
    ]
    content, report = written(writer, COLUMNS, [row, ["", "😀" * 16383, *[None] * 5]])
    [first, second] = read_back(content)
    assert report.cut_cells == 1
    assert first == [
        "ab",
        "长" * (LONGEST - len(CUT_MARK)) + CUT_MARK,
        "1066-10-14",
        MOMENT,
        "NaN",
        "100000000000000001",
        "inf",
    ]
    assert second[:2] == [None, "😀" * 16383]


TEXTS = st.text().map(lambda text: printable(text).strip()).filter(bool)


@pytest.mark.parametrize("writer", [*WRITERS, writing.write_csv])
def test_any_text_comes_back_from_any_file(writer):
    @settings(max_examples=15, deadline=None)
    @given(st.lists(TEXTS, min_size=1, max_size=40))
    @example(
        [
            "=1+1",
            "'=1",
            "''@x",
            "'a",
            "\ttab",
            "+1",
            "-",
            "a,b\"c'\nd",
            "_x0041_",
            "_X0041_",
            "&amp;",
            "]]>",
            "\u2028",
            "\x7f\x85",
        ]
    )
    @example(["|", "|"])  # a separator of other files, in every row but the headings
    def holds(texts):
        content, _report = written(writer, [Column("一"), Column("二")], [[text, "|"] for text in texts])
        assert read_back(content) == [[text, "|"] for text in texts]

    holds()


def test_a_csv_is_what_excel_expects():
    rows = [["=1+1", 'a"b', None, -5, Decimal("1.50"), date(2011, 6, 14), MOMENT]]
    content, report = written(writing.write_csv, [Column(n) for n in "甲乙丙丁戊己庚"], rows)
    assert content == '\ufeff甲,乙,丙,丁,戊,己,庚\r\n\'=1+1,"a""b",,-5,1.50,2011-06-14,2011-06-14 08:30:15\r\n'.encode()
    assert report.rows == 1


@pytest.mark.parametrize(
    ("wanted", "number", "given_name"),
    [
        ("客户", 1, "客户"),
        ("a/b:[c]", 1, "a b  c"),
        ("", 1, "Sheet1"),
        ("'x'", 2, "x (2)"),
        ("长" * 40, 12, "长" * 26 + " (12)"),
    ],
)
def test_a_sheet_has_a_name_excel_accepts(wanted, number, given_name):
    assert sheet_name(wanted, number) == given_name


def test_columns_are_lettered_as_in_excel():
    assert [column_letters(position) for position in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_a_text_of_the_full_length_is_not_cut():
    assert fitting("a" * LONGEST) == "a" * LONGEST
    assert len(fitting("a" * (LONGEST + 1))) == LONGEST
