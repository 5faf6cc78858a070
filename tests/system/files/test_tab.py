"""Renaming, removing and restoring files; the tab, the history, the list of all, masked names."""

from app.base import storage
from app.base.actor import SYSTEM, acting
from app.extensions import db
from app.system.files.models import File
from tests.cast import EVE, MEI
from tests.factories import a_customer
from tests.system.files import samples
from tests.system.files.conftest import a_file, share

NAME = "服务合同（2026）.pdf"


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
        db.session.get(File, file).kind = "invoice"  # of which there is no record
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
