"""A workbook's zip, looked through before anything believes it. Every entry is truly unpacked once, and counted."""

import re
import zipfile
import zlib

from allowance import LARGEST_RATIO, LARGEST_UNPACKED, MOST_ENTRIES, MOST_ROW_TAGS, SUSPICIOUS_UNPACKED
from refusal import Refused

_CHUNK = 1024 * 1024
_OVERLAP = 1024  # bytes of the last chunk looked at again: longer than any tag of ours
_MOST_ERRORS = 100_000
_ERROR = re.compile(
    rb'<(?:\w+:)?c (?=[^>]*\bt="e")[^>]*\br="([A-Z]{1,3}\d{1,7})"[^>]*>.{0,400}?<(?:\w+:)?v>(#[^<]{1,20})<', re.DOTALL
)
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*?\b\w+:id=[\"']([^\"']+)[\"']")
_RELATION = re.compile(rb"<Relationship\s[^>]*>")

#: What zipfile raises for an archive that is damaged, locked or of a version that it does not know (both a
#: RuntimeError), or without a part that a workbook has.
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError, KeyError)

Errors = dict[str, str]


class Archive:
    """The checked zip. `unpacked_bytes` is counted, not declared; `errors` has the #N/A cells of each sheet's part."""

    def __init__(self, path: str) -> None:
        try:
            with zipfile.ZipFile(path) as self._zip:
                self._check_entries()
                self.unpacked_bytes, self._errors = 0, {}
                for entry in self._zip.infolist():
                    self._errors[entry.filename] = self._look_through(entry)
                self._parts = self._sheet_parts()
        except _UNREADABLE:
            raise Refused("broken") from None

    def errors(self, position: int) -> Errors:
        """Return the error cells, e.g. {"C7": "#N/A"}, of the sheet at `position` in the workbook."""
        return self._errors.get(self._parts[position], {}) if position < len(self._parts) else {}

    def _check_entries(self) -> None:
        entries = self._zip.infolist()
        names = {entry.filename for entry in entries}
        if len(entries) > MOST_ENTRIES or len(names) != len(entries):
            raise Refused("bomb")
        if any(entry.flag_bits & 1 for entry in entries):
            raise Refused("password")
        if "xl/workbook.xml" not in names:
            raise Refused("other_kind", kind=_kind_of_archive(names))
        if any(entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} for entry in entries):
            raise Refused("broken")
        self._packed_bytes = sum(entry.compress_size for entry in entries)
        self._check_size(sum(entry.file_size for entry in entries))

    def _check_size(self, unpacked: int) -> None:
        is_packed_too_well = unpacked > max(SUSPICIOUS_UNPACKED, LARGEST_RATIO * self._packed_bytes)
        if unpacked > LARGEST_UNPACKED or is_packed_too_well:
            raise Refused("bomb")

    def _look_through(self, entry: zipfile.ZipInfo) -> Errors:
        """Count the entry's bytes and rows and collect its error cells. A lying size ends in a wrong checksum."""
        is_sheet = entry.filename.startswith("xl/worksheets/")
        row_tags, last = 0, b""
        errors: Errors = {}
        with self._zip.open(entry) as stream:
            while piece := stream.read(_CHUNK):
                self.unpacked_bytes += len(piece)
                self._check_size(self.unpacked_bytes)
                row_tags += piece.count(b"<row") + piece.count(b":row") if is_sheet else 0
                if row_tags > MOST_ROW_TAGS:
                    raise Refused("bomb")
                if is_sheet and b't="e"' in piece and len(errors) < _MOST_ERRORS:
                    errors |= {ref.decode(): shown.decode() for ref, shown in _ERROR.findall(last + piece)}
                last = piece[-_OVERLAP:]
        return errors

    def _sheet_parts(self) -> list[str]:
        """Return the name of the part of each sheet, in the workbook's order."""
        targets = {}
        for relation in _RELATION.findall(self._zip.read("xl/_rels/workbook.xml.rels")):
            pairs = dict(re.findall(rb"(\w+)=[\"']([^\"']*)[\"']", relation))
            targets[pairs.get(b"Id")] = pairs.get(b"Target", b"").decode("utf-8", "replace")
        found = [targets.get(key, "") for key in _SHEET.findall(self._zip.read("xl/workbook.xml"))]
        return [part.removeprefix("/") if part.startswith("/") else f"xl/{part}" for part in found]


def _kind_of_archive(names: set[str]) -> str:
    for part, kind in [
        ("xl/workbook.bin", "xlsb"),
        ("word/document.xml", "Word"),
        ("ppt/presentation.xml", "PowerPoint"),
        ("content.xml", "OpenDocument"),
    ]:
        if part in names:
            return kind
    return "zip"
