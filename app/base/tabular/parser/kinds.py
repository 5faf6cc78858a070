"""What a file is, by its content: the name is only what someone called it."""

import re
from pathlib import Path

from refusal import Refused

_SAMPLE = 4096
_STRANGERS = [
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"{\\rtf", "RTF"),
]
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = re.compile(
    rb"(\xef\xbb\xbf)?\s*(<!doctype|<html|<\?xml|<table|<head|<meta|<style|mime-version:)", re.IGNORECASE
)


def kind_of(path: str) -> str:
    """Return "xlsx", "xls" or "csv". Raises Refused if the file is empty or of a kind that holds no table."""
    with Path(path).open("rb") as file:
        start = file.read(_SAMPLE)
    if not start.strip(b"\0 \t\r\n"):
        raise Refused("empty")
    if start.startswith(b"PK"):
        return "xlsx"
    if start.startswith(_OLE):
        return _ole_kind(Path(path).read_bytes())
    for signature, kind in _STRANGERS:
        if start.startswith(signature):
            raise Refused("other_kind", kind=kind)
    if _MARKUP.match(start):
        raise Refused("web_page")
    return "csv"


def _ole_kind(content: bytes) -> str:
    """Look for the names of the streams in an old Office container (they stand in UTF-16, MS-CFB 2.6.1)."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise Refused("password")
    if "Workbook".encode("utf-16-le") in content or b"\0B\0o\0o\0k\0\0" in content:
        return "xls"
    if "WordDocument".encode("utf-16-le") in content:
        raise Refused("other_kind", kind="Word")
    raise Refused("other_kind", kind="OLE")
