"""What the program wrote down for one person is read by another in the other's language, wherever it shows."""

import io
import json
import re
from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.background import Kind, kinds, register
from app.base.errors import Invalid
from app.base.history import change_set_class
from app.base.i18n import _, speaking
from app.base.timetable import Entry
from app.crm.customers.models import Customer
from app.extensions import db
from app.system.jobs import services as jobs
from app.system.jobs.models import Job, Turn
from app.system.logs import queries as logs
from app.system.logs import services as log
from app.system.runs.models import Run
from tests.cast import ANRAN, LIN
from tests.factories import a_customer
from tests.system.imports.steps import checked, imported, workbook

CHINESE, ENGLISH = "zh_Hans", "en"
MAKERS = pytest.mark.parametrize("maker", [CHINESE, "zh_Hant", ENGLISH])
TITLES = {CHINESE: "导出 客户资料", "zh_Hant": "匯出 客戶資料", ENGLISH: "Export of Customer records"}


def every_language(as_user, username):
    return {language: as_user(username, language=language) for language in TITLES}


def words(page):
    """Return the text of a page, without its marks."""
    return re.sub(r"<[^>]*>", "", page.text)


def a_job(app, maker, run=lambda _progress: {"rows": 1}):
    with app.app_context(), acting(LIN.actor) as actor, speaking(maker):
        register(Kind("test", _("Export of %(list)s"), run))
        return jobs.start("test", {}, words={"list": _("Customer records")}, actor=actor, language=maker)


@pytest.fixture(autouse=True)
def _no_kind_left():
    yield
    kinds.pop("test", None)


def work(app, key):
    with app.app_context():
        jobs.work(key, lease_seconds=60)


# ── jobs ──


@MAKERS
def test_the_title_of_a_job_in_list_page_tray_home_and_inbox(app, as_user, maker):
    key = a_job(app, maker)
    for browser, title in zip(every_language(as_user, "lin").values(), TITLES.values(), strict=True):
        assert title in words(browser.get("/jobs/"))
        assert title in words(browser.get(f"/jobs/{key}"))
        assert title in words(browser.get("/"))
        (told,) = browser.get("/jobs/mine", headers={"Accept": "application/json"}).json["jobs"]
        assert told["title"] == title
    work(app, key)
    for browser, title in zip(every_language(as_user, "lin").values(), TITLES.values(), strict=True):
        assert title in words(browser.get("/inbox/"))
        assert title in words(browser.get("/inbox/panel"))


@MAKERS
def test_why_a_job_failed(app, as_user, maker):
    def refuse(_progress):
        raise Invalid(_("There is no field “%(name)s” to filter by."), name="色")

    key = a_job(app, maker, refuse)
    work(app, key)
    found = {
        language: browser.get(f"/jobs/{key}/state").json["problem"]
        for language, browser in every_language(as_user, "lin").items()
    }
    assert found[ENGLISH] == "There is no field “色” to filter by."
    assert found[CHINESE] == "没有可供筛选的字段“色”。"
    assert len({*found.values()}) == len(found)
    assert found[CHINESE] in words(as_user("lin", language=CHINESE).get(f"/jobs/{key}"))


def test_what_went_wrong_by_itself_is_told_in_every_language(app, as_user):
    def fall(_progress):
        raise RuntimeError

    key = a_job(app, CHINESE, fall)
    work(app, key)
    assert "Something went wrong on our side" in words(as_user("lin").get(f"/jobs/{key}"))


@pytest.mark.parametrize(
    ("op", "value", "is_found"),
    [
        ("contains", "客户", True),
        ("contains", "customer rec", True),
        ("is", TITLES[ENGLISH], True),
        ("is", TITLES["zh_Hant"], True),
        ("is", "Export", False),
        ("in", [TITLES[CHINESE]], True),
        ("starts", "导出", True),
        ("starts", "Export of", True),
        ("starts", "Customer", False),
        ("ends", "records", True),
        ("ends", "Export", False),
        ("not_starts", "Customer", True),
        ("not_is", TITLES[ENGLISH], False),
        ("empty", None, False),
    ],
)
def test_jobs_are_found_by_their_title_in_any_language(app, as_user, op, value, is_found):
    a_job(app, CHINESE)
    asked = json.dumps({"all": [{"field": "title", "op": op, "value": value}]})
    answer = as_user("lin").get("/jobs/count", query_string={"filter": asked})
    assert answer.json["text"] == ("1" if is_found else "0")


def test_a_job_of_before_keeps_the_title_it_had(app, as_user):
    key = a_job(app, CHINESE)
    with app.app_context(), acting(SYSTEM):
        db.session.get(Job, key).title = "导出旧名单"
        db.session.commit()
    for op in ("is", "starts", "ends", "contains"):
        asked = json.dumps({"all": [{"field": "title", "op": op, "value": "导出旧名单"}]})
        assert as_user("lin").get("/jobs/count", query_string={"filter": asked}).json["text"] == "1"
    assert "导出旧名单" in words(as_user("lin").get("/jobs/"))


def test_the_timetable_tells_results_and_refusals_in_the_readers_language(app, as_user):
    def counted():
        return _(
            "Missing: %(missing)s, out of date: %(stale)s, left over: %(orphaned)s", missing=1, stale=2, orphaned=3
        )

    def refused():
        raise Invalid(_("Please write yes or no."))

    with app.app_context(), acting(SYSTEM), speaking(CHINESE):
        for name, task in (("test.counted", counted), ("test.refused", refused)):
            jobs.run_turn(Entry(name, task, minutes=1))
            db.session.get(Turn, name).due_at = clock.now() - timedelta(days=2)
            db.session.commit()
            jobs.run_turn(Entry(name, task, minutes=1))
    page = words(as_user("anran").get("/timetable/"))
    assert "Missing: 1, out of date: 2, left over: 3" in page
    assert "Please write yes or no." in page
    page = words(as_user("anran", language=CHINESE).get("/timetable/"))
    assert "缺失：1，过时：2，多余：3" in page


# ── many rows at once, and history ──


def changed_many(app, browser, *, action="bulk_edit", **filled):
    with app.app_context():
        ids = [a_customer(name="甲公司").id, a_customer(name="乙先生", kind="person", phone="+8613800138000").id]
    page = browser.post("/customers/bulk", data={"action": action, "scope": "selected", "filter": "", "ids": ids})
    asked = re.search(r'name="asked" value="([^"]+)"', page.text)[1]
    assert browser.post("/customers/bulk/run", data={"asked": asked} | filled).status_code == 302
    with app.app_context(), acting(SYSTEM):
        return ids, db.session.scalars(select(Run.id)).one()


@MAKERS
def test_a_run_its_refusals_and_the_notes_it_left(app, as_user, maker):
    (company, _person), run = changed_many(
        app, as_user("anran", language=maker), operating_status="existing", level="a"
    )
    chinese, english = as_user("anran", language=CHINESE), as_user("anran")

    assert "Customer records · Change many · 2 rows" in words(english.get("/runs/"))
    assert "客户资料 · 批量修改 · 2 行" in words(chinese.get("/runs/"))
    assert "Customer records · Change many · 2 rows" in words(english.get(f"/customers/{company}/history"))
    assert "客户资料 · 批量修改 · 2 行" in words(chinese.get(f"/customers/{company}/history"))
    assert "Customer records · Change many · 2 rows" in words(english.get("/changes/"))
    assert "客户资料 · 批量修改 · 2 行" in words(chinese.get("/logs/"))
    assert "Customer records · Change many · 2 rows" in words(english.get("/logs/"))

    as_user("anran", language=maker).post(f"/runs/{run}/take-back")
    assert "Taken back: Customer records · Change many · 2 rows" in words(english.get(f"/customers/{company}/history"))
    assert "撤销：客户资料 · 批量修改 · 2 行" in words(chinese.get(f"/customers/{company}/history"))


@MAKERS
def test_why_a_row_was_left_alone(app, as_user, maker):
    _ids, run = changed_many(app, as_user("anran", language=maker), operating_status="existing")
    assert "“Operating status” belongs to companies only." in words(as_user("anran").get(f"/runs/{run}"))
    assert "只适用于企业" in words(as_user("anran", language=CHINESE).get(f"/runs/{run}"))


def test_the_word_of_the_dictionary_is_the_readers_and_the_typed_one_stays(app, as_user, saved):
    key = saved(a_customer, name="丙公司")
    as_user("anran", language=CHINESE).post(f"/customers/{key}/delete", data={"reason": "other", "words": "老板说的"})
    with app.app_context(), acting(SYSTEM), speaking(ENGLISH):
        notes = [str(note) for note in db.session.scalars(select(change_set_class().note))]
    assert "Other · 老板说的" in notes


def test_all_changes_are_exported_with_their_notes_in_the_language_of_who_exports(app, as_user):
    changed_many(app, as_user("anran", language=CHINESE), level="a")
    sent = as_user("anran").get("/changes/export")
    rows = openpyxl.load_workbook(io.BytesIO(sent.data)).active.iter_rows(values_only=True)
    assert "Customer records · Change many · 2 rows" in [row[-1] for row in rows]


# ── imports and the log ──


@MAKERS
def test_an_import_its_problems_and_its_note(app, as_user, tmp_path, maker):
    good = workbook(tmp_path, ["单位名称", "电话"], ["丁公司", "13812345672"])
    with app.app_context(), speaking(maker):
        imported(good, ANRAN)
        with acting(SYSTEM):
            key = db.session.scalars(select(Customer.id).where(Customer.name == "丁公司")).one()
    assert "Import of 客户.xlsx" in words(as_user("anran").get(f"/customers/{key}/history"))
    assert "导入 客户.xlsx" in words(as_user("anran", language=CHINESE).get(f"/customers/{key}/history"))


@MAKERS
def test_what_is_wrong_with_a_row_of_a_file(app, as_user, tmp_path, maker):
    path = workbook(
        tmp_path,
        ["单位名称", "电话", "统一社会信用代码"],
        ["戊公司", "13812345672", "123"],
        ["戊公司", "13812345673", ""],
    )
    with app.app_context(), acting(ANRAN.actor), speaking(maker):
        run = checked(path, ANRAN).id
    page = words(as_user("anran").get(f"/imports/customers/{run}"))
    assert "A unified social credit code has 18 characters, this one has 3" in page
    page = words(as_user("anran", language=CHINESE).get(f"/imports/customers/{run}"))
    assert "统一社会信用代码有 18 位，这里是 3 位" in page
    returned = as_user("anran").get(f"/imports/customers/{run}/result.xlsx")
    rows = openpyxl.load_workbook(io.BytesIO(returned.data)).active.iter_rows(values_only=True)
    assert any("A unified social credit code has 18 characters" in str(row[-1]) for row in rows)


def test_the_log_tells_conditions_and_reasons_in_the_readers_language_and_stays_whole(app, as_user, saved):
    saved(a_customer, name="河南甲公司")
    asked = json.dumps({"all": [{"field": "name", "op": "starts", "value": "河南"}]})
    as_user("anran", language=CHINESE).get("/customers/export", query_string={"format": "csv", "filter": asked})
    with app.app_context(), acting(SYSTEM):
        entry = next(one.id for one in db.session.scalars(select(logs.Entry)) if one.kind == "exported")
        with speaking(CHINESE):
            log.seal(key=app.config["ZHIKE"].log_key)
        assert log.verify(key=app.config["ZHIKE"].log_key).reason is None
    page = words(as_user("anran").get(f"/logs/{entry}"))
    assert "Customer records" in page
    assert "Customer name begins with 河南" in page
    assert "客户名称 开头是 河南" in words(as_user("anran", language=CHINESE).get(f"/logs/{entry}"))
