"""Assignment by a column of a file: who is meant, what is wrong with a row, limits, messages, taking back."""

import io

import openpyxl
import pytest

from app.base.actor import SYSTEM, acting
from app.base.sentences import restored
from app.crm.customers import services as customers
from app.crm.customers.models import Customer
from app.extensions import db
from app.system.imports import services
from tests.cast import DAI, EVE, MEI, SAM
from tests.crm.assignments.steps import holders, limit, messages, spells
from tests.factories import a_customer
from tests.system.imports.steps import rows_of, workbook

CODE = "91350000NFEU9W2E97"
HEADINGS = ["统一社会信用代码", "客户名称", "电话", "负责人"]


@pytest.fixture
def keys(in_app):
    """Three customers of the pool: one with a code, two of one name, each with a phone."""
    return [
        a_customer(name="甲公司", phone="+8637165000001", credit_code=CODE, owner=None).id,
        a_customer(name="同名公司", phone="+8637165000002", owner=None).id,
        a_customer(name="同名公司", phone="+8637165000003", owner=None).id,
    ]


def checked(tmp_path, *rows, who=DAI, headings=HEADINGS):
    path = workbook(tmp_path, headings, *rows)
    with acting(who.actor) as actor:
        run = services.upload(
            path, file_name=path.name, kind="assignments", template="assign", actor=actor, in_browser=True
        )
        services.check(run, [column["field"] for column in run.columns], actor=actor)
    return run


def imported(tmp_path, *rows, who=DAI):
    run = checked(tmp_path, *rows, who=who)
    with acting(who.actor) as actor:
        services.import_run(run, actor=actor)
    return run


def problems(run):
    with acting(SYSTEM):
        return {
            number: " ".join(str(restored(one["sentence"])) for one in row.problems or [])
            for number, row in rows_of(run).items()
        }


def test_the_columns_are_known_by_their_headings(keys, tmp_path):
    run = checked(tmp_path, [CODE, "", "", "梅芳"])
    assert [column["field"] for column in run.columns] == ["credit_code", "name", "phone", "owner"]


def test_code_name_and_phone_each_name_a_customer_and_three_words_a_person(keys, tmp_path):
    run = imported(
        tmp_path,
        [CODE, "", "", "梅芳"],
        ["", "同名公司", "0371-65000002", "mei"],
        ["", "", "0371-65000003", "E005"],
    )
    assert run.counts == {"create": 0, "update": 3, "skip": 0, "reject": 0}
    assert holders() == {MEI.id: 2, EVE.id: 1}
    assert spells(keys[0]) == [(MEI.id, "import", None)]
    with acting(SYSTEM):
        given = db.session.get(Customer, keys[0])
        assert (given.department_id, given.assigned_at is not None) == (MEI.department_id, True)
    assert (messages(MEI), messages(EVE)) == ([("customers_given", 2)], [("customers_given", 1)])


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["", "", "", "梅芳"], "Write which customer is meant"),
        (["", "没有这家", "", "梅芳"], "no such customer that you may assign"),
        (["", "同名公司", "", "梅芳"], "2 customers are meant"),
        ([CODE, "同名公司", "", "梅芳"], "mean different customers"),
        ([CODE, "", "", ""], "Please fill this in"),
        ([CODE, "", "", "没有这人"], "is not exactly one active person"),
        ([CODE, "", "", "钱朵"], "no role that works on customers"),
        (["不是代码", "", "", "梅芳"], "18"),
    ],
)
def test_what_is_wrong_with_a_row_is_told_before_anything_is_done(keys, tmp_path, row, said):
    run = checked(tmp_path, row)
    assert said in problems(run)[2]
    with acting(DAI.actor):
        assert services.forecast(run)["update"] == 0
    assert holders() == {None: 3}


def test_a_customer_stands_in_a_file_once(keys, tmp_path):
    run = imported(tmp_path, [CODE, "", "", "梅芳"], ["", "甲公司", "", "林晓"])
    assert "Row 2 of this file has the same customer" in problems(run)[3]
    assert holders() == {MEI.id: 1, None: 2}


def test_limits_hold_in_the_trial_and_when_it_is_done(keys, tmp_path):
    limit(MEI, 1)
    rows = [[CODE, "", "", "梅芳"], ["", "", "0371-65000002", "梅芳"]]
    run = checked(tmp_path, *rows)
    assert problems(run)[3] == "梅芳 may hold 1 customers, and does."
    a_customer(name="又一家", phone="+8637165000009", owner=MEI.id)
    with acting(DAI.actor) as actor:
        services.import_run(run, actor=actor)
    assert run.counts == {"create": 0, "update": 0, "skip": 1, "reject": 1}
    assert problems(run)[2] == "梅芳 may hold 1 customers, and does."
    assert holders() == {MEI.id: 1, None: 3}


def test_who_holds_it_already_needs_no_room_and_no_message(keys, tmp_path):
    a_customer(name="她的", phone="+8637165000009", owner=MEI.id)
    limit(MEI, 1)
    run = imported(tmp_path, ["", "她的", "", "梅芳"])
    assert (run.counts["update"], messages(MEI)) == (1, [])


def test_a_supervisor_names_only_her_own_people_and_customers(keys, tmp_path):
    a_customer(name="林家", phone="+8637165000008")
    run = checked(tmp_path, ["", "林家", "", "叶薇"], ["", "甲公司", "", "梅芳"], ["", "林家", "", "梅芳"], who=SAM)
    said = problems(run)
    assert "does not belong to your department" in said[2]
    assert "no such customer that you may assign" in said[3]
    assert said[4] == ""


def test_undo_gives_back_who_held_them_but_for_those_edited_since(keys, tmp_path):
    run = imported(tmp_path, [CODE, "", "", "梅芳"], ["", "", "0371-65000002", "梅芳"])
    with acting(SYSTEM):
        customers.change(db.session.get(Customer, keys[1]), {"notes": "改过"}, actor=SYSTEM, revision=None)
    with acting(DAI.actor) as actor:
        done = services.undo(run, actor=actor)
    assert (done.put_back, done.names) == (1, ["同名公司"])
    assert holders() == {MEI.id: 1, None: 2}
    assert spells(keys[0]) == [(MEI.id, "import", "undo")]
    with acting(SYSTEM):
        given = db.session.get(Customer, keys[0], populate_existing=True)
        assert given.assigned_at is None


@pytest.fixture
def pool(app):
    with app.app_context():
        return a_customer(name="甲公司", phone="+8637165000001", credit_code=CODE, owner=None).id


def test_from_upload_to_result_on_the_screens(app, as_user, pool, tmp_path):
    path = workbook(tmp_path, HEADINGS, [CODE, "", "", "梅芳"], ["", "没有这家", "", "梅芳"])
    browser = as_user("dai")
    template = browser.get("/imports/assignments/template/assign.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(template.data)).worksheets[0]
    assert [cell.value for cell in sheet[1]] == ["Credit code", "Customer name", "Main phone", "Owner*"]
    sent = {"file": (path.open("rb"), path.name), "template": "assign"}
    taken = browser.post("/imports/assignments/upload", data=sent, content_type="multipart/form-data")
    assert "One of credit code, customer name and phone is enough" in browser.get(taken.location).text
    fields = {f"field-{place}": name for place, name in enumerate(["credit_code", "name", "phone", "owner"])}
    browser.post(f"{taken.location}/check", data=fields)
    assert "no such customer that you may assign" in browser.get(taken.location).text
    browser.post(f"{taken.location}/import")
    assert "Changed" in browser.get(taken.location).text
    with app.app_context():
        assert holders() == {MEI.id: 1}
    browser.post(f"{taken.location}/undo")
    with app.app_context():
        assert holders() == {None: 1}


def test_who_may_not_assign_by_file_is_refused(as_user):
    assert as_user("lin").get("/imports/assignments/").status_code == 403
    assert as_user("mei").post("/imports/assignments/upload").status_code == 403
