"""What a file is says its content; what it is called follows from that."""

import io

import pytest

from app.base.errors import Invalid
from app.system.files import rules
from app.system.files.rules import Limits
from app.system.files.services.recognition import recognized
from tests.system.files import samples

ALL = Limits(size_mb=1, per_record=2, families=frozenset(rules.FAMILIES))
DOCX = f"{rules.OOXML}wordprocessingml.document"
XLSX = f"{rules.OOXML}spreadsheetml.sheet"


@pytest.mark.parametrize(
    ("content", "name", "mime"),
    [
        (samples.picture("JPEG"), "a", "image/jpeg"),
        (samples.picture("PNG"), "a.exe", "image/png"),
        (samples.picture("GIF"), "a", "image/gif"),
        (samples.picture("WEBP"), "a", "image/webp"),
        (samples.picture("BMP"), "a", "image/bmp"),
        (samples.picture("TIFF"), "a", "image/tiff"),
        (samples.PDF, "a.txt", "application/pdf"),
        (samples.document(), "a.zip", DOCX),
        (samples.workbook(), "a", XLSX),
        (samples.OLD_XLS.read_bytes(), "a", "application/vnd.ms-excel"),
        (samples.compound("WordDocument"), "a", "application/msword"),
        (samples.compound("PowerPoint Document"), "a", "application/vnd.ms-powerpoint"),
        (samples.zipped(a="x"), "a.docx", "application/zip"),
        ("合同第一条".encode(), "a.txt", "text/plain"),
        ("合同第一条".encode("gb18030"), "a.txt", "text/plain"),
        ("合同第一条".encode("utf-16"), "a.txt", "text/plain"),
        ("名称,电话\n甲,1".encode(), "a.CSV", "text/csv"),
        (b"ID3\x03" + b"\0" * 100, "a", "audio/mpeg"),
        (b"#!AMR\n" + b"\0" * 20, "a", "audio/amr"),
        (b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 20, "a", "audio/x-wav"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "a", "video/mp4"),
        (b"\0\0\0\x18ftypM4A \0\0\0\0M4A isom", "a", "audio/mp4"),
    ],
)
def test_a_content_is_told_by_what_it_holds(content, name, mime):
    found = recognized(io.BytesIO(content), name)

    assert found == mime
    assert rules.KINDS[found]


@pytest.mark.parametrize(
    "content",
    [
        samples.document(samples.MACROS),
        samples.zipped(CT="<Types/>", word__vbaProject_="x"),
        samples.zipped(**{"META-INF__MANIFEST.MF": "x"}),
        samples.compound("WordDocument", "_VBA_PROJECT"),
        samples.LOCKED.read_bytes(),
        samples.PROGRAM,
        b"\x7fELF" + b"\0" * 100,
        b"<!doctype html><script>alert(1)</script>",
        b"\xef\xbb\xbf \n<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        "<html>".encode("utf-16"),
        b'<?xml version="1.0"?><svg/>',
        b"#!/bin/sh\nrm -rf /",
        b"\x01\x02\x03\x04 whatever",
        b"PK\x03\x04 no archive at all",
        b"\xff\xfe\x00\xd8",
    ],
)
def test_what_is_not_known_or_not_safe_is_refused(content):
    mime = recognized(io.BytesIO(content), "合同.docx")

    with pytest.raises(Invalid, match=r"Files like “合同.docx” are not taken in here. Allowed are: Picture、PDF"):
        rules.check_kind(mime, "合同.docx", ALL)


def test_a_document_with_a_hidden_project_of_macros_is_refused():
    content = samples.document(**{"word__vbaProject.bin": "x"})

    assert recognized(io.BytesIO(content), "a.docx") is None


def test_a_document_damaged_at_any_byte_is_recognized_or_refused_and_no_failure():
    length = len(samples.spoilt_document(0))
    found = {recognized(io.BytesIO(samples.spoilt_document(place)), "a.docx") for place in range(length)}
    assert found <= {None, "application/zip", samples.MAIN.removesuffix(".main+xml")}
    assert None in found


@pytest.mark.parametrize("name", ["a.exe", "a.HTML", "a.svg", "a.docm", "证照.jpg.bat"])
def test_an_ending_that_runs_is_refused_whatever_the_content(name):
    with pytest.raises(Invalid, match="not taken in here"):
        rules.check_kind("image/jpeg", name, ALL)


def test_a_family_that_is_not_allowed_is_refused():
    with pytest.raises(Invalid, match="Allowed are: Picture"):
        rules.check_kind("application/pdf", "a.pdf", Limits(1, 2, frozenset({"picture"})))


@pytest.mark.parametrize(
    ("given", "mime", "kept"),
    [
        ("营业执照（副本）.jpg", "image/jpeg", "营业执照（副本）.jpg"),
        ("合同.PDF", "application/pdf", "合同.PDF"),
        ("合同.docx", "application/pdf", "合同.pdf"),
        ("合同 v1.2", "application/pdf", "合同 v1.2.pdf"),
        ("photo.png", "image/jpeg", "photo.jpg"),
        ("C:\\Users\\me\\合同.pdf", "application/pdf", "合同.pdf"),
        ("../../etc/passwd", "text/plain", "passwd.txt"),
        ("a\u202efdp.exe\x00.pdf", "application/pdf", "afdp.exe.pdf"),
        (" 空 \n 格 .txt", "text/plain", "空 格 .txt"),
        ("长" * 300 + ".pdf", "application/pdf", "长" * 196 + ".pdf"),
        (".pdf", "application/pdf", "pdf.pdf"),
        ("...", "application/pdf", "File.pdf"),
    ],
)
def test_a_name_is_kept_but_its_ending_tells_the_truth(given, mime, kept, in_app):
    assert rules.fitting_name(given, mime) == kept


test_a_name_is_kept_but_its_ending_tells_the_truth = pytest.mark.one_database(
    test_a_name_is_kept_but_its_ending_tells_the_truth
)


def test_an_empty_file_and_one_too_large_are_refused():
    rules.check_size(rules.MB, "a.pdf", ALL)
    with pytest.raises(Invalid, match=r"“a.pdf” is larger than 1 MB."):
        rules.check_size(rules.MB + 1, "a.pdf", ALL)
    rules.check_size(1, "a.pdf", ALL)
    with pytest.raises(Invalid, match=r"“a.pdf” is empty."):
        rules.check_size(0, "a.pdf", ALL)


def test_a_record_has_so_many_files_and_no_more():
    rules.check_room(1, ALL)
    with pytest.raises(Invalid, match="A record may have at most 2 files"):
        rules.check_room(2, ALL)
