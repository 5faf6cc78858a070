"""How long a click waits, in milliseconds: until anything changes, and until what was asked for is there.

Issued by the browser's own clock: from the event of the mouse or key to the picture after the change. The page of a
demo on loopback; the middle one of some tries counts, for other programs take the processor at times, and the worst
is told beside it.
"""

from collections.abc import Callable, Iterator
from statistics import median
from typing import NamedTuple

from playwright.sync_api import Browser, Page

from tests.bed import demo

FIRST, WHOLE = 100, 300  # milliseconds, for the first change and for all of it
TRIES = 5
#: From the event to the picture in which the first thing has changed, and to the one in which ``there`` holds.
WATCH = """() => {
  window.waited = new Promise((done) => {
    const shade = document.documentElement.dataset.bsTheme;
    let begun, first;
    const start = (event) => { begun ??= event.timeStamp; };
    for (const kind of ['pointerdown', 'keydown', 'input']) addEventListener(kind, start, { capture: true });
    const drawn = (then) => requestAnimationFrame(() => setTimeout(() => then(performance.now())));
    const isThere = () => THERE;
    const seen = new MutationObserver(() => {
      if (begun === undefined) return;
      if (first === undefined) { first = 0; drawn((now) => { first = now - begun; }); }
      if (!isThere()) return;
      seen.disconnect();
      drawn((now) => done([first || now - begun, now - begun]));
    });
    seen.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  });
}"""


class Click(NamedTuple):
    name: str
    do: Callable[[Page], None]
    there: str  # what holds once all of it is there


def _press(selector: str) -> Callable[[Page], None]:
    return lambda page: page.locator(selector).first.click()


def _type(page: Page) -> None:
    page.locator("[data-quick-search]").focus()
    page.keyboard.insert_text("州")


SWAPPED = "!document.querySelector('#main[aria-busy]') && location.search.includes('{}')"
IS_THERE = "document.querySelector('{}')"
CLICKS = (
    Click("sort a list", _press("#zk-sort-name"), SWAPPED.format("sort=name")),
    Click("next page", _press(".zk-pager a[rel=next]"), SWAPPED.format("page=2")),
    Click("another tab", _press(".zk-tab:not([aria-current])"), SWAPPED.format("filter=")),
    Click("menu of a row", _press("tbody .zk-menu-box > button"), IS_THERE.format(".zk-pop.is-menu:not([hidden])")),
    Click("panel of columns", _press(".zk-toolbar [data-menu=panel] > button"), IS_THERE.format(".zk-pop input[name]")),
    Click("conditions", _press("[data-builder-open]"), IS_THERE.format(".zk-builder:not([hidden]) select")),
    Click("quick search", _type, IS_THERE.format("#zk-suggest:not([hidden]) [role=option]")),
    Click("tick a row", _press("tbody td.tick input"), IS_THERE.format(".zk-bulk:not([hidden])")),
    Click("light and dark", _press("[data-theme-toggle]"), "document.documentElement.dataset.bsTheme !== shade"),
)  # fmt: skip


def measured(browser: Browser, address: str) -> Iterator[tuple[str, float, float, float]]:
    """Yield each click's name and its milliseconds to the first change, to the whole, and to the whole at worst."""
    admin = demo.Photographer(browser, address, "admin", target=demo.ROOT)
    for click in CLICKS:
        told = [_one(admin.page, click) for _try in range(TRIES)]
        firsts, wholes = zip(*told, strict=True)
        yield click.name, median(firsts), median(wholes), max(wholes)


def _one(page: Page, click: Click) -> tuple[float, float]:
    page.goto("/customers/")
    page.wait_for_load_state("networkidle")
    page.evaluate(WATCH.replace("THERE", click.there))
    click.do(page)
    first, whole = page.evaluate("window.waited")
    return first, whole
