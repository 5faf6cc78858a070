from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from app.base.tabular import reading
from app.base.tabular.template import TemplateField
from tests.base.refusals import refused
from tests.base.tabular import files

DATA = Path(__file__).parents[2] / "data"
FIELDS = [TemplateField("name", "企业名称", ["单位名称"]), TemplateField("phone", "法人电话", ["手机"])]
HEADINGS, ROW = ["企业名称", "法人电话"], ["郑州软件有限公司", "13812345678"]


def opened(content, name="a.xlsx", **wishes):
    return reading.open_table(content, name, fields=FIELDS, **wishes)


def test_the_sheet_with_known_headings_is_chosen_below_its_title():
    content = files.workbook(
        ("说明", [["请", "按", "模板", "填写"]]),
        ("数据", [["客户表"], [], HEADINGS, [], ROW]),
        ("其他", [["甲", "乙"], ["1", "2"]]),
    )
    with opened(content) as table:
        assert ([s.name for s in table.sheets], table.sheet.name) == (["说明", "数据", "其他"], "数据")
        assert (table.heading_row, table.headings, list(table.rows())) == (3, HEADINGS, [(5, ROW)])


def test_another_sheet_and_heading_row_can_be_chosen():
    content = files.workbook(("数据", [HEADINGS, ROW]), ("其他", [["标题"], ["甲", "乙"], ["1", "2"]]))
    with opened(content) as table:
        table.use("其他", heading_row=2)
        assert (table.headings, list(table.rows())) == (["甲", "乙"], [(3, ["1", "2"])])
        with refused("Row 9 of that sheet has no headings"):
            table.use("其他", heading_row=9)


def test_a_table_that_begins_elsewhere_than_in_the_corner_keeps_its_row_numbers():
    with opened(files.workbook(("s", [[], [], [None, None, *HEADINGS], [None, None, *ROW]]))) as table:
        assert list(table.rows()) == [(4, [None, None, *ROW])]


def test_the_most_rows_are_read_and_one_more_is_refused():
    content = files.workbook(("s", [["标题"], HEADINGS, *[ROW] * 50]))
    with opened(content, max_rows=50) as table:
        assert len(list(table.rows())) == 50
    with refused("more than 49 rows"):
        opened(content, max_rows=49)
    with refused("more than 5 rows"):
        opened(content, max_rows=5)


def test_dates_are_dates_and_failed_formulas_are_marked(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["企业名称", "注册日期", "时刻", "金额", "是", "合计"])
        sheet.write_string(1, 0, "甲")
        sheet.write_datetime(1, 1, date(2011, 6, 14), book.add_format({"num_format": "yyyy-mm-dd"}))
        moment = datetime.fromisoformat("2011-06-14T08:30")
        sheet.write_datetime(1, 2, moment, book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))
        sheet.write_number(1, 3, 1.5)
        sheet.write_boolean(1, 4, boolean=True)
        sheet.write_formula(1, 5, "=NA()", None, "#N/A")
    with opened(path) as table:
        [(number, values)] = table.rows()
    assert (number, values) == (2, ["甲", date(2011, 6, 14), moment, 1.5, True, "#N/A"])
    assert isinstance(values[5], reading.CellError)


def test_an_old_workbook_is_read():
    with opened(DATA / "old.xls", "wrong-name.csv") as table:
        assert table.kind == "xls"
        assert list(table.rows()) == [(2, ["郑州软件有限公司", 13812345678.0, date(2011, 6, 14)])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_csv_is_read_in_any_usual_encoding(encoding, delimiter, line_end):
    lines = ["企业名称;法人电话;备注", "", '郑州软件有限公司;13812345678;"a', 'b,c"', "郑州科技有限公司;13912345678;"]
    content = line_end.join(lines).replace(";", delimiter).encode(encoding)
    with opened(content, "客户.csv") as table:
        assert (table.kind, table.sheet.name, table.headings) == ("csv", "客户", ["企业名称", "法人电话", "备注"])
        assert list(table.rows()) == [
            (3, [*ROW, f"a{line_end}b,c"]),
            (4, ["郑州科技有限公司", "13912345678", None]),
        ]


def test_nothing_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    opened(files.workbook(("s", [HEADINGS, ROW]))).close()
    with refused("PDF"):
        opened(b"%PDF-1.7")
    assert list(tmp_path.iterdir()) == []


def test_rows_can_be_walked_twice_at_once():
    with opened(files.workbook(("s", [HEADINGS, *[ROW] * 250]))) as table:
        assert all(one == other for one, other in zip(table.rows(), table.rows(), strict=True))
