"""Lists and sheets as PDF: what the list shows, to whom, masked and logged; refused with a sentence that helps."""

import io
import json
import re
from dataclasses import replace
from urllib.parse import quote

import pypdf
import pytest

from app.base.actor import SYSTEM, acting
from app.crm.customers import services as customers
from app.crm.customers.models import Customer
from app.extensions import db
from app.system.logs.models import Entry
from tests.cast import EVE
from tests.factories import a_contact, a_customer


def said(answer):
    assert answer.mimetype == "application/pdf", answer.text
    found = pypdf.PdfReader(io.BytesIO(answer.data)).pages
    return re.sub(r"\s", "", "".join(page.extract_text() for page in found))


def logged(app):
    with app.app_context(), acting(SYSTEM):
        found = [row.details for row in db.session.scalars(db.select(Entry).where(Entry.kind == "exported"))]
        return [(one["list"], one["format"], one["rows"], one.get("filter")) for one in found]


@pytest.fixture
def customer(saved):
    return saved(a_customer, phone="+8613800138000", name="河南金水商贸有限公司", needs="需要\n很多 <b>东西</b>")


def test_a_list_is_sent_as_pdf_with_its_filter_in_words(app, as_user, saved, customer):
    saved(a_customer, name="叶家贸易有限公司", owner=EVE.id, phone="+8637165551001")
    wish = {"all": [{"field": "name", "op": "contains", "value": "金水"}]}

    answer = as_user("lin").get(f"/customers/export?format=pdf&filter={quote(json.dumps(wish, ensure_ascii=False))}")

    text = said(answer)
    for words in ("Customerrecords", "Filter:Customernamecontains金水", "河南金水商贸有限公司", "13800138000", "1row"):
        assert words in text
    assert "叶家" not in text
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    ((what, kind, count, conditions),) = logged(app)
    assert (what, kind, count) == ("CustomerView", "pdf", 1)
    assert "金水" in str(conditions)


def test_numbers_are_masked_in_a_pdf_as_on_the_list(as_user, customer):
    text = said(as_user("dai").get("/customers/export?format=pdf"))

    assert "138****8000" in text
    assert "13800138000" not in text


def test_no_pdf_without_the_permission(app, as_user, customer):
    qian = as_user("qian")

    assert qian.get("/customers/export?format=pdf").status_code == 403
    assert qian.get(f"/customers/{customer}/sheet.pdf").status_code == 403
    assert logged(app) == []


def test_a_list_above_the_limit_is_refused_with_a_way_out(app, as_user, saved, customer, monkeypatch):
    monkeypatch.setitem(app.config, "ZHIKE", replace(app.config["ZHIKE"], pdf_max_rows=1))
    lin = as_user("lin")
    assert lin.get("/customers/export?format=pdf").status_code == 200
    saved(a_customer, name="第二家", phone="+8637165551002")

    answer = lin.get("/customers/export?format=pdf")

    assert answer.status_code == 400
    for page in (answer.text, lin.get("/customers/").text):
        assert "A PDF holds at most 1 rows. Export the list as Excel (xlsx), or narrow the filter." in page
    assert len(logged(app)) == 1


def test_without_the_program_the_buttons_are_off_and_say_why(app, as_user, customer, monkeypatch):
    lin = as_user("lin")
    monkeypatch.setenv("PATH", "/nowhere")
    sentence = "PDF needs the program wkhtmltopdf, which is not installed on this server."

    for address in ("/customers/", f"/customers/{customer}"):
        page = lin.get(address).text
        assert sentence in page
        assert "format=pdf" not in page
        assert "sheet.pdf" not in page
    assert sentence in lin.get("/customers/export?format=pdf").text
    assert sentence in lin.get(f"/customers/{customer}/sheet.pdf").text
    assert logged(app) == []


def test_the_sheet_holds_fields_contacts_access_and_changes(app, as_user, customer):
    with app.app_context(), acting(SYSTEM):
        record = db.session.get(Customer, customer)
        a_contact(customer=record, name="王小明", phones=("+8613900139000",))
        customers.share(record, employee_id=EVE.id, can_write=False, until_on=None, actor=SYSTEM)

    answer = as_user("lin").get(f"/customers/{customer}/sheet.pdf")

    text = said(answer)
    for words in (
        "河南金水商贸有限公司", "Basicinformation", "Mainphone13800138000", "需要很多<b>东西</b>", "王小明",
        "13900139000", "叶薇", "Newestchanges", "Collaborator", "Page1of1",
    ):  # fmt: skip
        assert words in text, words
    assert quote("河南金水商贸有限公司") in answer.headers["Content-Disposition"]
    assert [row[:3] for row in logged(app)] == [("CustomerView.sheet", "pdf", 1)]


def test_the_sheet_masks_numbers(app, as_user, customer):
    with app.app_context(), acting(SYSTEM):
        a_contact(customer=db.session.get(Customer, customer), phones=("+8613900139000",))

    text = said(as_user("dai").get(f"/customers/{customer}/sheet.pdf"))

    assert "138****8000" in text
    assert "139****9000" in text
    assert not re.search("13800138000|13900139000", text)


def test_no_sheet_of_a_customer_out_of_scope(app, as_user, customer):
    assert as_user("eve").get(f"/customers/{customer}/sheet.pdf").status_code == 404
    assert logged(app) == []


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("language", "words"), [("zh_Hans", "客户资料表"), ("zh_Hant", "客戶資料表"), ("en", "Customersheet")]
)
def test_the_sheet_speaks_the_reader_s_language(as_user, customer, language, words):
    assert words in said(as_user("lin", language=language).get(f"/customers/{customer}/sheet.pdf"))


@pytest.mark.one_database
def test_a_sheet_with_long_texts_goes_over_several_pages(app, as_user, saved):
    text = "".join(f"第{number}条需求很重要。" for number in range(300))
    customer = saved(a_customer, needs=text[:2000], notes="\n".join(f"备注{number}" for number in range(200)))

    found = said(as_user("lin").get(f"/customers/{customer}/sheet.pdf"))

    assert re.sub(r"\s", "", text[:2000]) in re.sub(r"林晓\d{4}-\d\d-\d\d\d\d:\d\d|Page\dof\d", "", found)
    assert "备注199" in found
