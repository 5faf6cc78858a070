"""Contents as answers: always with a type we found ourselves, never guessed, never as a page of this house."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import IO
from urllib.parse import quote

from flask import Response, request
from werkzeug.wsgi import FileWrapper

from app.base import storage
from app.system.files.models import File

PICTURE = "default-src 'none'; sandbox; frame-ancestors 'none'"
#: A PDF stands alone in its window: the browser's viewer runs it in a process and origin of its own.
PDF = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"


def download(file: File, name: str) -> Response:
    """Send a file to be kept. A part of it is sent if only that is asked for (Range)."""
    return content(file.sha256, file.size_bytes, name=name, mime=file.mime)


def content(sha256: str, size_bytes: int, *, name: str, mime: str = "application/octet-stream") -> Response:
    """Send a content of the store under a name, to be kept."""
    return _answer(sha256, size_bytes, mime=mime, disposition=f"attachment; {_called(name)}", csp=PICTURE)


def shown_pdf(file: File, name: str) -> Response:
    """Send a PDF to the browser's viewer."""
    mime, size_bytes = "application/pdf", file.size_bytes
    return _answer(file.sha256, size_bytes, mime=mime, disposition=f"inline; {_called(name)}", csp=PDF)


def picture(sha256: str) -> Response:
    """Send a picture that we made."""
    with storage.opened(sha256) as stream:
        size_bytes = stream.seek(0, 2)
    return _answer(sha256, size_bytes, mime="image/jpeg", disposition="inline", csp=PICTURE)


def _called(name: str) -> str:
    """Return a name for the header: in plain letters for old programs, whole for all others. Source: RFC 5987."""
    plain = "".join(one if one.isascii() and (one.isalnum() or one in " ._-") else "_" for one in name)
    return f"filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _answer(sha256: str, size_bytes: int, *, mime: str, disposition: str, csp: str) -> Response:
    open_ones = ExitStack()
    stream = open_ones.enter_context(storage.opened(sha256))
    answer = Response(Body(stream, open_ones), mimetype=mime, direct_passthrough=True)
    answer.headers |= {
        "Content-Disposition": disposition,
        "Content-Length": str(size_bytes),
        "Content-Security-Policy": csp,
        "Cache-Control": "private, no-cache",  # kept, but asked about: the scope may have changed
    }
    answer.set_etag(sha256)
    answer.make_conditional(request, accept_ranges=True, complete_length=size_bytes)
    return answer


class Body(FileWrapper):
    """A content on its way out. Closing it closes the store's stream."""

    def __init__(self, stream: IO[bytes], open_ones: ExitStack) -> None:
        super().__init__(stream, 65536)
        self._open_ones = open_ones

    def close(self) -> None:
        self._open_ones.close()

    def __iter__(self) -> Iterator[bytes]:
        return self
