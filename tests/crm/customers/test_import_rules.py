"""What a row means: duplicates and their choices, scope, dictionaries, owners, updates with their history."""

from datetime import date

import pytest
from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.base.errors import Invalid
from app.base.history import versions_of
from app.crm.customers.models import Customer, PhoneEntry, PhoneNumber
from app.crm.customers.services import share
from app.extensions import db
from app.system.dictionary.models import DictionaryValue
from app.system.imports import services
from tests import factories
from tests.cast import ANRAN, DAI, EVE, LIN, MEI, SAM
from tests.system.imports.steps import checked, imported, rows_of, workbook

OTHER = "91350000NFEU9W2E97"  # a credit code
NAME, PHONE, CODES = "单位名称", "法人手机", "信用代码"


def customers(**wanted):
    with acting(SYSTEM):
        return list(db.session.scalars(select(Customer).filter_by(**wanted).order_by(Customer.id)))


def sentences(row):
    return " ".join(problem["sentence"] for problem in row.problems or ())


def look(run):
    with acting(SYSTEM):
        return rows_of(run)


def test_an_equal_code_is_skipped_unless_update_is_chosen(in_app, tmp_path):
    there = factories.a_customer(credit_code=OTHER, address="老地址").id
    path = workbook(tmp_path, [NAME, CODES, "地址"], ["新名字有限公司", OTHER, "新地址"])

    run = imported(path, ANRAN)

    assert run.counts == {"create": 0, "update": 0, "skip": 1, "reject": 0}
    assert "has this credit code already (林晓)" in sentences(look(run)[2])
    run = imported(path, ANRAN, defaults={"code": "update"})
    assert run.counts["update"] == 1
    [customer] = customers(credit_code=OTHER)
    assert (customer.id, customer.name, customer.address) == (there, "新名字有限公司", "新地址")


def test_an_equal_code_is_never_kept_twice(in_app, tmp_path):
    factories.a_customer(credit_code=OTHER)
    with pytest.raises(Invalid, match="That cannot be chosen"):
        imported(workbook(tmp_path, [NAME, CODES], ["甲", OTHER]), ANRAN, defaults={"code": "keep_both"})
    with pytest.raises(Invalid, match="That cannot be chosen"):
        imported(workbook(tmp_path, [NAME, CODES], ["甲", OTHER]), ANRAN, rows={2: "keep_both"})


@pytest.mark.parametrize(("choice", "count", "address"), [
    ("skip", 1, "老地址"),
    ("update", 1, "新地址"),
    ("keep_both", 2, "老地址"),
])  # fmt: skip
@pytest.mark.parametrize("equal", ["name", "phone"])
def test_an_equal_name_or_phone_offers_all_three_choices(in_app, tmp_path, equal, choice, count, address):
    there = factories.a_customer(name="甲公司", phone="+8613812345678", address="老地址").id
    row = ["甲公司", "13999999999", "新地址"] if equal == "name" else ["乙公司", "13812345678", "新地址"]

    run = imported(workbook(tmp_path, [NAME, "电话", "地址"], row), ANRAN, defaults={equal: choice})

    with acting(SYSTEM):
        assert len(customers()) == count
        assert db.session.get(Customer, there).address == address
    assert look(run)[2].reason == equal


def test_the_choice_of_a_row_goes_before_the_choice_of_its_kind(in_app, tmp_path):
    factories.a_customer(name="甲公司")
    path = workbook(tmp_path, [NAME, "电话"], ["甲公司", "13999999999"], ["甲公司", "13999999998"])
    run = imported(path, ANRAN, defaults={"name": "skip"}, rows={2: "keep_both"})
    assert run.counts == {"create": 1, "update": 0, "skip": 1, "reject": 0}


def test_a_code_is_used_by_the_first_row_that_is_accepted(in_app, tmp_path):
    run = imported(workbook(tmp_path, [NAME, CODES], ["", OTHER], ["甲", OTHER], ["乙", OTHER]), ANRAN)
    rows = look(run)
    assert [rows[number].verdict for number in (2, 3, 4)] == ["reject", "accept", "reject"]
    assert "Row 3 of this file has the same credit code." in sentences(rows[4])


def test_rows_without_a_code_and_with_one_name_are_duplicates_within_the_file(in_app, tmp_path):
    path = workbook(tmp_path, ["姓名", "手机"], ["王伟", "13812345678"], ["王伟", "13812345679"])
    run = imported(path, ANRAN, template="person")
    assert run.counts == {"create": 1, "update": 0, "skip": 1, "reject": 0}
    assert "Row 2 of this file has the same name." in sentences(look(run)[3])
    assert customers()[0].kind == "person"


def test_the_same_file_again_is_all_duplicates(in_app, tmp_path):
    path = workbook(tmp_path, [NAME, "电话"], ["甲", "13812345678"], ["乙", "13812345679"])
    assert imported(path, ANRAN).counts["create"] == 2
    assert imported(path, ANRAN).counts == {"create": 0, "update": 0, "skip": 2, "reject": 0}


# ── scope ──


def test_outside_the_scope_a_duplicate_is_only_known_to_exist(in_app, tmp_path):
    factories.a_customer(name="叶薇的客户", credit_code=OTHER, owner=EVE.id)
    path = workbook(tmp_path, [NAME, CODES], ["我的客户", OTHER])
    run = imported(path, LIN, defaults={"code": "update"})
    row = look(run)[2]
    assert (run.counts["skip"], run.counts["update"], row.may_update) == (1, 0, False)
    assert "叶薇的客户" not in sentences(row)
    assert "There is a customer with this credit code already (叶薇)." in sentences(row)
    assert customers()[0].name == "叶薇的客户"


def test_a_customer_only_to_be_read_is_not_updated(in_app, tmp_path):
    customer = factories.a_customer(name="叶薇的客户", credit_code=OTHER, owner=EVE.id)
    with acting(SYSTEM):
        share(customer, employee_id=LIN.id, can_write=False, until_on=None, actor=SYSTEM)
    run = imported(workbook(tmp_path, [NAME, CODES], ["改名", OTHER]), LIN, defaults={"code": "update"})
    assert run.counts["skip"] == 1
    assert "“叶薇的客户” has this credit code already" in sentences(look(run)[2])


def test_rights_lost_between_check_and_import_count(in_app, tmp_path):
    customer = factories.a_customer(credit_code=OTHER, owner=LIN.id)
    key = customer.id
    with acting(LIN.actor):
        run = checked(workbook(tmp_path, [NAME, CODES], ["改名", OTHER]), LIN)
        services.choose(run, defaults={"code": "update"}, rows={}, words=(), actor=LIN.actor)
    with acting(SYSTEM):
        db.session.get(Customer, key).owner_id = EVE.id
        db.session.commit()
    with acting(LIN.actor):
        services.import_run(run, actor=LIN.actor)
    assert run.counts["skip"] == 1
    assert "no longer yours to change" in sentences(look(run)[2])


# ── owners ──


def test_who_may_assign_names_owners_and_the_department_follows(in_app, tmp_path):
    path = workbook(tmp_path, [NAME, "电话", "跟进人"], ["甲", "13812345671", "梅芳"],
                    ["乙", "13812345672", "lin"],
                    ["丙", "13812345673", "E005"], ["丁", "13812345674", ""],
                    ["戊", "13812345675", "谁也不是"])  # fmt: skip
    run = imported(path, DAI)
    found = {customer.name: (customer.owner_id, customer.department_id) for customer in customers()}
    assert found == {
        "甲": (MEI.id, MEI.department_id),
        "乙": (LIN.id, LIN.department_id),
        "丙": (EVE.id, EVE.department_id),
        "丁": (None, DAI.department_id),
    }
    assert "“谁也不是” is not exactly one active person" in sentences(look(run)[6])


def test_who_may_not_assign_owns_what_they_import_and_is_told(in_app, tmp_path):
    path = workbook(tmp_path, [NAME, "电话", "跟进人"], ["甲", "13812345671", "梅芳"])
    imported(path, SAM)
    assert [(customer.owner_id, customer.department_id) for customer in customers()] == [(SAM.id, SAM.department_id)]
    notes = services.targets["customers"].notes("company", actor=SAM.actor)
    assert "You cannot assign customers to others" in str(notes[0])


def test_an_update_assigns_only_for_whom_may(in_app, tmp_path):
    factories.a_customer(name="甲", owner=LIN.id)
    path = workbook(tmp_path, [NAME, "电话", "跟进人"], ["甲", "13812345671", "梅芳"])
    imported(path, SAM, defaults={"name": "update"})
    assert customers()[0].owner_id == LIN.id
    imported(path, DAI, defaults={"name": "update"})
    assert (customers()[0].owner_id, customers()[0].department_id) == (MEI.id, MEI.department_id)


# ── dictionaries ──


@pytest.mark.parametrize(("heading", "word", "field", "code"), [
    ("经营状态", "存續", "operating_status", "existing"),
    ("经营状态", "In business", "operating_status", "operating"),
    ("经营状态", "moved_out", "operating_status", "moved_out"),
    ("跟进进度", "启新老客户", "followup_status", "qixin_customer"),
    ("地区", "河南", "region", "410000"),
    ("地区", "河南省郑州市", "region", "410100"),
    ("地区", "河南 郑州", "region", "410100"),
    ("地区", "吉林", "region", "220000"),
    ("标签", "月结，老客户", "tags", ["monthly_billing", "old_customer"]),
])  # fmt: skip
def test_a_word_is_understood_in_any_language_script_or_short_form(in_app, tmp_path, heading, word, field, code):
    with acting(ANRAN.actor):
        run = checked(workbook(tmp_path, [NAME, "电话", heading], ["甲", "13812345671", word]), ANRAN)
    assert look(run)[2].values[field] == code, look(run)[2].problems


@pytest.mark.parametrize(("heading", "word", "sentence"), [
    ("经营状态", "睡着了", "this list is closed"),
    ("跟进进度", "随便", "this list is closed"),
    ("地区", "火星", "There is no region “火星”"),
    ("地区", "鼓楼区", "write the province too"),
])  # fmt: skip
def test_a_closed_dictionary_refuses_an_unknown_or_ambiguous_word(in_app, tmp_path, heading, word, sentence):
    with acting(ANRAN.actor):
        run = checked(workbook(tmp_path, [NAME, "电话", heading], ["甲", "13812345671", word]), ANRAN)
    assert look(run)[2].verdict == "reject"
    assert sentence in sentences(look(run)[2])


def test_an_open_dictionary_takes_a_new_word_only_with_one_click(in_app, tmp_path):
    path = workbook(
        tmp_path,
        [NAME, "电话", "行业", "标签"],
        ["甲", "13812345671", "無人機", "月结、试飞"],
        ["乙", "13812345672", "无人机", ""],
    )
    run = imported(path, ANRAN)
    assert run.counts == {"create": 0, "update": 0, "skip": 0, "reject": 2}
    assert "was not accepted as a new one" in sentences(look(run)[2])
    assert {(one["dictionary"], one["word"]) for one in run.proposals} == {
        ("industry_trade", "無人機"), ("industry_trade", "无人机"), ("customer_tag", "试飞"),
    }  # fmt: skip

    run = imported(path, ANRAN, words=[("industry_trade", "無人機"), ("customer_tag", "试飞")])

    assert run.counts["create"] == 2
    with acting(SYSTEM):
        added = db.session.query(DictionaryValue).filter_by(label_zh_hans="无人机").all()
        assert [(value.dictionary_code, value.code, value.label_zh_hant) for value in added] == [
            ("industry_trade", "wrj", "無人機")
        ]
        assert {customer.industry for customer in customers()} == {"wrj"}
        assert [tag.code for tag in customers(name="甲")[0].tags] == ["monthly_billing", "sf"]


# ── updates ──


def test_an_update_changes_only_mapped_cells_that_are_filled_with_one_history_line(in_app, tmp_path):
    there = factories.a_customer(
        name="甲", credit_code=OTHER, address="老地址", notes="留下", tags=("old_customer",)
    ).id
    path = workbook(
        tmp_path,
        [NAME, CODES, "地址", "成立日期", PHONE, "标签"],
        ["甲", OTHER, "", "2011-06-14", "13812345671", "月结"],
    )
    run = imported(path, ANRAN, defaults={"code": "update"})
    with acting(SYSTEM):
        customer = db.session.get(Customer, there)
        assert (customer.address, customer.notes, customer.registered_on) == ("老地址", "留下", date(2011, 6, 14))
        assert [tag.code for tag in customer.tags] == ["monthly_billing"]
        versions = versions_of(Customer)
        written = db.session.scalars(
            select(versions.operation_type).where(versions.transaction_id == change_set_of(run))
        )
        assert list(written) == [1]
        assert db.session.scalar(select(PhoneEntry.customer_id).where(PhoneEntry.number == "+8613812345671")) == there
        assert db.session.get(PhoneNumber, "+8613812345671").customer_count == 1


def change_set_of(run):
    return next(row.change_set_id for row in rows_of(run).values() if row.change_set_id)


def test_masked_fields_are_not_overwritten_by_an_update(in_app, tmp_path):
    factories.a_customer(name="甲", phone="+8613812345678")
    imported(
        workbook(tmp_path, [NAME, "电话", "地址"], ["甲", "13900000000", "新地址"]), DAI, defaults={"name": "update"}
    )
    [customer] = customers()
    assert (customer.phone, customer.address) == ("+8613812345678", "新地址")


def test_two_rows_for_one_record_change_it_once(in_app, tmp_path):
    factories.a_customer(name="甲")
    path = workbook(tmp_path, [NAME, "电话", "地址"], ["甲", "13812345671", "一"], ["甲", "13812345672", "二"])
    run = imported(path, ANRAN, defaults={"name": "update"})
    assert (run.counts["update"], run.counts["skip"], customers()[0].address) == (1, 1, "一")
    assert "An earlier row of this file changes the same record." in sentences(look(run)[3])


def test_a_failed_formula_and_a_missing_way_to_reach_them_are_problems(in_app, tmp_path):
    with acting(ANRAN.actor):
        run = checked(workbook(tmp_path, [NAME, "地址"], ["甲", "某处"]), ANRAN)
    assert "Give at least one phone number, or the credit code." in sentences(look(run)[2])


def test_a_customer_that_became_only_readable_since_the_check_is_not_updated(in_app, tmp_path):
    key = factories.a_customer(name="旧名", credit_code=OTHER, owner=LIN.id).id
    with acting(LIN.actor):
        run = checked(workbook(tmp_path, [NAME, CODES], ["改名", OTHER]), LIN)
        services.choose(run, defaults={"code": "update"}, rows={}, words=(), actor=LIN.actor)
    with acting(SYSTEM):
        customer = db.session.get(Customer, key)
        customer.owner_id = EVE.id
        share(customer, employee_id=LIN.id, can_write=False, until_on=None, actor=SYSTEM)
    with acting(LIN.actor):
        services.import_run(run, actor=LIN.actor)
    assert (run.counts["skip"], customers()[0].name) == (1, "旧名")
