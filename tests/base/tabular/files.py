"""Files built for a test: fair ones and vicious ones."""

import io
import struct
import zipfile

import xlsxwriter

HEAD = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
TAIL = b"</worksheet>"


def workbook(*sheets):
    """Return an xlsx; each sheet is (name, rows), text and numbers only."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"strings_to_formulas": False}) as book:
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return stream.getvalue()


def with_sheet(pieces, *, name="xl/worksheets/sheet1.xml", extra=()):
    """Return an xlsx whose first sheet's XML (or the part `name`) is exactly these pieces of bytes."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(("s", [["a"]])))) as model,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as book,
    ):
        for part in model.namelist():
            if part != name:
                book.writestr(part, model.read(part))
        with book.open(name, "w") as target:
            for piece in pieces:
                target.write(piece)
        for part, content in extra:
            book.writestr(part, content)
    return stream.getvalue()


def cells(*places):
    """Return the XML of a sheet with one text in each of the places, e.g. "A1"."""
    inside = b"".join(
        b'<row r="%s"><c r="%s" t="inlineStr"><is><t>x</t></is></c></row>'
        % (place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ").encode(), place.encode())
        for place in places
    )
    return [HEAD, b"<sheetData>", inside, b"</sheetData>", TAIL]


def lie_about_sizes(content, declared):
    """Return the zip with every unpacked size, in both its directories, replaced by `declared` bytes."""
    lied = bytearray(content)
    for signature, place in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        start = lied.find(signature)
        while start >= 0:
            lied[start + place : start + place + 4] = struct.pack("<I", declared)
            start = lied.find(signature, start + 4)
    return bytes(lied)
