"""The files of a real office: every row of the messy one gets its expected verdict, ten thousand clean ones pass."""

import csv
from datetime import date
from functools import partial
from pathlib import Path

from app.base import normal
from app.base.errors import Invalid
from app.base.tabular import headings, reading
from app.base.tabular.headings import Confidence
from app.base.tabular.template import TemplateField

DATA = Path(__file__).parents[2] / "data"
ADDRESS_LENGTH = 255
FOLLOW_UPS = "暂无需求 长期跟进 意向客户 已用金蝶 已用用友 已用其他软件 启新老客户 其他".split()
FIELDS = [
    TemplateField("name", "企业名称", ["单位名称", "公司名称"], is_required=True),
    TemplateField("address", "详细地址", ["地址"]),
    TemplateField("credit_code", "统一社会信用代码", ["企业社会信用码", "信用代码"], kind="code"),
    TemplateField("registered_on", "注册日期", ["成立日期"], kind="date"),
    TemplateField("region", "区域", ["地区", "省份"]),
    TemplateField("legal_person", "法人", ["法定代表人"]),
    TemplateField("legal_phone", "法人电话", ["法人手机"], kind="phone"),
    TemplateField("finance_name", "财务", ["财务负责人"]),
    TemplateField("finance_phone", "财务电话", ["财务手机"], kind="phone"),
    TemplateField("cashier_name", "出纳"),
    TemplateField("cashier_phone", "出纳电话", ["出纳手机"], kind="phone"),
    TemplateField("industry", "所属行业", ["行业"]),
    TemplateField("operating_status", "运营状态", ["经营状态"]),
    TemplateField("followup_status", "跟进状态"),
]


def one_of(choices, value):
    if value not in choices:
        raise Invalid("%(value)s is not a choice", value=value)
    return value


RULES = {
    "name": normal.name,
    "address": partial(normal.text, max_length=ADDRESS_LENGTH),
    "credit_code": normal.credit_code,
    "registered_on": normal.date,
    "legal_phone": normal.phone,
    "finance_phone": normal.phone,
    "cashier_phone": normal.phone,
    "followup_status": partial(one_of, FOLLOW_UPS),
}


def mapped(table):
    return [guess.field for guess in headings.guess(table.headings, FIELDS)]


def normalized(columns, values):
    """Return ({field: stored value}, {field refused})."""
    stored, wrong = {}, set()
    for field, value in zip(columns, values, strict=True):
        try:
            stored[field] = RULES.get(field, normal.text)(value)
        except Invalid:
            wrong.add(field)
    return stored, wrong


def test_the_messy_file_is_understood_row_by_row():
    with reading.open_table(DATA / "customers-messy.xlsx", "客户.xlsx", fields=FIELDS) as table:
        columns, rows = mapped(table), dict(table.rows())
    assert (table.sheet.name, table.heading_row) == ("数据", 2)
    fields = dict(zip(table.headings, columns, strict=True)) | {"": None}
    with (DATA / "customers-messy.expected.csv").open(encoding="utf-8-sig") as file:
        expected = {int(row["row"]): row for row in csv.DictReader(file)}
    assert set(rows) == {number for number, row in expected.items() if row["verdict"] != "skip"}
    codes = set()
    for number, row in expected.items():
        if row["verdict"] == "skip":
            continue
        stored, wrong = normalized(columns, rows[number])
        if stored.get("credit_code") in codes:
            wrong.add("credit_code")
        field = fields[row["field"]]
        assert wrong == ({field} if row["verdict"] == "reject" else set()), row
        if row["verdict"] == "accept":
            codes.add(stored["credit_code"])
            value = stored.get(field, "")
            assert (value.isoformat() if isinstance(value, date) else value) == row["stored"], row


def test_the_messy_headings_are_guessed_and_only_the_unknown_word_is_to_be_checked():
    with reading.open_table(DATA / "customers-messy.xlsx", "客户.xlsx", fields=FIELDS) as table:
        guesses = headings.guess(table.headings, FIELDS)
    assert [guess.field for guess in guesses] == [field.name for field in FIELDS]
    assert [guess.heading for guess in guesses if guess.confidence is not Confidence.SURE] == ["跟进进度"]


def test_ten_thousand_clean_customers_are_read_and_normalized():
    with reading.open_table(DATA / "customers-10k.xlsx", "客户.xlsx", fields=FIELDS) as table:
        columns = mapped(table)
        results = [normalized(columns, values) for _number, values in table.rows()]
    assert len(results) == 10_000
    assert not any(wrong for _stored, wrong in results)
