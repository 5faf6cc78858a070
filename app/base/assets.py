"""How pages, styles and scripts travel: compressed, and files under an address that changes when any of them does."""

import hashlib
import secrets
from functools import cache
from pathlib import Path

from flask import Flask, Response, current_app, request, send_from_directory, url_for
from flask_compress import Compress
from markupsafe import Markup

STATIC = Path(__file__).resolve().parents[1] / "static"
A_YEAR = 31_536_000
MOST_PADDING = 64  # bytes
TOKEN = b'name="csrf_token"'


def prepare(app: Flask) -> None:
    """Hang this on the application, made without a static folder of its own. Before anything else looks at answers."""
    app.config |= {
        "COMPRESS_MIMETYPES": ["text/html", "text/css", "text/javascript", "application/json", "image/svg+xml"],
        "COMPRESS_ALGORITHM": ["zstd", "br", "gzip"],
        "COMPRESS_BR_LEVEL": 4,
        "COMPRESS_LEVEL": 5,
        "COMPRESS_STREAMS": False,
    }
    Compress(app)
    app.after_request(_pad)
    version = _version()
    app.add_url_rule("/static/<version>/<path:filename>", "static", _static, defaults={"now": version})
    app.url_defaults(lambda endpoint, values: values.setdefault("version", version) if endpoint == "static" else None)


@cache
def script_text(name: str) -> Markup:
    """Return a short script of ours, to stand in the page itself: one that must have run before the first paint."""
    return Markup((STATIC / "js" / name).read_text())  # noqa: S704 - our own file


def static(name: str) -> str:
    """Return the address of a file of ours, built once for each place the product is mounted at."""
    known: dict[tuple[str, str], str] = current_app.extensions.setdefault("static_addresses", {})
    key = (request.script_root, name)
    if key not in known:
        known[key] = url_for("static", filename=name)
    return known[key]


def _version() -> str:
    """Return what tells this set of files from every other."""
    files = sorted(path for path in STATIC.rglob("*") if path.is_file())
    seen = hashlib.sha256()
    for path in files:
        seen.update(str(path.relative_to(STATIC)).encode() + path.read_bytes())
    return seen.hexdigest()[:12]


def _static(version: str, filename: str, now: str) -> Response:
    """Send a file. Pages that are open while the product is upgraded ask for it under its address of before."""
    answer = send_from_directory(STATIC, filename, max_age=A_YEAR if version == now else 0)
    if version == now:
        answer.cache_control.immutable = True
    answer.direct_passthrough = False  # or it would travel as it is
    answer.set_data(answer.get_data())
    return answer


def _pad(response: Response) -> Response:
    """Let the length of a compressed page tell nothing of the token in it (the attack called BREACH)."""
    if response.mimetype == "text/html" and not response.direct_passthrough and not response.is_streamed:
        text = response.get_data()
        padding = secrets.token_hex(secrets.randbelow(MOST_PADDING // 2)).encode()
        response.set_data(text + b"<!-- " + padding + b" -->" if TOKEN in text else text)
    return response
