"""The screens: every button at its three gates, nothing lost on an error, bad files told in a sentence."""

import io
import re
from dataclasses import replace

import pytest
from flask import g
from sqlalchemy import func, select

from app.base import background, storage
from app.base.actor import SYSTEM, acting
from app.crm.customers.models import Customer
from app.extensions import db
from app.system.imports import rules
from app.system.imports.models import ImportRun
from app.system.jobs import services as jobs
from app.system.jobs.models import Job
from tests.bed.cpu import cpu_seconds
from tests.cast import DAI, QIAN, SAM
from tests.system.imports.steps import DATA, workbook

BUTTONS = ["check", "choices", "import", "discard", "undo"]


def send(browser, path, template="company", name=None):
    given = {"template": template, "file": (io.BytesIO(path.read_bytes()), name or path.name)}
    return browser.post("/imports/customers/upload", data=given, content_type="multipart/form-data")


def run_of(answer):
    return int(re.search(r"/imports/customers/(\d+)", answer.headers["Location"])[1])


def test_a_dispatcher_imports_a_file_from_upload_to_result(as_user, app, tmp_path, read):
    path = workbook(
        tmp_path,
        ["单位名称", "法人手机", "颜色"],
        ["洛阳恒泰机械有限公司", "138 1234 5678", "红"],
        ["", "13812345679", ""],
    )
    browser = as_user("dai")
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
    assert read(ImportRun, key).sha256 is None  # nobody keeps the file any longer


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
    begun = cpu_seconds()
    answer = send(as_user("dai"), path)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert cpu_seconds() - begun < 5


def test_without_a_file_a_sentence_asks_for_one(as_user):
    assert "Choose a file first." in as_user("dai").post("/imports/customers/upload", data={"template": "company"}).text


@pytest.mark.one_database
def test_a_file_too_long_for_the_page_names_limit_and_command(as_user, tmp_path, monkeypatch):
    assert rules.LARGEST_IN_BROWSER == 200_000
    monkeypatch.setattr(rules, "LARGEST_IN_BROWSER", 20)
    path = tmp_path / "long.csv"
    path.write_text("单位名称,电话\n" + "甲,13812345678\n" * 21, encoding="utf-8")
    answer = send(as_user("dai"), path)
    assert answer.status_code == 422
    assert "21 rows" in answer.text
    assert "20 are the most" in answer.text
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


def test_a_run_given_up_leaves_no_rows_and_nobody_keeps_its_file(as_user, app, tmp_path, read):
    browser = as_user("dai")
    key = run_of(send(browser, workbook(tmp_path, ["单位名称"], ["甲"])))
    content = read(ImportRun, key).sha256
    with app.app_context():
        assert storage.exists(content)
        assert storage.remove(content) is False  # the run keeps it
    assert browser.post(f"/imports/customers/{key}/discard").status_code == 302
    assert (read(ImportRun, key).state, read(ImportRun, key).sha256) == ("discarded", None)
    with app.app_context():
        assert storage.remove(content) is True
    assert read(ImportRun, key).user_id == DAI.id


# ── long files ──


def test_a_long_file_is_checked_imported_and_taken_back_in_the_background(as_user, app, tmp_path, read, monkeypatch):
    monkeypatch.setitem(app.config, "ZHIKE", replace(app.config["ZHIKE"], background_from_rows=2))
    browser = as_user("dai")
    path = workbook(tmp_path, ["单位名称", "电话"], *[[f"客户{n}", f"1391234{n:04}"] for n in range(3)])
    address = f"/imports/customers/{run_of(send(browser, path))}"

    browser.post(f"{address}/check", data={"field-0": "name", "field-1": "phone"})
    assert "data-job=" in browser.get(address).text
    assert "This file is being worked on" in refused(browser, f"{address}/check", {"field-0": "name"})
    worked(app)
    assert "will be written" in browser.get(address).text

    browser.post(f"{address}/import")
    assert customers(app) == 0
    assert "data-job=" in browser.get(address).text
    worked(app)
    assert customers(app) == 3
    assert "Take the import back" in browser.get(address).text

    browser.post(f"{address}/undo")
    worked(app)
    assert customers(app) == 0
    assert read(ImportRun, int(address.rsplit("/", 1)[1])).state == "undone"


def refused(browser, address, data):
    answer = browser.post(address, data=data)
    assert answer.status_code == 422
    return answer.text


def worked(app):
    with app.app_context(), acting(SYSTEM):
        for job_id in db.session.scalars(select(Job.id).where(Job.state == "waiting")).all():
            assert jobs.work(job_id, lease_seconds=60) == "done", db.session.get(Job, job_id).problem


def customers(app):
    with app.app_context(), acting(SYSTEM):
        return db.session.scalar(select(func.count(Customer.id)))


def test_an_import_cut_off_offers_to_go_on_and_says_why(as_user, app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "ZHIKE", replace(app.config["ZHIKE"], background_from_rows=0))
    browser = as_user("dai")
    address = (
        f"/imports/customers/{run_of(send(browser, workbook(tmp_path, ['单位名称', '电话'], ['甲', '13912340000'])))}"
    )
    browser.post(f"{address}/check", data={"field-0": "name", "field-1": "phone"})
    worked(app)
    browser.post(f"{address}/import")
    with app.app_context(), acting(SYSTEM):
        job = db.session.scalars(select(Job).where(Job.kind == "import")).one()
        job.state, job.problem = "failed", "It was interrupted 5 times."
        db.session.get(ImportRun, int(address.rsplit("/", 1)[1])).state = "importing"
        db.session.commit()
    page = browser.get(address).text
    assert "It was interrupted 5 times." in page
    assert "Let it go on" in page
    browser.post(f"{address}/import")
    worked(app)
    assert customers(app) == 1


@pytest.mark.one_database
def test_the_job_of_an_import_leads_to_the_page_of_its_file(app):
    lead = background.leads["import"]
    for username, wanted in {"sam": "/imports/customers/7", "qian": ""}.items():
        with app.test_request_context():
            g.actor = {"sam": SAM, "qian": QIAN}[username].actor
            assert lead({"run": 7, "of": "customers"}) == wanted
            assert lead({"run": 7, "of": "gone"}) == ""
