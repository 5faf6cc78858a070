"""The screens: every button at its three gates, nothing lost on an error, bad files told in a sentence."""

import io
import re
import time

import pytest

from app.crm.customers.models import Customer
from app.system.imports.models import ImportRun
from tests.cast import DAI
from tests.system.imports.steps import DATA, workbook

BUTTONS = ["check", "choices", "import", "discard", "undo"]


def send(browser, path, template="company", name=None):
    given = {"template": template, "file": (io.BytesIO(path.read_bytes()), name or path.name)}
    return browser.post("/imports/customers/upload", data=given, content_type="multipart/form-data")


def run_of(answer):
    return int(re.search(r"/imports/customers/(\d+)", answer.headers["Location"])[1])


def kept_files(app):
    return set((app.config["ZHIKE"].data_dir / "imports").glob("*"))


def test_a_dispatcher_imports_a_file_from_upload_to_result(as_user, app, tmp_path, read):
    path = workbook(
        tmp_path,
        ["单位名称", "法人手机", "颜色"],
        ["洛阳恒泰机械有限公司", "138 1234 5678", "红"],
        ["", "13812345679", ""],
    )
    browser, before = as_user("dai"), kept_files(app)
    key = run_of(send(browser, path))

    mapping = browser.get(f"/imports/customers/{key}")
    assert "法人手机" in mapping.text
    assert "Do not import" in mapping.text
    assert (
        browser.post(f"/imports/customers/{key}/check", data={"field-0": "name", "field-1": "legal_phone"}).status_code
        == 302
    )
    check = browser.get(f"/imports/customers/{key}")
    assert "Please fill this in." in check.text
    assert browser.post(f"/imports/customers/{key}/import").status_code == 302

    result = browser.get(f"/imports/customers/{key}")
    assert "Download the returned rows" in result.text
    assert read(ImportRun, key).counts == {"create": 1, "update": 0, "skip": 0, "reject": 1}
    assert browser.get(f"/imports/customers/{key}/result.xlsx").status_code == 200
    assert "洛阳恒泰机械有限公司" in browser.get("/customers/").text
    assert kept_files(app) == before


@pytest.mark.one_database
@pytest.mark.parametrize("address", ["", "template/company.xlsx", "1", "1/result.xlsx", "1/undo"])
def test_who_may_not_import_sees_no_screen_of_it(as_user, address):
    assert as_user("lin").get(f"/imports/customers/{address}").status_code == 403


@pytest.mark.parametrize("button", ["upload", *[f"1/{button}" for button in BUTTONS]])
def test_who_may_not_import_presses_no_button_of_it(as_user, button):
    assert as_user("lin").post(f"/imports/customers/{button}").status_code == 403


@pytest.mark.parametrize("button", BUTTONS)
def test_the_run_of_another_is_not_there(as_user, button, tmp_path):
    key = run_of(send(as_user("dai"), workbook(tmp_path, ["单位名称"], ["甲"])))
    assert as_user("sam").post(f"/imports/customers/{key}/{button}").status_code == 404
    assert as_user("sam").get(f"/imports/customers/{key}").status_code == 404


@pytest.mark.parametrize(("button", "sentence"), [
    ("choices", "This file has not been checked yet"),
    ("import", "This file has not been checked yet"),
    ("undo", "This file has not been checked yet"),
])  # fmt: skip
def test_a_button_pressed_too_early_says_so(as_user, button, sentence, tmp_path):
    browser = as_user("dai")
    key = run_of(send(browser, workbook(tmp_path, ["单位名称"], ["甲"])))
    assert sentence in browser.post(f"/imports/customers/{key}/{button}", follow_redirects=True).text


def test_a_refused_mapping_keeps_what_was_chosen(as_user, tmp_path):
    browser = as_user("dai")
    key = run_of(send(browser, workbook(tmp_path, ["单位名称", "别名"], ["甲", "乙"])))
    answer = browser.post(f"/imports/customers/{key}/check", data={"field-0": "name", "field-1": "name"})
    assert answer.status_code == 422
    assert "Two columns go to the same field" in answer.text
    assert len(re.findall(r'<option value="name" selected', answer.text)) == 2


def test_without_the_name_no_row_can_be_imported(as_user, tmp_path):
    browser = as_user("dai")
    key = run_of(send(browser, workbook(tmp_path, ["单位名称", "别名"], ["甲", "乙"])))
    assert (
        "without it no row can be imported"
        in browser.post(f"/imports/customers/{key}/check", data={"field-1": "notes"}).text
    )


@pytest.mark.one_database
@pytest.mark.parametrize(("name", "content", "sentence"), [
    ("leer.xlsx", b"", "This file is empty"),
    ("x.xlsx", b"PK\x03\x04 broken", "This file is damaged"),
    ("x.pdf", b"%PDF-1.7\n", "not a table"),
    ("locked.xlsx", None, "protected by a password"),
])  # fmt: skip
def test_a_bad_file_gets_its_sentence_within_five_seconds(as_user, name, content, sentence, tmp_path):
    path = tmp_path / name
    path.write_bytes((DATA / name).read_bytes() if content is None else content)
    begun = time.monotonic()
    answer = send(as_user("dai"), path)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert time.monotonic() - begun < 5


def test_without_a_file_a_sentence_asks_for_one(as_user):
    assert "Choose a file first." in as_user("dai").post("/imports/customers/upload", data={"template": "company"}).text


@pytest.mark.one_database
def test_a_file_too_long_for_the_page_names_limit_and_command(as_user, tmp_path):
    path = tmp_path / "long.csv"
    path.write_text("单位名称,电话\n" + "甲,13812345678\n" * 20_001, encoding="utf-8")
    answer = send(as_user("dai"), path)
    assert answer.status_code == 422
    assert "20,001 rows" in answer.text
    assert "20,000" in answer.text
    assert "flask customers import" in answer.text


@pytest.mark.one_database
@pytest.mark.parametrize("template", ["company", "person"])
def test_the_templates_can_be_downloaded_and_sent_back(as_user, template, tmp_path):
    answer = as_user("dai").get(f"/imports/customers/template/{template}.xlsx")
    assert answer.data.startswith(b"PK")


@pytest.mark.one_database
def test_the_customer_list_offers_the_import_to_whom_may(as_user):
    assert "/imports/customers/" in as_user("dai").get("/customers/").text
    assert "/imports/customers/" not in as_user("lin").get("/customers/").text


def test_an_import_is_taken_back_after_a_preview(as_user, tmp_path, read):
    browser = as_user("dai")
    key = run_of(send(browser, workbook(tmp_path, ["单位名称", "电话"], ["洛阳恒泰", "13812345678"])))
    browser.post(f"/imports/customers/{key}/check", data={"field-0": "name", "field-1": "phone"})
    browser.post(f"/imports/customers/{key}/import")
    assert "1 records that this import made are removed" in browser.get(f"/imports/customers/{key}/undo").text
    assert browser.post(f"/imports/customers/{key}/undo").status_code == 302
    assert read(ImportRun, key).state == "undone"
    assert "Removed: 1." in browser.get(f"/imports/customers/{key}").text
    assert read(Customer, 1) is None


def test_a_run_given_up_leaves_neither_file_nor_rows(as_user, app, tmp_path, read):
    browser, before = as_user("dai"), kept_files(app)
    key = run_of(send(browser, workbook(tmp_path, ["单位名称"], ["甲"])))
    assert len(kept_files(app)) == len(before) + 1
    assert browser.post(f"/imports/customers/{key}/discard").status_code == 302
    assert read(ImportRun, key).state == "discarded"
    assert kept_files(app) == before
    assert read(ImportRun, key).user_id == DAI.id
