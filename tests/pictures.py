"""Pictures of every page of the theme's gallery, into pictures/: ``make pictures``.

Wide and narrow, light and dark, with Chinese sample data; served by the gallery, taken by Chromium.
"""

import sys
import threading
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

from tests.bed.chromium import ARGUMENTS, chromium
from tests.bed.servers import free_port
from tests.gallery import create_app
from tests.gallery_pages import PAGES

TARGET = Path(__file__).resolve().parents[1] / "pictures"
SIZES = {"wide": (1440, 900), "narrow": (390, 844)}


def take(browser: Browser, address: str) -> int:
    """Take every picture; return how many."""
    TARGET.mkdir(exist_ok=True)
    taken = 0
    for size, (width, height) in SIZES.items():
        for shade in ("light", "dark"):
            context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=shade)
            context.add_init_script(f"localStorage.setItem('theme', '{shade}')")
            page = context.new_page()
            for name in PAGES:
                page.goto(f"{address}/{name}")
                page.evaluate(f"document.documentElement.setAttribute('data-bs-theme', '{shade}')")
                page.screenshot(path=TARGET / f"{name}-{size}-{shade}.png")
                taken += 1
            context.close()
    return taken


def main() -> None:
    port = free_port()
    server = make_server("127.0.0.1", port, create_app(), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        taken = take(browser, f"http://127.0.0.1:{port}")
        browser.close()
    server.shutdown()
    sys.stdout.write(f"{taken} pictures in {TARGET.name}/\n")


if __name__ == "__main__":
    main()
