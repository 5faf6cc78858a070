"""Pages that the browser prints look like documents: all columns, heads on every page, who printed it and when."""

import io

import pypdf
import pytest

from app.base.actor import SYSTEM, acting
from app.crm.customers import services
from tests.factories import a_customer

FRAME = ("Collapse side bar", "Quick search", "More actions", "Next page", "Edit", "Delete", "Select", "Columns")


@pytest.fixture(scope="module")
def key(site):
    """One of sixty customers, changed once."""
    with site[0].app_context(), acting(SYSTEM):
        for number in range(59):
            a_customer(name=f"洛阳打印第{number}商贸有限公司")
        one = a_customer(name="洛阳打印机械有限公司")
        services.change(one, {"address": "文化路 1 号"}, actor=SYSTEM, revision=one.revision)
        return one.id


def printed(page, address):
    """Return the text of each page of what the browser makes of an address, in the dark as in the light."""
    page.goto(address)
    page.wait_for_load_state()
    page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
    made = page.pdf(prefer_css_page_size=True)
    return [sheet.extract_text() for sheet in pypdf.PdfReader(io.BytesIO(made)).pages]


def test_a_list_has_its_head_and_its_foot_on_every_page(at_desk, key):
    page = at_desk("anran")
    sheets = printed(page, "/customers/?page_size=100")
    heads = [one.strip() for one in page.locator("thead th a, thead th.pin").all_inner_texts()]
    assert len(sheets) > 1
    for place, text in enumerate(sheets, start=1):
        assert all(head in text for head in heads)
        assert "Printed by" in text
        assert f"{place} / {len(sheets)}" in text
    whole = "".join(sheets)
    assert whole.count("洛阳打印") == 60
    assert [words for words in FRAME if words in whole] == []


@pytest.mark.parametrize("address", ["/customers/{}", "/customers/{}/history", "/logs/1", "/jobs/"])
def test_a_record_and_its_history_are_printed_without_the_frame(at_desk, key, address):
    whole = "".join(printed(at_desk("anran"), address.format(key)))
    assert [words for words in FRAME if words in whole] == []
    assert "Printed by" in whole


def test_paper_is_exact_where_the_screen_says_today(at_desk, key):
    page = at_desk("anran")
    whole = "".join(printed(page, "/customers/?page_size=10"))
    exact = page.locator("tbody time").first.get_attribute("title")
    assert exact in whole
    assert "Today" not in whole
