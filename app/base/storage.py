"""Where the content of files stands: each content once, under its SHA-256, in a folder or an S3 bucket.

A content belongs to nobody here. Who keeps one writes its SHA-256 into a row of its own and says so with
``kept_by``; what no row names is let go by ``sweep``, in two steps a day apart, so that an upload of the same
content at the same moment loses nothing:  stored → let go (still readable) → removed.
"""

import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

import fsspec
from flask import current_app
from fsspec.implementations.local import LocalFileSystem

from app.base import clock
from app.base.errors import StoreUnavailable
from app.base.i18n import _

PIECE = 1024 * 1024  # bytes moved at a time
GRACE = timedelta(days=1)
BATCH = 500  # contents asked about at a time
PATIENCE = {"connect_timeout": 5, "read_timeout": 30, "retries": {"max_attempts": 3}}
SHA256 = re.compile(r"[0-9a-f]{64}")
GONE = _("The content of this file is missing in the store. Tell an administrator.")
BROKEN = _("The store of files is full or cannot be reached. Nothing was saved. Try again in a minute.")


@dataclass(frozen=True)
class Stored:
    """A content in the store."""

    sha256: str
    size_bytes: int


Keeper = Callable[[Collection[str]], Iterable[str]]
_keepers: list[Keeper] = []


def kept_by(ask: Keeper) -> None:
    """Name who keeps contents: ``ask`` is given some SHA-256 and returns those that a row of its own names."""
    if ask not in _keepers:
        _keepers.append(ask)


def store(stream: IO[bytes]) -> Stored:
    """Put a content into the store and return what it is called there. The same content twice is there once.

    Never seen half-written, safe for several processes. Raises StoreUnavailable.
    """
    with _answering(), _spooled(stream) as (path, stored):
        place = _place()
        place.put(path, place.path(stored.sha256))
    return stored


@contextmanager
def opened(sha256: str) -> Iterator[IO[bytes]]:
    """Open a content for reading; the stream can seek. Raises StoreUnavailable, also if it is not there."""
    place = _place()
    with _answering():
        stream = place.fs.open(place.found(sha256), "rb")
    with stream:
        yield stream


@contextmanager
def local_copy(sha256: str) -> Iterator[Path]:
    """Give a path at which the content stands within the block. It is to be read, never written."""
    place = _place()
    with _answering():
        found = place.found(sha256)
    if place.is_folder:
        yield Path(found)
        return
    with tempfile.TemporaryDirectory() as folder:
        with _answering():
            place.fs.get_file(found, f"{folder}/content")
        yield Path(folder) / "content"


def exists(sha256: str) -> bool:
    """Tell whether a content can be read. Raises StoreUnavailable."""
    with _answering():
        return _place().where(sha256) is not None


def remove(sha256: str) -> bool:
    """Let a content go if nobody keeps it; tell whether it was. It is removed for good a day later.

    For impatient callers: whatever nobody keeps is let go by the nightly ``sweep`` anyway.
    """
    place = _place()
    with _answering():
        if _kept([sha256]) or not place.fs.exists(place.path(sha256)):
            return False
        place.let_go(sha256, clock.now())
    return True


def sweep(now: datetime) -> int:
    """Let go what nobody keeps and what is older than the grace; remove what was let go before it.

    ``now``: UTC. Returns how many contents were removed for good.
    """
    if not _keepers:
        return 0  # nobody has said yet what is kept: nothing may go
    place = _place()
    with _answering():
        place.clear_staging(now)
        removed = sum(_decide(place, path, now) for path in place.gone())
        for batch in _batches(place.all()):
            for sha256 in set(batch) - _kept(batch):
                if place.stored_at(sha256) < now - GRACE:
                    place.let_go(sha256, now)
    return removed


def _decide(place: "Place", path: str, now: datetime) -> bool:
    """Remove a content let go more than a day ago, or bring it back if it is kept after all."""
    day, sha256 = path.split("/")[-2:]
    if _kept([sha256]):
        place.bring_back(path, sha256)
    elif day < f"{now - GRACE:%Y%m%dT%H%M}":
        place.fs.rm_file(path)
        return True
    return False


def _kept(batch: Collection[str]) -> set[str]:
    return {sha256 for ask in _keepers for sha256 in ask(batch)}


def _batches(found: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for sha256 in found:
        batch.append(sha256)
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


@contextmanager
def _spooled(stream: IO[bytes]) -> Iterator[tuple[Path, Stored]]:
    """Copy a stream to a file beside the store, and say what it holds. The file is gone afterwards."""
    digest, size_bytes = hashlib.sha256(), 0
    spool, name = tempfile.mkstemp(dir=_place().staging())
    try:
        with os.fdopen(spool, "wb") as file:
            while piece := stream.read(PIECE):
                digest.update(piece)
                size_bytes += file.write(piece)
            file.flush()
            os.fsync(file.fileno())  # a row will promise that the content is there
        yield Path(name), Stored(digest.hexdigest(), size_bytes)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def _answering() -> Iterator[None]:
    """Turn what the store's libraries raise into the typed refusal."""
    try:
        yield
    except FileNotFoundError as error:
        raise StoreUnavailable(GONE) from error
    except failures() as error:
        raise StoreUnavailable(BROKEN) from error


def failures() -> tuple[type[Exception], ...]:
    """Return what the libraries of folder and bucket raise when they fail."""
    if _place().is_folder:
        return (OSError,)
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - a folder needs no such library

    return (OSError, BotoCoreError, ClientError)


@dataclass(frozen=True)
class Place:
    """A folder or bucket, and where in it a content stands: ab/ab12…, and gone/<moment>/ab12… once let go."""

    fs: Any
    root: str

    @property
    def is_folder(self) -> bool:
        return isinstance(self.fs, LocalFileSystem)

    def staging(self) -> str | None:
        """Return where a content is written before it is moved into its place: a folder's own file system."""
        if not self.is_folder:
            return None
        folder = Path(self.root) / "staging"
        folder.mkdir(parents=True, exist_ok=True)
        return str(folder)

    def clear_staging(self, now: datetime) -> None:
        """Remove what uploads that were killed left behind."""
        for path in Path(folder).iterdir() if (folder := self.staging()) else ():
            if path.stat().st_mtime < (now - GRACE).replace(tzinfo=UTC).timestamp():
                path.unlink(missing_ok=True)

    def path(self, sha256: str) -> str:
        if not SHA256.fullmatch(sha256):
            raise StoreUnavailable(GONE)
        return f"{self.root}/{sha256[:2]}/{sha256}"

    def put(self, source: Path, path: str) -> None:
        """Put a file into its place in one step, even where the same content stands: its age begins anew."""
        if self.is_folder:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            source.replace(path)
        else:
            self.fs.put_file(str(source), path)

    def where(self, sha256: str) -> str | None:
        """Return where a content stands, though it be let go; None if nowhere."""
        path = self.path(sha256)
        if self.fs.exists(path):
            return path
        return next((gone for gone in self.gone() if gone.endswith(sha256)), None)

    def found(self, sha256: str) -> str:
        """Return where a content stands. Raises FileNotFoundError."""
        path = self.where(sha256)
        if path is None:
            raise FileNotFoundError(sha256)
        return path

    def gone(self) -> list[str]:
        """Return the paths of everything that was let go."""
        return list(self.fs.find(f"{self.root}/gone"))

    def all(self) -> Iterator[str]:
        """Yield the SHA-256 of every content."""
        for digit in "0123456789abcdef":
            found = Path(self.root).glob(f"{digit}?/*") if self.is_folder else self.fs.find(self.root, prefix=digit)
            for path in found:
                if SHA256.fullmatch(name := str(path).rsplit("/", 1)[-1]):
                    yield name

    def stored_at(self, sha256: str) -> datetime:
        """Return when a content was last put in (UTC, without a zone as all our moments)."""
        moment: datetime = self.fs.modified(self.path(sha256))
        return moment.replace(tzinfo=None)

    def let_go(self, sha256: str, now: datetime) -> None:
        self._move(self.path(sha256), f"{self.root}/gone/{now:%Y%m%dT%H%M}/{sha256}")

    def bring_back(self, path: str, sha256: str) -> None:
        self._move(path, self.path(sha256))

    def _move(self, source: str, target: str) -> None:
        if self.is_folder:
            Path(target).parent.mkdir(parents=True, exist_ok=True)
        self.fs.mv(source, target)


def _place() -> Place:
    url: str = current_app.config["ZHIKE"].storage_url
    options = {"config_kwargs": PATIENCE, "use_listings_cache": False} if url.startswith("s3:") else {}
    fs, root = fsspec.url_to_fs(url, **options)
    return Place(fs, root.rstrip("/"))
