"""What a file is, by its content. The name decides only between two kinds of plain text."""

import codecs
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

import filetype

from app.system.files import rules

HEAD = 8192  # bytes that tell most kinds
PIECE = 1024 * 1024
LARGEST_MEMBER = 1024 * 1024  # of what is read out of an archive: the list of its parts
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: The streams that tell what an old Office document is.
OLE_KINDS = {
    "WordDocument": "application/msword",
    "Workbook": "application/vnd.ms-excel",
    "Book": "application/vnd.ms-excel",
    "PowerPoint Document": "application/vnd.ms-powerpoint",
}
#: Streams for which it is refused: macros; and a locked one that cannot be looked into.
OLE_REFUSED = ("_VBA_PROJECT", "VBA", "Macros", "EncryptedPackage")
OOXML_MAIN = {
    f"{rules.OOXML}{part}.main+xml": f"{rules.OOXML}{part}"
    for part in ("wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation")
}
#: What zipfile raises for an archive that is damaged (the first three), locked, or packed in a way or a version that it
#: does not know (both a RuntimeError), without the part that is read, or with lengths that cannot be.
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    RuntimeError,
    KeyError,
    ValueError,
    OSError,
)
#: What a library calls otherwise than we do.
ALIASES = {"image/heif": "image/heic", "video/x-m4v": "video/mp4", "image/x-ms-bmp": "image/bmp"}
#: A text that a program would run or a browser show as a page.
ACTIVE = re.compile(r"\s*(<|#!|%!PS|\{\\rtf)")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
BOMS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def recognized(stream: IO[bytes], name: str) -> str | None:
    """Return the type of a content, None for one that is not known or not safe. ``name`` tells csv from txt."""
    stream.seek(0)
    head = stream.read(HEAD)
    if head.startswith(OLE):
        return _old_office(stream)
    if head.startswith(b"PK\x03\x04"):
        return _archive(stream)
    found = filetype.guess_mime(head)
    if found:
        return ALIASES.get(found, found)
    if _is_text(stream):
        return "text/csv" if rules.ending_of(name) == "csv" else "text/plain"
    return None


def _old_office(stream: IO[bytes]) -> str | None:
    """Return the type of a compound file: the names of its streams stand in it in UTF-16."""
    wanted = {name: _entry(name) for name in (*OLE_REFUSED, *OLE_KINDS)}
    found: set[str] = set()
    for window in _windows(stream):
        found |= {name for name, mark in wanted.items() if mark in window}
    if found & set(OLE_REFUSED):
        return None
    return next((mime for name, mime in OLE_KINDS.items() if name in found), None)


def _entry(name: str) -> bytes:
    """Return how a directory entry of that name begins: 64 bytes of name, filled up with zeros."""
    return name.encode("utf-16-le").ljust(64, b"\0")


def _windows(stream: IO[bytes], *, overlap: int = 128) -> Iterator[bytes]:
    stream.seek(0)
    rest = b""
    while piece := stream.read(PIECE):
        yield rest + piece
        rest = piece[-overlap:]


def _archive(stream: IO[bytes]) -> str | None:
    """Return the type of a zip: a new Office document says what it is; one with macros is refused."""
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            names = {name.lower() for name in archive.namelist()}
            if "[content_types].xml" not in names:
                return None if "meta-inf/manifest.mf" in names else "application/zip"
            parts = _parts(archive)
    except UNREADABLE:
        return None
    if "macroenabled" in parts.lower() or any(name.endswith("vbaproject.bin") for name in names):
        return None
    return next((mime for main, mime in OOXML_MAIN.items() if main in parts), None)


def _parts(archive: zipfile.ZipFile) -> str:
    with archive.open("[Content_Types].xml") as member:
        return member.read(LARGEST_MEMBER).decode("utf-8", "replace")


def _is_text(stream: IO[bytes]) -> bool:
    """Tell whether a content is text in an encoding of the house, and nothing that runs."""
    stream.seek(0)
    head = stream.read(4)
    encoding = next((name for mark, name in BOMS if head.startswith(mark)), None)
    return any(_reads_as(stream, one) for one in ([encoding] if encoding else ["utf-8-sig", "gb18030"]))


def _reads_as(stream: IO[bytes], encoding: str) -> bool:
    stream.seek(0)
    decoder, is_first = codecs.getincrementaldecoder(encoding)(), True
    try:
        while piece := stream.read(PIECE):
            text = decoder.decode(piece)
            if CONTROL.search(text) or (is_first and ACTIVE.match(text)):
                return False
            is_first = False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
