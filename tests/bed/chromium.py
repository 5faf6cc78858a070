"""The browser of the machine, and how it is started: no sandbox (containers forbid it), no calls to the outside."""

import shutil

from tests.bed.servers import NoServer

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]


def headless() -> str:
    """Return the path of Chromium without a window: the build that has none, where it is installed.

    It is the same engine, and does a third of the work for each new window.
    """
    return shutil.which("chromium-headless-shell") or chromium()


def chromium() -> str:
    """Return the path of Chromium. Raises NoServer."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    raise NoServer("Chromium is not installed. Install it with: apt-get install chromium")
