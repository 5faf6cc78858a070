"""wkhtmltopdf, locked in: no network, no files, no scripts, a time limit, a folder of its own.

The packaged 0.12.6 has an unpatched Qt: it knows no page numbers, repeats no table head and scales as it likes. So
pages are laid out before it sees them (``sheets``), in its own pixels, whose size it is asked for once.
"""

import io
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from threading import BoundedSemaphore
from typing import Any

import pdfkit
from pdfkit.configuration import Configuration
from pypdf import PdfReader

from app.base.errors import DomainError
from app.base.i18n import _
from app.base.paper.mending import mended

SECONDS = 90
AT_ONCE = BoundedSemaphore(2)  # each takes a processor and some 100 MB
#: The family of the language's letters first; any other Chinese one will do.
FAMILIES = {"zh_Hans": ("Noto Sans CJK SC", "zh-cn"), "zh_Hant": ("Noto Sans CJK TC", "zh-tw")}
LOCKED = {
    "quiet": "",
    "encoding": "utf-8",
    "page-size": "A4",
    "margin-top": "0",
    "margin-right": "0",
    "margin-bottom": "0",
    "margin-left": "0",
    "disable-javascript": "",
    "disable-local-file-access": "",
    "disable-plugins": "",
    "disable-external-links": "",
    "proxy": "http://127.0.0.1:9",  # nobody listens there: the only switch that closes the network
    "load-error-handling": "ignore",
    "load-media-error-handling": "ignore",
}


class NoPaper(DomainError):
    """A PDF cannot be made here. The message says what to install, or to try again."""


@dataclass(frozen=True)
class Face:
    """A font: its name in styles, and its file for measuring."""

    family: str
    path: str
    index: int


class Locked(pdfkit.PDFKit):
    """Upstream would take options, also dangerous ones, out of meta tags of the document."""

    def _find_options_in_meta(self, _content: Any) -> dict[str, str]:
        return {}


def missing() -> object | None:
    """Return the sentence that says why no PDF can be made here; None if it can."""
    if shutil.which("wkhtmltopdf") is None:
        return _("PDF needs the program wkhtmltopdf, which is not installed on this server.")
    if face("zh_Hans") is None:
        return _("PDF needs a Chinese font, such as fonts-noto-cjk, on this server.")
    return None


def face(language: str) -> Face | None:
    """Return the font for a language; None where no font has Chinese characters."""
    return _face(language, os.environ.get("PATH", ""), os.environ.get("FONTCONFIG_FILE", ""))


@lru_cache
def _face(language: str, path: str, _fonts: str) -> Face | None:
    program = shutil.which("fc-match", path=path)
    if program is None:
        return None
    family, tongue = FAMILIES.get(language, FAMILIES["zh_Hans"])
    asked = [program, "-f", "%{family[0]}|%{file}|%{index}|%{lang}", f"{family}:lang={tongue}"]
    said = subprocess.run(asked, capture_output=True, text=True, timeout=20, check=False).stdout  # noqa: S603 - fixed words
    name, file, index, tongues = [*said.split("|", 3), "", "", "", ""][:4]
    return Face(name, file, int(index or 0)) if tongue in tongues.split("|") else None


@lru_cache
def points_per_pixel(*, landscape: bool) -> float:
    """Return how large one pixel of a style is on paper, in points: 0.576 where this was written."""
    probe = render("<!doctype html><title>-</title><p>x</p>", title="-", landscape=landscape)
    found: list[float] = []

    def look(text: str, matrix: Any, *_more: Any) -> None:
        if text.strip():
            found.append(matrix[0])

    PdfReader(io.BytesIO(probe)).pages[0].extract_text(visitor_text=look)
    return found[0]


def render(html: str, *, title: str, landscape: bool) -> bytes:
    """Return a document as PDF. ``html``: whole, everything in it escaped. Raises NoPaper."""
    if sentence := missing():
        raise NoPaper(sentence)
    if not AT_ONCE.acquire(timeout=SECONDS):
        raise NoPaper(_("Many PDFs are being made just now. Try again in a minute."))
    try:
        with tempfile.TemporaryDirectory(prefix="paper-") as folder:
            return mended(_drawn(html, folder, landscape=landscape), title=title)
    finally:
        AT_ONCE.release()


def _drawn(html: str, folder: str, *, landscape: bool) -> bytes:
    options = LOCKED | {"orientation": "Landscape" if landscape else "Portrait"}
    program = Configuration(wkhtmltopdf=shutil.which("wkhtmltopdf") or "")
    command = Locked(html, "string", options=options, configuration=program).command()
    try:
        done = subprocess.run(  # noqa: S603 - our own words; what people typed goes through the pipe
            command,
            input=html.encode(),
            capture_output=True,
            cwd=folder,
            env=_bare(folder),
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NoPaper(_("Making the PDF took too long. Narrow the filter, or export it as Excel (xlsx).")) from error
    if not done.stdout.startswith(b"%PDF"):
        raise NoPaper(_("The PDF could not be made. Tell an administrator.")) from RuntimeError(done.stderr[-500:])
    return done.stdout


def _bare(folder: str) -> dict[str, str]:
    """Return an environment that holds no secret of ours, and the folder as home."""
    kept = ("PATH", "LANG", "FONTCONFIG_FILE", "FONTCONFIG_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ} | {
        "HOME": folder,
        "TMPDIR": folder,
        "XDG_RUNTIME_DIR": folder,
        "QT_QPA_PLATFORM": "offscreen",
    }


__all__ = ["Face", "NoPaper", "face", "missing", "points_per_pixel", "render"]
