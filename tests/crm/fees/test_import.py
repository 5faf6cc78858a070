"""An existing ledger is brought in: who is meant, what is wrong, numbers, what is approved, and taking it back."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.base import clock
from app.base.actor import acting
from app.base.scope import unscoped
from app.crm.customers import queries as customers
from app.crm.fees import services
from app.crm.fees.models import Fee
from app.extensions import db
from app.system.imports import queries as imports
from app.system.imports import services as importing
from tests.cast import ANRAN, LIN, QIAN
from tests.factories import a_customer, a_fee, a_product
from tests.system.imports.steps import workbook

pytestmark = pytest.mark.usefixtures("in_app")
DAY = clock.today()
HEADS = ["编号", "客户名称", "项目", "金额", "到账日", "审核状态", "收款方式", "经办人"]
FIELDS = ["number", "customer", "product", "amount", "received_on", "state", "method", "agent"]
COMPANY = "河南晨光商贸有限公司"


@pytest.fixture
def house():
    customer = a_customer(name=COMPANY)
    return customer.id, a_product(code="FW-01", name="软件年费").id


def brought_in(folder, *rows, who=ANRAN):
    path = workbook(folder, HEADS, *rows, name="旧流水.xlsx")
    with acting(who.actor) as actor:
        about = {"kind": "fees", "template": "fees", "actor": actor, "in_browser": True}
        run = importing.upload(path, file_name=path.name, **about)
        guessed = [column["field"] for column in run.columns]
        importing.check(run, guessed, actor=actor)
        importing.import_run(run, actor=actor)
        return run, guessed


def fees():
    with unscoped("a test looks"):
        return {fee.number: fee for fee in db.session.scalars(select(Fee).order_by(Fee.id))}


def problems(run):
    with acting(ANRAN.actor):
        rows = imports.rows(run, limit=50) if hasattr(imports, "rows") else []
        return [one for row in rows for one in (row.problems or [])]


def test_a_ledger_is_read_by_its_own_headings_and_keeps_its_numbers(house, tmp_path):
    month = f"FW-{DAY:%Y%m}"
    _run, guessed = brought_in(
        tmp_path,
        [f"{month}-000041", COMPANY, "软件年费", "1,200.00", DAY.isoformat(), "已审核", "微信支付", "林晓"],
        ["A-7", COMPANY, "FW-01", "600", DAY.isoformat(), "", "", ""],
        ["", COMPANY, "fw-01", "700", DAY.isoformat(), "", "", ""],
    )

    assert guessed == FIELDS
    found = fees()
    assert sorted(found) == ["A-7", f"{month}-000041", f"{month}-000042"]
    one = found[f"{month}-000041"]
    assert (one.state, one.amount, one.method, one.agent_id) == ("approved", Decimal(1200), "wechat_pay", LIN.id)
    assert (found["A-7"].state, found["A-7"].source) == ("unreviewed", "imported")
    assert a_fee(customer=house[0]).number == f"{month}-000043"


def test_what_was_imported_waits_for_somebody_else(house, tmp_path):
    brought_in(tmp_path, ["", COMPANY, "FW-01", "600", DAY.isoformat(), "", "", ""])
    (fee,) = fees().values()
    with acting(QIAN.actor) as qian:
        assert services.approve([fee.id], "", qian).changed == [fee.id]


def test_approved_only_with_the_permission(house, tmp_path):
    brought_in(tmp_path, ["", COMPANY, "FW-01", "600", DAY.isoformat(), "已审核", "", ""], who=QIAN)
    assert fees() == {}


@pytest.mark.parametrize(
    "row",
    [
        ["", "没有这家", "FW-01", "600", DAY.isoformat(), "", "", ""],
        ["", COMPANY, "没有", "600", DAY.isoformat(), "", "", ""],
        ["", COMPANY, "FW-01", "0", DAY.isoformat(), "", "", ""],
        ["", COMPANY, "FW-01", "六百", DAY.isoformat(), "", "", ""],
        ["", COMPANY, "FW-01", "600", (DAY + timedelta(days=2)).isoformat(), "", "", ""],
        ["", COMPANY, "FW-01", "600", "不是日期", "", "", ""],
        ["", COMPANY, "FW-01", "600", DAY.isoformat(), "已作废", "", ""],
        ["", COMPANY, "FW-01", "600", DAY.isoformat(), "", "贝壳", ""],
        ["", COMPANY, "FW-01", "600", DAY.isoformat(), "", "", "无此人"],
        ["", "", "", "", "", "", "", ""],
    ],
)
def test_a_row_with_something_wrong_in_it_is_left_out(house, tmp_path, row):
    brought_in(tmp_path, row, ["", COMPANY, "FW-01", "9", DAY.isoformat(), "", "", ""])
    assert [fee.amount for fee in fees().values()] == [Decimal(9)]


def test_a_number_or_a_payment_that_is_there_already_is_left_out(house, tmp_path):
    rows = (
        ["A-1", COMPANY, "FW-01", "600", DAY.isoformat(), "", "", ""],
        ["A-1", COMPANY, "FW-01", "601", DAY.isoformat(), "", "", ""],
        ["", COMPANY, "FW-01", "5", DAY.isoformat(), "", "", ""],
        ["", COMPANY, "FW-01", "5", DAY.isoformat(), "", "", ""],
    )
    brought_in(tmp_path, *rows)
    assert len(fees()) == 2
    brought_in(tmp_path, *rows)
    assert len(fees()) == 2


def test_an_import_is_taken_back_but_for_what_was_used_since(house, tmp_path):
    run, _guessed = brought_in(
        tmp_path,
        ["A-1", COMPANY, "FW-01", "600", DAY.isoformat(), "", "", ""],
        ["A-2", COMPANY, "FW-01", "601", DAY.isoformat(), "", "", ""],
        ["", COMPANY, "FW-01", "602", DAY.isoformat(), "", "", ""],
    )
    with acting(QIAN.actor) as qian:
        services.approve([fees()["A-1"].id], "", qian)
    with acting(ANRAN.actor) as anran:
        importing.undo(run, actor=anran)
        assert customers.by_id(house[0]) is not None

    left = {number: fee.state for number, fee in fees().items()}
    assert left == {"A-1": "approved", f"FW-{DAY:%Y%m}-000001": "void"}
