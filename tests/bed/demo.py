"""A demo of its own on loopback, and its people at the keyboard: for pictures and for measuring in a browser."""

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

from playwright.sync_api import Browser, Page

from app.demo.people import PASSWORD
from tests.bed.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 800}
START_SECONDS = 300


@contextmanager
def served() -> Iterator[str]:
    """Serve a fresh demo on loopback and yield its address."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        given = {"MODE": "demo", "DATA_DIR": folder, "PORT": str(port), "BACKGROUND_FROM_ROWS": "60"}
        kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "SECRET_KEY")}
        command = [sys.executable, "-m", "app.serve"]
        server = subprocess.Popen(command, cwd=ROOT, env=kept | given, stdout=subprocess.DEVNULL)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(f"{address}/healthz")
            yield address
        finally:
            server.terminate()
            server.wait()


def _wait_for(address: str) -> None:
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends:
        try:
            with urllib.request.urlopen(address):  # noqa: S310 - our own server
                return
        except URLError:
            time.sleep(0.5)
    raise TimeoutError(address)


class Photographer:
    """One of the demo's people at the keyboard."""

    def __init__(
        self, browser: Browser, address: str, username: str, size: dict[str, int] = DESK, *, target: Path
    ) -> None:
        self.target = target
        context = browser.new_context(base_url=address, viewport=size, locale="zh-CN", reduced_motion="reduce")
        self.page: Page = context.new_page()
        self.page.goto("/login/")
        if not username:
            return
        self.page.fill("#username", username)
        self.page.fill("#password", PASSWORD)
        self.page.press("#password", "Enter")
        self.page.wait_for_url("**/")

    def take(self, name: str, address: str = "") -> None:
        """Photograph a page, as it stands or opened anew, into NAME.png."""
        if address:
            self.page.goto(address)
        self.page.wait_for_load_state("networkidle")
        self.page.screenshot(path=self.target / f"{name}.png")

    def first(self, address: str) -> str:
        """Return the address of the first record of a list."""
        self.page.goto(address)
        return str(self.page.locator("a.zk-name").first.get_attribute("href"))
