import io

import openpyxl
import pytest
from flask import Flask
from flask_babel import Babel

from app.base.tabular import headings, reading
from app.base.tabular.template import TemplateField, write_template
from tests.base.refusals import refused

FIELDS = [
    TemplateField("name", "企业名称", is_required=True, help="营业执照上的全称"),
    TemplateField("credit_code", "统一社会信用代码", kind="code"),
    TemplateField("phone", "法人电话", kind="phone"),
    TemplateField("registered_on", "注册日期", kind="date"),
    TemplateField("status", "跟进状态", choices=["暂无需求", "=其他"]),
]


@pytest.fixture
def template():
    app = Flask(__name__)
    Babel(app)
    stream = io.BytesIO()
    with app.app_context():
        write_template(stream, FIELDS, name="客户")
    return stream.getvalue()


def test_a_template_has_headings_help_formats_and_allowed_values(template):
    book = openpyxl.load_workbook(io.BytesIO(template))
    sheet, values = book.worksheets
    assert [cell.value for cell in sheet[1]] == ["企业名称*", "统一社会信用代码", "法人电话", "注册日期", "跟进状态"]
    assert "营业执照上的全称" in sheet["A1"].comment.text
    assert [row[0].value for row in values.iter_rows()] == ["跟进状态", "暂无需求", "=其他"]
    [rule] = sheet.data_validations.dataValidation
    assert (rule.type, rule.formula1, str(rule.sqref)) == ("list", "'Allowed values'!$A$2:$A$3", "E2:E1048576")


def test_codes_and_phones_are_text_columns(template):
    sheet = openpyxl.load_workbook(io.BytesIO(template)).worksheets[0]
    assert [sheet.column_dimensions[letter].number_format for letter in "BCD"] == ["@", "@", "yyyy-mm-dd"]


def test_an_empty_template_sent_back_is_refused_and_a_filled_one_understood(template):
    with refused("no rows below the headings"):
        reading.open_table(template, "a.xlsx", fields=FIELDS)
    book = openpyxl.load_workbook(io.BytesIO(template))
    book.worksheets[0].append(["甲", "1", "2", None, "暂无需求"])
    stream = io.BytesIO()
    book.save(stream)
    with reading.open_table(stream.getvalue(), "a.xlsx", fields=FIELDS) as table:
        found = headings.guess(table.headings, FIELDS)
        assert [guess.field for guess in found] == [field.name for field in FIELDS]
        assert list(table.rows()) == [(2, ["甲", "1", "2", None, "暂无需求"])]
