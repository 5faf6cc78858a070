"""Contents of every kind, made here: whole ones, and those that pretend."""

import io
import struct
import zipfile
from pathlib import Path

import openpyxl
from PIL import Image

OLD_XLS = Path("tests/data/old.xls")
LOCKED = Path("tests/data/locked.xlsx")
PDF = b"%PDF-1.4\n1 0 obj\n<< >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"


def zipped(packing=zipfile.ZIP_STORED, **members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("CT", "[Content_Types].xml"), content)
    return out.getvalue()


def spoilt_document(place):
    """A document of Word with one byte of it turned over."""
    types = f'<Types><Override PartName="/word/document.xml" ContentType="{MAIN}"/></Types>'
    content = bytearray(zipped(zipfile.ZIP_DEFLATED, CT=types + " " * 500, word__document="<w/>"))
    content[place % len(content)] ^= 0xFF
    return bytes(content)


def document(main=MAIN, **more):
    types = f'<Types><Override PartName="/word/document.xml" ContentType="{main}"/></Types>'
    return zipped(CT=types, word__document="<w/>", **more)


def workbook():
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    return out.getvalue()


def picture(kind="JPEG", size=(400, 300), color="teal", **more):
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, kind, **more)
    return out.getvalue()


def compound(*streams):
    """A compound file with directory entries of these names."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0") + b"".join(
        name.encode("utf-16-le").ljust(64, b"\0") + b"\0" * 64 for name in streams
    )


PROGRAM = b"MZ" + b"\0" * 58 + struct.pack("<I", 64) + b"PE\0\0" + b"\0" * 100
