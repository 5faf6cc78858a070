"""Looking at what a file holds, and keeping it. Nothing here touches the database."""

from dataclasses import dataclass
from typing import IO, Any

from app.base import storage
from app.system.files import rules
from app.system.files.rules import Limits
from app.system.files.services.previews import previews
from app.system.files.services.recognition import recognized


@dataclass(frozen=True)
class Content:
    """A content in the store, and what its file will be called."""

    name: str
    mime: str
    family: str
    size_bytes: int
    sha256: str
    thumbnail_sha256: str | None = None
    preview_sha256: str | None = None

    @property
    def columns(self) -> dict[str, Any]:
        """The values of the columns of a file with this content."""
        return vars(self)


def take_in(stream: IO[bytes], *, name: str, limits: Limits) -> Content:
    """Check a file and put its content into the store. Slow: call it outside any transaction.

    Raises Invalid for an empty file, one too large, and one whose content is none of the allowed kinds, whatever
    its name says; StoreUnavailable.
    """
    shown = rules.plain_name(name)
    size_bytes = stream.seek(0, 2)
    rules.check_size(size_bytes, shown, limits)
    kind = rules.check_kind(recognized(stream, shown), shown, limits)
    stream.seek(0)
    stored = storage.store(stream)
    small, large = previews(stream) if kind.family == "picture" else (None, None)
    called = rules.fitting_name(shown, kind.mime)
    return Content(called, kind.mime, kind.family, size_bytes, stored.sha256, small, large)
