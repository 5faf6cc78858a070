"""Files that mean harm, or are no table: each is refused with its sentence, in seconds, with little memory."""

import io
import os
import random
import resource
import zipfile
from pathlib import Path

import pytest

from app.base.tabular import reading
from tests.base.refusals import refused
from tests.base.tabular import files
from tests.bed.cpu import cpu_seconds

DATA = Path(__file__).parents[2] / "data"
MIB = 1024 * 1024
SECONDS, MEMORY_MIB = 5, 200


def zip_bomb():
    return files.with_sheet([files.HEAD, *([b" " * MIB] * 300), files.TAIL])


def million_entries():
    return files.with_sheet(files.cells("A1"), extra=[(f"xl/media/{n}.png", b"") for n in range(6_000)])


def million_laughs():
    entities = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    return files.with_sheet([
        b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY l0 "laughs">', entities, b"]>",
        files.HEAD[21:], b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&l9;</t></is></c></row></sheetData>',
        files.TAIL,
    ])  # fmt: skip


def one_string_a_hundred_thousand_times():
    strings = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>%s</t></si></sst>'
    row = b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>'
    sheet = [files.HEAD, b"<sheetData>", *(row % (n, n) for n in range(1, 100_001)), b"</sheetData>", files.TAIL]
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(files.with_sheet(sheet))) as old, zipfile.ZipFile(stream, "w", 8) as new:
        for part in old.namelist():
            content = strings % random.Random(1).randbytes(MIB).hex().encode() if "sharedS" in part else old.read(part)
            new.writestr(part, content)
    return stream.getvalue()


HOSTILE = {
    "zip bomb": (zip_bomb, "unpacks to far more"),
    "zip bomb that lies about its size": (lambda: files.lie_about_sizes(zip_bomb(), 1000), "damaged"),
    "thousands of entries": (million_entries, "unpacks to far more"),
    "rows without end": (
        lambda: files.with_sheet(
            [files.HEAD, b"<sheetData>", *([b"<row/>" * 10_000] * 400), b"</sheetData>", files.TAIL]
        ),
        "unpacks to far more",
    ),
    "a cell in the last corner": (lambda: files.with_sheet(files.cells("A1", "XFD1048576")), "far away"),
    "a cell in the last row and column 500": (lambda: files.with_sheet(files.cells("A1", "SF1048576")), "far away"),
    "a cell in column 600": (lambda: files.with_sheet(files.cells("A1", "WB2")), "has 600 columns, at most 500"),
    "million laughs": (million_laughs, ""),
    "one long text in every row": (one_string_a_hundred_thousand_times, "far away"),
    "truncated": (lambda: files.workbook(("s", [["a"] * 50] * 50))[:3000], "damaged"),
    "garbled": (lambda: files.workbook(("s", [["a", "b"]] * 900)).replace(b"\x9d", b"\x9e"), "damaged"),
    "sheet is no XML": (lambda: files.with_sheet([b"<worksheet><sheetData><row><c"]), ""),
    "locked": ((DATA / "locked.xlsx").read_bytes, "password"),
    "empty": (lambda: b"", "This file is empty"),
    "blanks": (lambda: b" \r\n\r\n", "This file is empty"),
    "workbook without cells": (lambda: files.workbook(("s", [])), "This file is empty"),
    "headings only": (lambda: files.workbook(("s", [["企业名称", "电话"]])), "no rows below"),
    "pdf": (lambda: b"%PDF-1.7\n%\xe2\xe3", "This is a PDF file"),
    "png": (lambda: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "This is a PNG file"),
    "web page": (lambda: b"\xef\xbb\xbf<html><table><tr><td>a", "web page"),
    "docx": (
        lambda: files.with_sheet([b"<d/>"], name="xl/workbook.xml").replace(b"xl/workbook.xml", b"word/document.x"),
        "zip",
    ),
    "random bytes": (lambda: random.Random(1).randbytes(100_000), "This is not a table"),
    "nothing but noughts": (lambda: b"\0" * 100_000, "This file is empty"),
    "unended quotation": (('a,b\n1,"' + "x" * 2_000_000).encode, "never closed"),
}


@pytest.fixture
def child_peak(monkeypatch):
    """Record the largest resident size, in MiB, of this child alone."""
    seen = []
    original = reading._run

    def recorded(*arguments):
        code, output, usage = original(*arguments)
        own_peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # a child begins with its parent's, and counts it
        seen.append(usage.ru_maxrss / 1024 if usage.ru_maxrss > own_peak + 1024 else 0)
        return code, output, usage

    monkeypatch.setattr(reading, "_run", recorded)
    return seen


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_refused_soon_and_cheaply(what, child_peak):
    build, words = HOSTILE[what]
    content = build()
    begun, own = cpu_seconds(), own_mib()
    with refused(words):
        reading.open_table(content, "customers.xlsx")
    seconds, mib = cpu_seconds() - begun, max(child_peak)
    print(f"{what}: {len(content) / 1024:.0f} KiB, {seconds:.2f} s, child {mib:.0f} MiB")  # noqa: T201
    assert seconds < SECONDS
    assert mib < MEMORY_MIB
    assert own_mib() - own < 30


def own_mib():
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB


def test_a_million_blank_rows_below_a_small_table_do_no_harm():
    rows = [b'<row r="%d" spans="1:3"><c r="A%d" s="1"/></row>' % (n, n) for n in range(4, 1_000_000)]
    sheet = files.cells("A1", "A2", "B3")
    content = files.with_sheet([*sheet[:3], *rows, *sheet[3:]])
    begun = cpu_seconds()
    with reading.open_table(content, "a.xlsx") as table:
        assert [number for number, _values in table.rows()] == [2, 3]
    assert cpu_seconds() - begun < SECONDS


def test_a_dimension_that_lies_does_no_harm():
    sheet = files.cells("A1", "A2")
    content = files.with_sheet([sheet[0], b'<dimension ref="A1:XFD1048576"/>', *sheet[1:]])
    with reading.open_table(content, "a.xlsx") as table:
        assert [number for number, _values in table.rows()] == [2]
