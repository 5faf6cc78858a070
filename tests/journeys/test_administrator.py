"""Issue 2, first paragraph: from an Excel file to a version difference and back, then out to Excel again."""

from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import downloading

FILE = Path(__file__).parents[1] / "data" / "customers-10k.xlsx"
CUT = 1_000
TYPED = "，周五回访"


@pytest.fixture(scope="module")
def companies():
    """The rows of the file: heading → text."""
    sheet = openpyxl.load_workbook(FILE, read_only=True).active
    rows = sheet.iter_rows(values_only=True)
    headings = next(rows)
    return [dict(zip(headings, row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def thousand(companies, tmp_path_factory):
    """The first thousand rows as a file of their own."""
    book = openpyxl.Workbook()
    book.active.append([*companies[0]])
    for row in companies[:CUT]:
        book.active.append([*row.values()])
    path = tmp_path_factory.mktemp("cut") / "customers.xlsx"
    book.save(path)
    return path


def test_an_administrator_goes_from_a_file_to_a_difference_and_back(at_desk, companies, thousand):
    page, known = at_desk("anran"), companies[:CUT]
    wanted = known[417]

    bring_in(page, thousand, rows="1,000")
    find(page, wanted["企业名称"])
    edit(page, wanted["详细地址"] + TYPED)
    compare_and_take_back(page, wanted["详细地址"])
    rows = filtered_export(page, "上海")

    expected = sorted(one["企业名称"] for one in known if "上海" in one["企业名称"])
    assert expected
    assert sorted(row["Customer name"] for row in rows) == expected
    assert all(row["Registration date"].year > 1970 for row in rows if row["Registration date"])


@pytest.mark.torture
def test_an_administrator_imports_the_whole_file(at_desk, companies):
    page = at_desk("anran")

    bring_in(page, FILE, rows="10,000")
    find(page, companies[8765]["企业名称"])
    rows = filtered_export(page, "上海")

    assert sorted(row["Customer name"] for row in rows) == sorted(
        one["企业名称"] for one in companies if "上海" in one["企业名称"]
    )


def bring_in(page, path, *, rows):
    page.locator(".zk-menu summary", has_text="Customers").click()
    page.locator(".zk-menu").get_by_role("link", name="Customer records").click()
    page.get_by_role("link", name="Import").first.click()
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Upload and look at the columns").click()
    page.get_by_role("button", name="Check all rows").click()
    stats = page.locator(".zk-stats", has_text="will be written")  # once the job has checked every row
    expect(stats.get_by_text(rows, exact=True)).to_have_count(1, timeout=60_000)
    expect(page.get_by_text("No problems: every row can be imported.")).to_be_visible()
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_role("link", name="To the list").click()
    page.locator("tr[data-href]").first.wait_for()


def find(page, name):
    page.wait_for_load_state()
    page.keyboard.press("Control+k")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    page.locator("h1", has_text=name).wait_for()


def edit(page, address):
    page.get_by_role("link", name="Edit").first.click()
    page.get_by_label("Address", exact=True).fill(address)
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved:").wait_for()
    expect(page.locator("main")).to_contain_text(address)


def compare_and_take_back(page, before):
    page.get_by_role("link", name="Whole history").click()
    expect(page.locator(".zk-set.is-new")).to_contain_text("安然")
    line = page.locator(".zk-diff tr", has_text="Address")
    assert line.locator("td").nth(0).inner_text() == before
    assert line.locator("td").nth(1).inner_text() == before + TYPED
    assert line.locator("ins").all_inner_texts() == [TYPED]
    line.get_by_role("button", name="Take back").click()
    page.get_by_text("v3", exact=True).first.wait_for()
    page.locator(".zk-crumbs a").last.click()
    page.get_by_role("link", name="Whole history").wait_for()
    expect(page.locator("main")).not_to_contain_text(TYPED)


def filtered_export(page, words):
    page.goto("/customers/")
    page.get_by_role("button", name="Filter").click()
    condition = page.locator(".zk-cond").first
    condition.locator("[data-field]").select_option(label="Customer name")
    condition.locator("[data-op]").select_option(label="contains")
    condition.get_by_label("Value").fill(words)
    with page.expect_response("**/customers/count?*"):
        pass
    page.get_by_role("button", name="Apply").click()
    page.locator(".zk-filter", has_text=words).wait_for()
    page.get_by_role("button", name="Export").click()
    with downloading(page) as kept:
        page.get_by_role("menuitem", name="xlsx").click()
    return read(kept[0])


def read(path):
    # openpyxl asks for the name's ending, and a download has none
    with path.open("rb") as file:
        rows = openpyxl.load_workbook(file).active.iter_rows(values_only=True)
    headings = next(rows)
    return [dict(zip(headings, row, strict=True)) for row in rows]
