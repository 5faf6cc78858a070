"""A real server, a real browser, and somebody at the keyboard. Whatever the browser complains of fails the test."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.bed.browsers import open_session
from tests.bed.chromium import ARGUMENTS, headless
from tests.bed.site import served
from tests.cast import BY_USERNAME, PASSWORD
from tests.journeys.hands import Keys, Mouse

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
PATIENCE = 30_000  # milliseconds: a busy machine is no fault


@pytest.fixture(scope="session")
def chrome() -> Iterator[Browser]:
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=headless(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(bed: Path) -> Iterator[tuple[Flask, str]]:
    """The application and its address, with the cast and no customer; what a test writes stays for the module."""
    with served(bed) as found:
        yield found


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What the browser complained of: console, failed scripts, refused content, calls to other hosts."""
    heard: list[str] = []
    yield heard
    assert heard == []


Opener = Callable[..., Page]


@pytest.fixture
def opened(chrome: Browser, site: tuple[Flask, str], complaints: list[str]) -> Iterator[Opener]:
    """Open a window in which nobody has signed in, at the door: ``opened(size=PHONE)``; with a ``cookie``, inside."""
    contexts: list[BrowserContext] = []

    def open_window(*, size: Any = DESK, cookie: str = "", **given: Any) -> Page:
        context = chrome.new_context(base_url=site[1], viewport=size, accept_downloads=True, **given)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        if cookie:
            context.add_cookies([{"url": site[1], "name": "zhike", "value": cookie}])
        page = context.new_page()
        listen(page, site[1], complaints)
        page.goto("/" if cookie else "/login/")
        return page

    yield open_window
    for context in contexts:
        context.close()


@pytest.fixture
def at_desk(opened: Opener, site: tuple[Flask, str]) -> Opener:
    """Open a window of somebody of the cast who has signed in, in English: ``at_desk("lin")``."""

    def sit_down(username: str, **given: Any) -> Page:
        page = opened(cookie=cookie(site[0], username), **given)
        assert "/login/" not in page.url
        return page

    return sit_down


@pytest.fixture(params=[Mouse, Keys], ids=["mouse", "keys"])
def hand(request: pytest.FixtureRequest) -> type[Mouse]:
    """By the mouse, then by the keys alone."""
    found: type[Mouse] = request.param
    return found


@pytest.fixture
def desk(at_desk: Opener, hand: type[Mouse]) -> Callable[..., tuple[Page, Mouse]]:
    """Open the administrator's window at an address, and say what works in it."""

    def open_at(address: str, **given: Any) -> tuple[Page, Mouse]:
        page = at_desk("anran", reduced_motion="reduce", **given)
        page.goto(address)
        page.wait_for_load_state("networkidle")
        return page, hand(page)

    return open_at


def cookie(app: Flask, username: str) -> str:
    """Return what a browser carries after somebody has signed in; ``sign_in`` does it by the form."""
    person = BY_USERNAME[username]
    known = {"_user_id": str(person.id), "_fresh": True, "sid": open_session(app, person.id), "language": "en"}
    return SecureCookieSessionInterface().get_signing_serializer(app).dumps(known)


def sign_in(page: Page, username: str, *, language: str = "English") -> None:
    page.locator(".lang [data-menu] > button").click()
    page.get_by_role("menuitemradio", name=language).click()
    page.locator("#username").fill(username)
    page.locator("#password").fill(PASSWORD)
    page.locator("form[data-login] button[type=submit]").click()
    page.wait_for_url("**/")


def listen(page: Page, address: str, complaints: list[str]) -> None:
    def on_console(message: Any) -> None:
        # a page that answers 4xx is told to the console too; the test itself looks at the answers it asked for
        if message.type in ("error", "warning") and "status of 4" not in message.text:
            complaints.append(f"{page.url}: {message.text}")

    def on_request(request: Any) -> None:
        if not request.url.startswith((address, "data:", "blob:")):
            complaints.append(f"{page.url} asked {request.url}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.on("request", on_request)


@contextmanager
def downloading(page: Page) -> Iterator[list[Path]]:
    """Wait for the file that the block asks for."""
    kept: list[Path] = []
    with page.expect_download() as waiting:
        yield kept
    kept.append(Path(waiting.value.path()))
