"""The customer lists: statements asked, pages, filters, odd addresses, choices, search, exports, masking."""

import io
import json
import re

import openpyxl
import pytest

from app.base import clock
from tests.cast import EVE, LIN, MEI
from tests.factories import a_customer

PHONE = "+8613800138000"


# ── lists ──


def test_a_list_asks_at_most_eight_statements_however_many_rows(as_user, saved, statements):
    for number in range(30):
        saved(a_customer, name=f"客户{number:02}", tags=("old_customer",), owner=(LIN, MEI)[number % 2].id)
    sam = as_user("sam")
    sam.get("/customers/")
    with statements() as seen:
        page = sam.get("/customers/")
    assert page.text.count("<tr data-href") == 25
    assert len(seen) <= 8, seen


def test_a_customer_page_asks_at_most_twenty_five_statements(as_user, customer, linked, statements):
    lin = as_user("lin")
    lin.get(f"/customers/{customer}")
    with statements() as seen:
        assert lin.get(f"/customers/{customer}").status_code == 200
    assert len(seen) <= 25, seen


def test_pages_are_walked_by_number_and_by_key_without_gap_or_double(as_user, saved):
    for number in range(23):
        saved(a_customer, name=f"客户{number:02}", level=(None, "a", "b")[number % 3])
    lin = as_user("lin")
    for sort in ("name", "-name", "-updated_at", "level", "-level"):
        numbered = [name for page in (1, 2, 3) for name in names(lin, f"sort={sort}&page_size=10&page={page}")]
        assert sorted(numbered) == [f"客户{number:02}" for number in range(23)], sort
        walked, query = [], f"sort={sort}&page_size=10"
        while query:
            page = lin.get(f"/customers/?{query}").text
            walked += re.findall(r'class="zk-name" href="/customers/\d+">([^<]+)</a></span></td>', page)
            last = re.findall(r'data-href="/customers/(\d+)"', page)[-1]
            query = f"sort={sort}&page_size=10&after={last}" if len(walked) < 23 else ""
        assert walked == numbered, sort


def names(browser, query):
    page = browser.get(f"/customers/?{query}").text
    return re.findall(r'class="zk-name" href="/customers/\d+">([^<]+)</a></span></td>', page)


def test_the_filter_of_the_address_narrows_the_list_and_is_read_back(as_user, saved):
    saved(a_customer, name="甲")
    saved(a_customer, name="乙", level="a")
    lin = as_user("lin")
    raw = {"all": [{"field": "level", "op": "not_is", "value": "a"}]}

    page = lin.get("/customers/", query_string={"filter": json.dumps(raw)})

    assert names(lin, f"filter={json.dumps(raw)}") == ["甲"]
    assert 'class="zk-filter is-not"' in page.text


def test_a_filter_that_cannot_be_read_gets_a_sentence_and_all_rows(as_user, saved):
    saved(a_customer, name="甲")
    page = as_user("lin").get("/customers/?filter={broken")
    assert page.status_code == 200
    assert "This filter cannot be read. Build it anew." in page.text
    assert "甲" in page.text


ODD = [
    "page=abc",
    "page=-1",
    "page=99999999",
    "page_size=100000",
    "sort=password",
    "sort=--",
    "after=abc",
    "after=9" * 30,
]
ODD += ["before=1&after=1", "filter=%00", "filter=[]", "after=99999999999999999999", "sort=-tags", "page=%F0%9F%98%80"]


@pytest.mark.parametrize("query", ODD)
def test_no_odd_address_breaks_a_list(as_user, customer, query):
    assert as_user("lin").get(f"/customers/?{query}").status_code in {200, 400}
    assert as_user("lin").get(f"/customers/export?{query}").status_code in {200, 422, 400}


@pytest.mark.parametrize("key", ["0", "-1", "abc", "1e9", "99999999999999999999999", "%00", "1 OR 1=1", "١٢"])
def test_no_odd_key_breaks_a_page(as_user, key):
    anran = as_user("anran")
    for address in (f"/customers/{key}", f"/customers/{key}/edit", f"/customers/{key}/history", f"/contacts/{key}"):
        assert anran.get(address).status_code in {400, 404}, address


# ── choices, search, export ──


def test_choices_offer_only_what_may_be_chosen(as_user, saved):
    saved(a_customer, name="叶薇的", owner=EVE.id)
    mine = saved(a_customer, name="林晓的")
    lin = as_user("lin")

    assert [one["value"] for one in lin.get("/customers/choices/parent?q=的").json] == [str(mine)]
    assert lin.get("/customers/choices/region?q=luoy").status_code == 200
    assert {one["text"] for one in lin.get("/customers/choices/region?q=洛阳").json} >= {"Luoyang"}
    assert lin.get("/customers/choices/password").status_code == 404


@pytest.mark.parametrize("words", ["晨光", "138 0013 8000", "13800138000", "王小明", "晨光商贸有限公司"])
def test_quick_search_finds_by_name_phone_and_contact_in_scope(as_user, customer, linked, saved, words):
    saved(a_customer, name="晨光二号", phone=PHONE)
    assert "河南" in as_user("lin").get("/search/", query_string={"q": words}, follow_redirects=True).text
    assert "河南" not in as_user("eve").get("/search/", query_string={"q": words}, follow_redirects=True).text


def test_an_export_holds_what_the_filter_shows_with_real_dates_and_text(as_user, saved, app):
    saved(a_customer, name="=1+1", registered_on=clock.today(), notes="+cmd", tags=("old_customer",))
    saved(a_customer, name="另一家")
    saved(a_customer, name="叶薇的", owner=EVE.id)
    raw = json.dumps({"all": [{"field": "name", "op": "contains", "value": "1+1"}]})

    answer = as_user("lin").get("/customers/export", query_string={"filter": raw, "format": "xlsx"})

    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    rows = [
        dict(zip([cell.value for cell in sheet[1]], row, strict=True)) for row in sheet.iter_rows(2, values_only=True)
    ]
    assert len(rows) == 1
    assert (rows[0]["Customer name"], rows[0]["Notes"]) == ("=1+1", "+cmd")
    assert sheet["B2"].data_type == "s"
    assert rows[0]["Registration date"].date() == clock.today()
    assert (rows[0]["Owner"], rows[0]["Tags"]) == ("林晓", "老客户" if "老客户" in rows[0]["Tags"] else "Long-standing")


def test_phones_are_masked_for_who_may_not_see_them(as_user, customer, linked, saved):
    saved(a_customer, name="同号", phone=PHONE)  # the number has a badge, which leads to its customers
    dai = as_user("dai")
    pages = [
        dai.get(address) for address in (f"/customers/{customer}", "/customers/", "/contacts/", "/customers/export")
    ]
    pages += [
        dai.get(f"/customers/{customer}/history"),
        dai.get("/customers/export?format=csv"),
        dai.get("/contacts/export?format=csv"),
    ]
    for page in pages:
        assert page.status_code == 200
        for full in ("13800138000", "138 0013 8000", "8613800138000"):
            assert full.encode() not in page.data
    assert "138****8000" in pages[0].text
    assert 'name="phone"' not in dai.get(f"/customers/{customer}/edit").text
