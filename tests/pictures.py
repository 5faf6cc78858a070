"""Pictures of every screen, into pictures/LANGUAGE/: ``make pictures``. Some: ``python -m tests.pictures en home``.

A demo of its own is served; its administrator follows every link that leads to another kind of page, so that no
screen is forgotten. Each page is taken at 1440 and 390 px, light and dark; what only a hand opens (menus, dialogs, the
condition builder, refused forms) is opened. Nothing is judged here: somebody looks.
"""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

from app.base.screens.house import LANGUAGES
from app.demo.people import PASSWORD
from tests.bed import demo
from tests.bed.chromium import ARGUMENTS, chromium

TARGET = demo.ROOT / "pictures"
SIZES = {"1440": {"width": 1440, "height": 900}, "390": {"width": 390, "height": 844}}
SHADES = ("light", "dark")
#: Parts of an address's query that make another kind of page; everything else is the same page with other rows.
TELLING = frozenset({"tab"})
LEFT_OUT = re.compile(r"/(static|export|api|logout|openapi)|/paper|format=|/download|/raw|\.pdf|\.xlsx|\.ics|/healthz")
#: Pages that no link leads to.
UNLINKED = ("/nothing-here", "/search/?q=郑州", "/search/?q=没有的词")
#: People whose first page and work differ from the administrator's.
OTHERS = ("lijing", "chenfang", "wangli")


def kind_of(address: str) -> str:
    """Return what tells a page from others of its kind: its path without numbers, and the tab."""
    parts = urlsplit(address)
    path = re.sub(r"\d+|(?<=dictionaries/)\w+", "n", parts.path).strip("/").replace("/", "-") or "home"
    return "-".join([path, *[value for name, value in parse_qsl(parts.query) if name in TELLING]])


def found_from(page: Page, start: str) -> dict[str, str]:
    """Return every kind of page that links lead to, with one address of it, in the order found."""
    known = {kind_of(start): start} | {kind_of(one): one for one in UNLINKED}
    waiting = [*known.values()]
    while waiting:
        answer = page.goto(waiting.pop(0))
        if answer is None or "text/html" not in (answer.headers.get("content-type") or ""):
            continue
        links = page.eval_on_selector_all("a[href]", "all => all.map(one => one.getAttribute('href'))")
        for link in links:
            address = str(page.evaluate("link => new URL(link, location.href).href", link))
            same = urlsplit(address).netloc == urlsplit(page.url).netloc
            if same and not LEFT_OUT.search(address) and kind_of(address) not in known:
                known[kind_of(address)] = address
                waiting.append(address)
    return known


# ── states that a hand makes, each on a page that is open already ──


def _builder(page: Page) -> None:
    page.goto('/customers/?filter={"all":[{"field":"level","op":"not_is","value":"a"}]}')
    page.locator("[data-builder-open]").locator("visible=true").last.click()
    page.locator(".zk-cond").first.wait_for()


def _bulk_bar(page: Page) -> None:
    page.goto("/customers/")
    page.locator("[data-select-page]").check()


COLUMNS = re.compile("^(列|欄|Columns)")


def _columns(page: Page) -> None:
    page.goto("/customers/")
    button = page.get_by_role("button", name=COLUMNS)
    if button.is_visible():
        button.click()


def _quick_search(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("郑州")
    page.locator("#zk-suggest [role=option]").first.wait_for()


def _refused(page: Page) -> None:
    page.goto("/customers/new")
    page.fill("[name=credit_code]", "123")
    page.locator("[data-save]").click()
    page.locator(".zk-errors").wait_for()


def _menu(page: Page) -> None:
    page.goto("/")
    page.locator(".zk-user").click()


def _bell(page: Page) -> None:
    page.goto("/")
    page.locator("[data-bell]").click()


def _drawer(page: Page) -> None:
    page.goto("/")
    if page.locator("[data-drawer-open]").is_visible():
        page.locator("[data-drawer-open]").click()


def _shortcuts(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("?")


STATES: dict[str, Callable[[Page], None]] = {
    "state-builder": _builder,
    "state-bulk-bar": _bulk_bar,
    "state-columns": _columns,
    "state-quick-search": _quick_search,
    "state-refused": _refused,
    "state-user-menu": _menu,
    "state-bell": _bell,
    "state-drawer": _drawer,
    "state-shortcuts": _shortcuts,
}


class Photographer:
    """One person in a browser, in one language."""

    def __init__(self, browser: Browser, address: str, username: str, language: str) -> None:
        context = browser.new_context(base_url=address, viewport=SIZES["1440"], reduced_motion="reduce")
        self.page, self.language = context.new_page(), language
        self.page.goto("/login/")
        self.folder = TARGET / language
        self.folder.mkdir(parents=True, exist_ok=True)
        self.speak()
        if username:
            self.page.fill("#username", username)
            self.page.fill("#password", PASSWORD)
            self.page.press("#password", "Enter")
            self.page.wait_for_url("**/")
            self.speak()

    def speak(self) -> None:
        """Choose the language, as the menu does."""
        self.page.eval_on_selector(
            "#zk-language",
            "(form, code) => form.requestSubmit(document.querySelector(`button[form=zk-language][value=${code}]`))",
            self.language,
        )
        self.page.wait_for_load_state("networkidle")

    def open(self, address: str) -> None:
        self.page.goto(address)
        self.page.wait_for_load_state("networkidle")

    def all_of(self, name: str, make: Callable[[Page], None]) -> Iterator[Path]:
        """Take a page at each size and in each shade."""
        for size, box in SIZES.items():
            self.page.set_viewport_size(box)  # type: ignore[arg-type]
            make(self.page)
            self.page.wait_for_load_state("networkidle")
            for shade in SHADES:
                self.page.evaluate("shade => { document.documentElement.dataset.bsTheme = shade }", shade)
                file = self.folder / f"{name}-{size}-{shade}.png"
                self.page.screenshot(path=file, full_page=size == "390" and not name.startswith("state-"))
                yield file


def take(browser: Browser, address: str, language: str, only: str) -> int:
    """Take every picture in one language; return how many."""
    count = 0
    stranger = Photographer(browser, address, "", language)
    admin = Photographer(browser, address, "admin", language)
    pages = found_from(admin.page, "/")
    work = [(admin, kind, _opens(one)) for kind, one in pages.items()]
    work += [(admin, name, make) for name, make in STATES.items()]
    work += [(stranger, "login", _opens("/login/"))]
    for username in OTHERS:
        person = Photographer(browser, address, username, language)
        work += [(person, f"home-{username}", _opens("/")), (person, f"customers-{username}", _opens("/customers/"))]
    for person, name, make in work:
        if only in name:
            count += len(list(person.all_of(name, make)))
    return count


def _opens(address: str) -> Callable[[Page], None]:
    return lambda page: (page.goto(address), None)[1]


def main() -> None:
    """Take all pictures, or those of the language and with the part of a name given."""
    languages = [one for one in sys.argv[1:] if one in LANGUAGES] or LANGUAGES
    only = next((one for one in sys.argv[1:] if one not in LANGUAGES), "")
    with demo.served() as address, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        taken = sum(take(browser, address, language, only) for language in languages)
        browser.close()
    sys.stdout.write(f"{taken} pictures in {TARGET.name}/\n")


if __name__ == "__main__":
    main()
