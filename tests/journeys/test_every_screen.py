"""Every screen, light and dark, at a desk and on a phone: nothing for axe to report, nothing on the console.

On the phone they are among the long tests (``make torture``): there are seventy of them.
``complaints`` hears the console, refused content (CSP) and calls to other hosts; see conftest.
"""

import pytest

from tests.journeys.axe import faults
from tests.journeys.conftest import DESK, PHONE
from tests.journeys.world import ADDRESSES, NOWHERE, depopulate, peopled
from tests.system.imports.steps import workbook

SHARES = 8  # of the addresses, to be looked through side by side


@pytest.fixture(scope="module")
def world(site, tmp_path_factory):
    yield peopled(site[0], tmp_path_factory.mktemp("world"))
    depopulate()


@pytest.fixture(scope="module")
def seen_before():
    """By width: the kinds of menus that were opened, and the looks that were looked at."""
    return {one["width"]: (set(), set()) for one in (DESK, PHONE)}


@pytest.fixture
def looked_at(seen_before, size):
    return seen_before[size["width"]]


@pytest.fixture
def desk(at_desk, world):
    """The administrator's window; nothing moves in it, so that a colour is what it will be."""
    return at_desk("anran", reduced_motion="reduce")


@pytest.mark.parametrize("size", [DESK, pytest.param(PHONE, marks=pytest.mark.torture)], ids=["desk", "phone"])
@pytest.mark.parametrize("some", range(SHARES))
def test_no_screen_has_a_fault(desk, world, looked_at, some, size):
    found, (opened, known) = [], looked_at
    for address in sorted(ADDRESSES)[some * len(ADDRESSES) // SHARES : (some + 1) * len(ADDRESSES) // SHARES]:
        answer = desk.goto(address.format(**vars(world)))
        assert answer.ok or address == NOWHERE, address
        found += faults(desk, sizes=[size], opened=opened, known=known)
    assert found == []


def test_the_steps_of_an_import_have_no_fault(desk, tmp_path):
    rows = [
        ["洛阳恒泰有限公司", "138 1234 5678", "红"],
        ["", "13812345679", ""],
        ["郑州第3商贸有限公司", "0371-65001234", ""],
    ]
    file = workbook(tmp_path, ["单位名称", "法人手机", "颜色"], *rows)
    desk.goto("/imports/customers/")
    desk.locator("input[type=file]").set_input_files(file)
    desk.locator("main form button[type=submit]").click()
    desk.locator(".zk-map").first.wait_for()
    found = faults(desk)
    desk.get_by_role("button", name="Check all rows").click()
    desk.locator(".zk-probs").wait_for()
    found += faults(desk)
    desk.get_by_role("button", name="Import", exact=True).click()
    desk.get_by_role("link", name="To the list").wait_for()
    found += faults(desk)
    desk.get_by_role("link", name="Take the import back").click()
    assert found + faults(desk) == []


def test_the_door_and_a_closed_door_have_no_fault(opened, at_desk):
    page = opened(reduced_motion="reduce")
    found = faults(page)
    page.locator("#username").fill("lin")
    page.locator("#password").fill("wrong")
    page.locator("form[data-login] button[type=submit]").click()
    page.get_by_role("alert").wait_for()
    found += faults(page)
    bai = at_desk("bai")
    bai.goto("/customers/")
    assert found + faults(bai) == []
