"""Tab reaches every control of a page; each is to be seen when it has the focus, and no bar lies over it."""

from types import SimpleNamespace

import pytest

from app.base.actor import SYSTEM, acting
from tests.factories import a_contact, a_customer
from tests.journeys.conftest import DESK, PHONE

#: What can be reached, marked; of a group of radio buttons one.
MARK = """() => {
  const groups = new Set();
  const isStop = (one) => {
    const { width, height } = one.getBoundingClientRect();
    if (one.tabIndex < 0 || one.disabled || one.type === 'hidden' || one.closest('[inert]')) return false;
    if (!width || !height || !one.checkVisibility({ checkVisibilityCSS: true })) return false;
    if (one.type !== 'radio') return true;
    const chosen = document.querySelector(`input[name="${one.name}"]:checked`) ?? one;
    return chosen === one && !groups.has(one.name) && groups.add(one.name);
  };
  const all = 'a[href], button, input, select, textarea, summary, [tabindex]';
  const stops = [...document.querySelectorAll(all)].filter(isStop);
  stops.forEach((one, at) => { one.dataset.stop = at; });
  return stops.map((one) => one.outerHTML.slice(0, 120));
}"""
#: Which of them has the focus, whether a ring is drawn (at the field itself or at the frame round it), and whether
#: anything of it can be seen.
LOOK = """() => {
  const at = document.activeElement;
  const ring = (one) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
    return (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none';
  };
  const near = [at, at.parentElement, at.parentElement?.parentElement, at.nextElementSibling].filter(Boolean);
  const { left, top, width, height } = at.getBoundingClientRect();
  const frame = at.closest('label') ?? at.parentElement;
  const isThere = ([x, y]) => {
    const found = document.elementFromPoint(left + width * x, top + height * y);
    return found && (at.contains(found) || frame?.contains(found));
  };
  const spots = [[0.5, 0.5], [0.1, 0.2], [0.9, 0.2], [0.1, 0.8], [0.9, 0.8]];
  const html = at.outerHTML.slice(0, 120);
  return { stop: at.dataset.stop ?? null, ring: near.some(ring), seen: spots.some(isThere), html };
}"""
ADDRESSES = [
    "/", "/customers/?page_size=10", "/customers/{customer}", "/customers/{customer}/edit",
    "/customers/{customer}/history", "/settings/", "/me/", "/imports/customers/", "/inbox/", "/search/?q=制表",
]  # fmt: skip
SPARE = 42  # stops beyond those marked: what scrolls, and the quick buttons of ten rows, seen once they have the focus


@pytest.fixture(scope="module")
def world(site):
    with site[0].app_context(), acting(SYSTEM):
        customers = [a_customer(name=f"制表第{number}商贸有限公司", phone="+8613800138000") for number in range(14)]
        a_contact(customer=customers[0])
        return SimpleNamespace(customer=customers[0].id)


def faults(page):
    """Walk the page by Tab and return what is not reached, not marked, or hidden."""
    page.wait_for_load_state("networkidle")
    wanted, reached, found = page.evaluate(MARK), set(), []
    for _time in range(len(wanted) + SPARE):
        page.keyboard.press("Tab")
        now = page.evaluate(LOOK)
        if now["stop"] is None or now["stop"] in reached:
            continue
        reached.add(now["stop"])
        found += [f"no visible focus: {now['html']}"] if not now["ring"] else []
        found += [f"something lies over: {now['html']}"] if not now["seen"] else []
        if len(reached) == len(wanted):
            break
    return found + [f"Tab does not reach: {one}" for at, one in enumerate(wanted) if str(at) not in reached]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_every_control_is_reached_by_tab_and_seen(at_desk, world, size):
    page = at_desk("anran", size=size, reduced_motion="reduce")
    found = {}
    for address in ADDRESSES:
        page.goto(address.format(**vars(world)))
        if faulty := faults(page):
            found[address] = faulty
    assert found == {}


def test_the_door_is_reached_by_tab_and_seen(opened):
    page = opened(reduced_motion="reduce")
    assert faults(page) == []
