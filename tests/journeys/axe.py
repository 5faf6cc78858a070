"""What axe reports on a page (WCAG 2.2 A and AA), and besides: what scrolls sideways, and icons that are not there."""

import re
from contextlib import contextmanager

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect

from app.base import vendor
from tests.journeys.conftest import DESK, PHONE

#: What passes is not written down, how to find an element again neither; style sheets are not fetched once more.
QUICK = {"resultTypes": ["violations"], "selectors": False, "preload": False}
RULES = QUICK | {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
CONTRAST = QUICK | {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
#: What the width decides. The rest is the same as at a desk, where each page is asked it, unless something looks new.
OF_WIDTH = QUICK | {"runOnly": {"type": "rule", "values": ["target-size", "scrollable-region-focusable"]}}
ALL_BUT_CONTRAST = RULES | {"rules": {"color-contrast": {"enabled": False}}}
KNOWN_ICONS = set(re.findall(r'id="ti-([\w-]+)"', (vendor.TARGET / "icons.svg").read_text()))
#: Only what is wrong is handed over: what passes is many times as much.
ASK = """async ([within, rules]) => {
  const { violations } = await axe.run({ include: within }, rules);
  const said = (id) => ({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary.slice(0, 300)}`;
  return violations.flatMap(({ id, nodes }) => nodes.map(said(id)));
}"""
#: axe measures rows that are not laid out yet as if they lay over each other: for it all are.
LAY_OUT = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('* { content-visibility: visible !important }');
  document.adoptedStyleSheets.push(sheet);
}"""
#: Marks what can be pressed, one of each kind: it and what it stands in are of the same classes as those left out.
MARK_KINDS = """() => {
  const kinds = new Set();
  for (const one of document.querySelectorAll('a, button, summary, label, tr, .item, .option')) {
    const parts = [one, one.parentElement, one.closest('tr, li')];
    const kind = parts.map((part) => `${part?.tagName} ${part?.className}`).join();
    if (!kinds.has(kind) && one.checkVisibility()) one.dataset.kind = kinds.add(kind).size;
  }
}"""
#: Marks whatever has words and a look that is not among the ``known``, and returns the looks of the page, as numbers:
#: what an element is and what it stands in decide its colours. ``isFresh``: whether the frame has such an element.
MARK_FRESH = """known => {
  const seen = new Set(known), looks = new Map(), found = new Set();
  const states = 'style type disabled aria-current aria-selected aria-disabled aria-expanded open'.split(' ');
  const look = (one) => {
    if (!one) return 0;
    if (looks.has(one)) return looks.get(one);
    const attributes = ['class', ...states].map((name) => one.getAttribute(name));
    let number = 0;
    const said = [look(one.parentElement), one.tagName, ...attributes].join();
    for (const letter of said) number = (Math.imul(number, 31) + letter.codePointAt()) | 0;
    looks.set(one, number);
    return number;
  };
  let isFresh = false;
  for (const one of document.body.querySelectorAll('*')) {
    const hasWords = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if ((!hasWords && !one.matches('input, select, textarea')) || !one.checkVisibility()) continue;
    const number = look(one);
    found.add(number);
    if (seen.has(number)) continue;
    one.dataset.fresh = '';
    isFresh ||= !one.closest('main');
  }
  return { looks: [...found], isFresh, isNamed: Boolean(document.title.trim() && document.documentElement.lang) };
}"""
#: Openers of the same look and words open the like: one macro draws them in every part of the house.
LIKE = "all => all.map((one) => [one.className, one.parentElement.className, one.dataset.dialog, one.innerText].join())"
#: A menu, a panel, a dialog that stands open, and what it was opened by.
OPENED = ".zk-pop:not([hidden]), dialog[open]"
#: What opens one: of a table's rows those of the first, for all are alike.
OPENERS = "#main :is([data-menu] > button, [data-dialog]):not(tbody tr:not(:first-child) *, dialog *, .zk-pop *)"


def violations(page, rules=RULES, *, within="html"):
    """Return what axe finds in a part of the page, as it stands."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
        page.evaluate(LAY_OUT)
    return [f"{page.url} {one}" for one in page.evaluate(ASK, [within.split(", "), rules])]


def faults(page, *, sizes=(DESK, PHONE), opened=None, known=None):
    """Return what is wrong with a page at a desk and on a phone, and with what opens on it and was not ``opened`` yet.

    ``opened`` keeps what was, on this page or others; None: nothing is opened. ``known``: see faults_as_it_stands.
    """
    before, found = page.viewport_size, []
    for size in sizes:
        page.set_viewport_size(size)
        found += faults_as_it_stands(page, known=known)
        found += [] if opened is None else faults_of_what_opens(page, opened)
    page.set_viewport_size(before)
    return found


def faults_of_what_opens(page, opened):
    """Open each menu, panel and dialog of the page whose like was not opened yet, and close it again."""
    found = []
    openers = page.locator(OPENERS).locator("visible=true")
    for place, words in enumerate(openers.evaluate_all(LIKE)):
        like = (page.viewport_size["width"], words)
        if like in opened:
            continue
        opened.add(like)
        openers.nth(place).click()
        found += faults_within(page, OPENED)
        page.keyboard.press("Escape")
        expect(page.locator(OPENED)).to_have_count(0)
    return found


def faults_within(page, part):
    """Return what is wrong with a part, once it is to be seen; the page round it was looked at without it."""
    page.locator(part).first.wait_for()
    return faults_as_it_stands(page, within=part)


def faults_as_it_stands(page, *, within="html", known=None):
    """Return what is wrong at the size the window has, in the light and in the dark.

    ``known``: looks that other pages had; theirs are added. Colours are asked of other looks only, and the frame is
    looked at again where it has one. On a phone a page without such looks is asked what its width decides.
    """
    page.wait_for_load_state()
    width = page.viewport_size["width"]
    coloured, rules, unnamed = within, RULES, False
    if known is not None:
        seen = page.evaluate(MARK_FRESH, list(known))
        coloured = "[data-fresh]" if set(seen["looks"]) - known else ""
        rules, within, unnamed = (
            ALL_BUT_CONTRAST if coloured or width != PHONE["width"] else OF_WIDTH,
            "html" if seen["isFresh"] or not known else "main",
            not seen["isNamed"],
        )
        known |= set(seen["looks"])
    found = [f"{page.url} has no title, or no language"] if unnamed else []
    found += [f"{width} px, light: {one}" for one in violations(page, rules, within=within)]
    if rules is not RULES and coloured:
        found += [f"{width} px, light: {one}" for one in violations(page, CONTRAST, within=coloured)]
    with dark(page):  # all but the colours is the same
        if coloured:
            found += [f"{width} px, dark: {one}" for one in violations(page, CONTRAST, within=coloured)]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append(f"{page.url} scrolls sideways at {width} px")
    return found + [f"{page.url} draws no such icon: {name}" for name in sorted(icons(page) - KNOWN_ICONS)]


def faint_under_the_mouse(page):
    """Return what cannot be read, in the light and in the dark, where the mouse is over it."""
    browser = page.context.new_cdp_session(page)
    browser.send("DOM.enable")
    browser.send("CSS.enable")
    root = browser.send("DOM.getDocument", {"depth": 0})["root"]["nodeId"]
    page.evaluate(MARK_KINDS)
    for node in browser.send("DOM.querySelectorAll", {"nodeId": root, "selector": "[data-kind]"})["nodeIds"]:
        browser.send("CSS.forcePseudoState", {"nodeId": node, "forcedPseudoClasses": ["hover"]})
    found = violations(page, CONTRAST)
    with dark(page):
        found += [f"dark: {one}" for one in violations(page, CONTRAST)]
    browser.detach()
    return found


@contextmanager
def dark(page):
    page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
    yield
    page.evaluate("document.documentElement.dataset.bsTheme = 'light'")


def icons(page):
    """Return the names of the icons on a page; one that the sprite lacks is an empty place."""
    return set(page.eval_on_selector_all("use", "all => all.map(one => one.getAttribute('href').split('#ti-')[1])"))
