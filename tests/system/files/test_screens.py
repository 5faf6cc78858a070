"""Files on screens: each button at its three gates, what is told and how it is sent."""

import io
from dataclasses import replace
from urllib.parse import quote

import pytest
from PIL import Image

from app.base import storage
from app.base.actor import SYSTEM, acting
from app.crm.customers import services as customers
from app.crm.customers.models import Customer
from app.extensions import db
from app.system.files.models import File
from tests.cast import EVE, MEI
from tests.factories import a_customer
from tests.system.files import samples
from tests.system.files.conftest import a_file

NAME = "服务合同（2026）.pdf"
READS = ["/attachments/{id}", "/attachments/{id}/content", "/attachments/{id}/preview", "/attachments/{id}/thumbnail"]
WRITES = ["/attachments/{id}/edit", "/attachments/{id}/delete", "/attachments/{id}/restore"]


def share(app, customer, person, *, can_write):
    with app.app_context(), acting(SYSTEM):
        record = db.session.get(Customer, customer)
        customers.share(record, employee_id=person.id, can_write=can_write, until_on=None, actor=SYSTEM)


# ── the three gates ──


@pytest.mark.parametrize("address", READS)
def test_no_file_is_read_without_the_permission(as_user, file, address):
    assert as_user("bai").get(address.format(id=file)).status_code == 403
    assert as_user("dai").get(address.format(id=file)).status_code == 403, "sees numbers masked: no contents"


@pytest.mark.parametrize("address", READS)
def test_no_file_of_a_record_out_of_scope_is_read(as_user, photo, address):
    assert as_user("eve").get(address.format(id=photo)).status_code == 404


@pytest.mark.parametrize("address", READS)
def test_no_file_of_a_deleted_record_is_read(app, as_user, customer, photo, address):
    with app.app_context(), acting(SYSTEM):
        customers.delete(db.session.get(Customer, customer), actor=SYSTEM)

    for username in ("lin", "anran"):
        assert as_user(username).get(address.format(id=photo)).status_code == 404


def test_files_come_back_with_their_restored_record(app, as_user, customer, file):
    with app.app_context(), acting(SYSTEM):
        record = db.session.get(Customer, customer)
        customers.delete(record, actor=SYSTEM)
        customers.restore(record, actor=SYSTEM)

    assert as_user("lin").get(f"/attachments/{file}/content").data == samples.PDF


@pytest.mark.parametrize("address", [*WRITES, "/attachments/of/customer/{customer}"])
def test_no_file_is_changed_without_the_permission(as_user, customer, file, read, address):
    answer = as_user("gao").post(address.format(id=file, customer=customer), data={"name": "x", "revision": 1})

    assert answer.status_code == 403
    assert read(File, file).revision == 1


@pytest.mark.parametrize("address", [*WRITES, "/attachments/of/customer/{customer}"])
def test_no_file_of_a_record_out_of_scope_is_changed(as_user, customer, file, read, address):
    answer = as_user("eve").post(address.format(id=file, customer=customer), data={"name": "x", "revision": 1})

    assert answer.status_code == 404
    assert read(File, file).revision == 1


@pytest.mark.parametrize("address", WRITES)
def test_who_may_only_read_the_record_changes_no_file(app, as_user, customer, file, read, address):
    share(app, customer, MEI, can_write=False)

    answer = as_user("mei").post(address.format(id=file), data={"name": "x", "revision": 1})

    assert answer.status_code == 403
    assert "You may read this record, but not change it" in answer.text
    assert read(File, file).revision == 1
    assert as_user("mei").get(f"/attachments/{file}/content").status_code == 200


def test_who_may_only_read_the_record_attaches_nothing(app, as_user, customer, upload):
    share(app, customer, MEI, can_write=False)

    answer = upload(as_user("mei"), ("a.pdf", samples.PDF))

    assert answer.status_code == 403
    assert "You may read this record, but not change it" in answer.text


def test_a_kind_of_record_without_files_is_not_there(as_user, program):
    answer = as_user("anran").post("/attachments/of/employee/1", data={"file": (io.BytesIO(b"x"), "a.txt")})

    assert answer.status_code == 404


def test_an_upload_without_the_token_is_refused(as_user, customer, upload):
    answer = upload(as_user("lin", csrf=True), ("a.pdf", samples.PDF))

    assert answer.status_code == 400


# ── attach ──


def test_files_are_attached_each_for_itself(app, as_user, customer, upload):
    lin = as_user("lin")
    given = [("营业执照.jpg", samples.picture()), ("宏.docm", samples.document(samples.MACROS)), ("合同", samples.PDF)]

    page = upload(lin, *given, follow_redirects=True)

    assert "Saved: 营业执照.jpg" in page.text
    assert "Saved: 合同.pdf" in page.text
    assert "Files like “宏.docm” are not taken in here" in page.text
    with app.app_context(), acting(SYSTEM):
        assert sorted(db.session.scalars(db.select(File.name))) == ["合同.pdf", "营业执照.jpg"]


def test_a_script_hears_what_became_of_its_file(as_user, upload, program):
    lin = as_user("lin")

    assert upload(lin, ("合同.pdf", samples.PDF), headers=program.headers).status_code == 201
    again = upload(lin, ("另一份.pdf", samples.PDF), headers=program.headers)
    refused = upload(lin, ("页面.txt", b"<script>alert(1)</script>"), headers=program.headers)
    nothing = upload(lin, headers=program.headers)

    assert (again.status_code, again.json["error"]["message"]) == (
        422,
        "“另一份.pdf” is here already, as “合同.pdf”.",
    )
    assert "not taken in here" in refused.json["error"]["message"]
    assert nothing.json["error"]["message"] == "Choose a file first."


def test_a_file_above_the_limit_is_answered_with_a_sentence(app, as_user, upload, program, monkeypatch):
    monkeypatch.setitem(app.config, "ZHIKE", replace(app.config["ZHIKE"], upload_max_mb=1))
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 1024 * 1024 + 65536)
    lin = as_user("lin")

    little = upload(lin, ("a.txt", b"a" * (1024 * 1024 + 1)), headers=program.headers)
    much = upload(lin, ("a.txt", b"a" * (3 * 1024 * 1024)), headers=program.headers)
    page = upload(lin, ("a.txt", b"a" * (3 * 1024 * 1024)))

    assert (little.status_code, little.json["error"]["message"]) == (422, "“a.txt” is larger than 1 MB.")
    assert much.status_code == page.status_code == 413
    assert much.json["error"]["message"] == "Files may have at most 1 MB. Split it and try again."
    assert "Files may have at most 1 MB." in page.text


def test_a_full_record_takes_no_more(app, as_user, upload, program, monkeypatch):
    monkeypatch.setitem(app.config, "ZHIKE", replace(app.config["ZHIKE"], files_per_record=1))
    lin = as_user("lin")

    upload(lin, ("a.txt", b"one"), headers=program.headers)
    answer = upload(lin, ("b.txt", b"two"), headers=program.headers)

    assert "A record may have at most 1 files" in answer.json["error"]["message"]


def test_a_store_that_is_gone_is_answered_with_503(app, as_user, file, upload, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    broken = replace(app.config["ZHIKE"], storage_url=f"file://{tmp_path}/file/store")
    monkeypatch.setitem(app.config, "ZHIKE", broken)
    lin = as_user("lin")

    answer = upload(lin, ("a.txt", b"one"), headers={"Accept": "application/json"})
    page = lin.get(f"/attachments/{file}/content")

    assert answer.status_code == page.status_code == 503
    assert "The store of files is full or cannot be reached" in answer.json["error"]["message"]
    assert "The store of files does not answer" in page.text


# ── look and download ──


def test_a_file_is_sent_whole_with_its_chinese_name(as_user, file):
    answer = as_user("lin").get(f"/attachments/{file}/content")

    assert answer.data == samples.PDF
    assert answer.headers["Content-Length"] == str(len(samples.PDF))
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == (
        f"attachment; filename=\"_____2026_.pdf\"; filename*=UTF-8''{quote(NAME)}"
    )
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_part_of_a_file_is_sent(as_user, file):
    lin = as_user("lin")

    part = lin.get(f"/attachments/{file}/content", headers={"Range": "bytes=1-3"})
    rest = lin.get(f"/attachments/{file}/content", headers={"Range": f"bytes={len(samples.PDF) - 3}-"})
    beyond = lin.get(f"/attachments/{file}/content", headers={"Range": "bytes=9000-"})

    assert (part.status_code, part.data) == (206, b"PDF")
    assert part.headers["Content-Range"] == f"bytes 1-3/{len(samples.PDF)}"
    assert part.headers["Content-Length"] == "3"
    assert rest.data == samples.PDF[-3:]
    assert beyond.status_code == 416


def test_what_the_browser_has_is_not_sent_again(as_user, file):
    lin = as_user("lin")
    tag = lin.get(f"/attachments/{file}/content").headers["ETag"]

    again = lin.get(f"/attachments/{file}/content", headers={"If-None-Match": tag})

    assert (again.status_code, again.data) == (304, b"")


def test_a_pdf_is_shown_in_a_window_of_its_own(as_user, file):
    answer = as_user("lin").get(f"/attachments/{file}/preview")

    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("inline;")
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_a_picture_is_shown_made_anew_without_what_it_told_of_the_camera(saved, as_user, customer):
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "GPS 34.7N", 6  # maker; turned by 90 degrees
    content = samples.picture(size=(3000, 1000), exif=exif)
    photo = saved(a_file, customer=customer, content=content, name="照片.jpg")
    lin = as_user("lin")

    large = lin.get(f"/attachments/{photo}/preview")
    small = lin.get(f"/attachments/{photo}/thumbnail")

    for answer, size in ((large, (533, 1600)), (small, (53, 160))):
        shown = Image.open(io.BytesIO(answer.data))
        assert (answer.mimetype, shown.size) == ("image/jpeg", size)
        assert not shown.getexif()
        assert b"GPS" not in answer.data
    assert lin.get(f"/attachments/{photo}/content").data == content


@pytest.mark.parametrize("content", [samples.picture()[:200], samples.picture("PNG", size=(9000, 9000))])
def test_a_broken_or_enormous_picture_has_no_preview(saved, as_user, customer, content, read):
    photo = saved(a_file, customer=customer, content=content, name="坏.jpg")
    lin = as_user("lin")

    assert lin.get(f"/attachments/{photo}/preview").status_code == 404
    assert lin.get(f"/attachments/{photo}/thumbnail").status_code == 404
    assert lin.get(f"/attachments/{photo}/content").data == content


@pytest.mark.parametrize("name", ["文本.txt", "表.csv"])
def test_only_pictures_and_pdf_are_shown_in_place(saved, as_user, customer, name):
    text = saved(a_file, customer=customer, content=b"alert(1)", name=name)

    assert as_user("lin").get(f"/attachments/{text}/preview").status_code == 404


# ── rename, remove, restore ──


def test_a_file_is_renamed_and_keeps_its_ending(as_user, file, read):
    lin = as_user("lin")
    assert NAME in lin.get(f"/attachments/{file}/edit").text

    answer = lin.post(f"/attachments/{file}/edit", data={"name": "框架合同.exe", "revision": 1})

    assert answer.status_code == 302
    assert answer.location.endswith("tab=files")
    assert read(File, file).name == "框架合同.exe.pdf"


def test_who_renames_second_sees_what_the_first_did(as_user, file):
    lin = as_user("lin")
    lin.post(f"/attachments/{file}/edit", data={"name": "一", "revision": 1})

    second = lin.post(f"/attachments/{file}/edit", data={"name": "二", "revision": 1})

    assert second.status_code == 409
    assert "一.pdf" in second.text


def test_a_removed_file_is_gone_from_the_tab_and_can_be_restored(as_user, customer, file, read):
    lin = as_user("lin")
    removed = lin.post(f"/attachments/{file}/delete", follow_redirects=True)

    assert f"Removed: {NAME}" in removed.text
    assert lin.get(f"/attachments/{file}/content").status_code == 404
    assert "Removed files: 1" in lin.get(f"/customers/{customer}?tab=files").text

    restored = lin.post(f"/attachments/{file}/restore", follow_redirects=True)

    assert f"Restored: {NAME}" in restored.text
    assert lin.get(f"/attachments/{file}/content").data == samples.PDF
    assert "This file is not removed." in lin.post(f"/attachments/{file}/restore", follow_redirects=True).text


# ── the tab, the history, the list of all ──


def test_the_tab_shows_the_files_and_their_buttons_to_who_may_press_them(app, as_user, customer, photo, file):
    share(app, customer, MEI, can_write=False)
    address = f"/customers/{customer}?tab=files"
    lin, mei, dai = (as_user(name).get(address).text for name in ("lin", "mei", "dai"))

    for page in (lin, mei):
        assert "门头照片.jpg" in page
        assert f"/attachments/{file}/content" in page
    assert "data-upload" in lin
    assert f"/attachments/{file}/delete" in lin
    assert "data-upload" not in mei
    assert f"/attachments/{file}/delete" not in mei
    assert "门头照片" not in dai
    assert 'tab=files">' not in dai.split("</form>", 9)[-1]


def test_attaching_and_removing_stand_in_the_record_s_history(as_user, customer, file):
    lin = as_user("lin")
    lin.post(f"/attachments/{file}/delete")

    history = lin.get(f"/customers/{customer}/history").text
    overview = lin.get(f"/customers/{customer}").text

    assert f"File {NAME}" in history
    assert "Removed" in history
    assert overview.count("File") >= 2


def test_a_file_of_another_kind_with_the_same_id_is_no_part_of_the_history(app, as_user, customer, file):
    with app.app_context(), acting(SYSTEM):
        db.session.get(File, file).kind = "ticket"
        db.session.commit()

    lines = as_user("xu").get(f"/customers/{customer}/history?a=0").text
    assert lines.count(NAME) <= 1, "only the version in which it was the customer's"


def test_taking_a_version_back_brings_a_removed_file_back(as_user, customer, file, read):
    lin = as_user("lin")
    lin.post(f"/attachments/{file}/delete")
    number = older_version(lin, customer)

    lin.post(f"/customers/{customer}/history/take-back", data={"number": number})

    assert read(File, file).deleted_at is None


def older_version(browser, customer):
    page = browser.get(f"/customers/{customer}/history").text
    return page.split('name="number" value="')[1].split('"')[0]


def test_the_administrator_sees_all_files_and_what_they_take(app, saved, as_user, customer, file, photo):
    saved(a_file, customer=saved(a_customer, name="叶家贸易", owner=EVE.id), content=b"x" * 2000, name="叶.txt")
    page = as_user("anran").get("/files/").text

    for words in (NAME, "门头照片.jpg", "叶.txt", "叶家贸易", "河南晨光商贸有限公司"):
        assert words in page
    assert "3 · " in page
    assert as_user("lin").get("/files/").status_code == 403


def test_the_list_of_files_asks_no_question_per_row(saved, as_user, customer, statements):
    anran = as_user("anran")
    for number in range(3):
        saved(a_file, customer=customer, content=b"%d" % number, name=f"{number}.txt")
    with statements() as few:
        anran.get("/files/")
    for number in range(3, 12):
        saved(a_file, customer=customer, content=b"%d" % number, name=f"{number}.txt")
    with statements() as many:
        anran.get("/files/")

    assert len(many) <= len(few)


# ── masks ──


def test_a_number_in_a_name_is_masked_for_who_sees_numbers_masked(app, saved, as_user, customer):
    saved(a_file, customer=customer, name="张三 138-0013-8000 合同.pdf")
    saved(a_file, customer=customer, content=b"x", name="录音0371-65001234.txt")
    zong = as_user("zong")  # the executive reads the history, with numbers masked

    page = zong.get(f"/customers/{customer}/history").text

    assert "8000 合同" in page or "****" in page
    for number in ("138-0013-8000", "13800138000", "65001234"):
        assert number not in page
    assert "138-0013-8000" in as_user("lin").get(f"/customers/{customer}?tab=files").text


def test_contents_that_files_name_are_kept(app, file, photo, read):
    with app.app_context():
        rows = [read(File, one) for one in (file, photo)]
        wanted = {rows[0].sha256, rows[1].sha256, rows[1].thumbnail_sha256, rows[1].preview_sha256}
        assert storage._kept([*wanted, "0" * 64]) == wanted
