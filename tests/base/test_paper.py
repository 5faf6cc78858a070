"""Documents as PDF: nothing reaches out of them, every character comes back, every page is numbered and marked."""

import io
import re
import socket
import threading
from contextlib import contextmanager

import pypdf
import pytest
from flask import g

from app.base.paper import engine, mending
from app.base.paper.engine import NoPaper
from app.base.paper.letters import Ruler
from app.base.paper.sheets import LINE, PAD, Sheet
from app.base.paper.tables import table
from app.base.tabular.cells import Column
from tests.cast import LIN

pytestmark = pytest.mark.one_database

NAMES = "金水区、胶东、风马牛、页食鱼龙黄鸟车贝长门见户青齿麦飞韦 A-1 （河南）有限公司"


@pytest.fixture
def paper(in_app):
    g.language = "zh_Hans"
    return in_app


def said(pdf, *, marks=False):
    """The words of a PDF without white space; without the watermark, unless ``marks``."""
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    text = text if marks else re.sub(r"林晓 \d{4}-\d\d-\d\d \d\d:\d\d", "", text)
    return re.sub(r"\s", "", text)


def pages(pdf):
    return pypdf.PdfReader(io.BytesIO(pdf)).pages


def listed(rows, *headings, notes=()):
    columns = [Column(heading) for heading in headings]
    return table(columns, rows, title="客户资料", notes=notes, actor=LIN.actor)


@contextmanager
def listening():
    """A port of this machine, and who called at it."""
    calls = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        stop = threading.Event()

        def answer():
            while not stop.is_set():
                try:
                    call, _address = server.accept()
                except TimeoutError:
                    continue
                calls.append(call.recv(1000))
                call.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\nsecret-of-inside")
                call.close()

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield server.getsockname()[1], calls
        finally:
            stop.set()
            thread.join()


# ── nothing reaches out ──

REACHING = [
    '<img src="{url}">',
    '<iframe src="{url}" width="400" height="100"></iframe>',
    '<object data="{url}"></object>',
    '<link rel="stylesheet" href="{url}">',
    '<style>@import url("{url}"); body {{ background: url("{url}") }}</style>',
    '<meta http-equiv="refresh" content="0;url={url}">',
    '<script>new Image().src = "{url}"; document.write("secret-of-script")</script>',
    '<meta name="pdfkit-proxy" content="None"><meta name="pdfkit-enable-javascript" content=""><img src="{url}">',
    '<iframe src="file:///etc/passwd" width="400" height="300"></iframe>',
    '<img src="file:///etc/passwd"><object data="file:///etc/passwd"></object>',
    '<meta name="pdfkit-enable-local-file-access" content=""><iframe src="file:///etc/passwd"></iframe>',
]


@pytest.mark.parametrize("trick", REACHING)
def test_even_raw_markup_reaches_neither_network_nor_files_nor_scripts(paper, trick):
    with listening() as (port, calls):
        html = f"<!doctype html><meta charset=utf-8><p>before</p>{trick.format(url=f'http://127.0.0.1:{port}/')}"
        pdf = engine.render(html, title="-", landscape=False)

    assert calls == []
    assert not re.search("secret|root:|nologin", said(pdf))


@pytest.mark.parametrize("trick", REACHING)
def test_what_people_typed_stands_on_the_paper_as_they_typed_it(paper, trick):
    with listening() as (port, calls):
        name = trick.format(url=f"http://127.0.0.1:{port}/")
        pdf = listed([[name]], "名称")

    assert calls == []
    assert re.sub(r"\s", "", name) in said(pdf)


def test_the_engine_has_no_secret_of_ours_around_it(paper, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "s")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")

    assert set(engine._bare("/x")) <= {
        "PATH", "LANG", "HOME", "TMPDIR", "XDG_RUNTIME_DIR", "QT_QPA_PLATFORM", "FONTCONFIG_FILE", "FONTCONFIG_PATH",
    }  # fmt: skip


# ── what is missing is said ──


def test_without_the_program_a_sentence_says_so(paper, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")

    assert "wkhtmltopdf" in str(engine.missing())
    with pytest.raises(NoPaper, match="wkhtmltopdf"):
        listed([["x"]], "名称")


def test_without_a_chinese_font_a_sentence_says_so(paper, monkeypatch, tmp_path):
    bare = tmp_path / "fonts.conf"
    bare.write_text("<fontconfig><dir>/usr/share/fonts/truetype/dejavu</dir></fontconfig>")
    monkeypatch.setenv("FONTCONFIG_FILE", str(bare))

    with pytest.raises(NoPaper, match="fonts-noto-cjk"):
        listed([["x"]], "名称")


def test_a_document_that_takes_too_long_is_given_up(paper, monkeypatch):
    monkeypatch.setattr(engine, "SECONDS", 0.01)

    with pytest.raises(NoPaper, match="xlsx"):
        engine.render("<!doctype html>" + "<p>x</p>" * 20000, title="-", landscape=False)


# ── what goes in comes out ──


def test_every_character_that_shares_a_glyph_comes_back_as_itself(paper):
    pdf = listed([[NAMES]], "名称")

    assert re.sub(r"\s", "", NAMES) in said(pdf)
    assert not [letter for letter in said(pdf) if ord(letter) in mending.RADICALS]


@pytest.mark.parametrize(("language", "words"), [("zh_Hans", "客户橡胶"), ("zh_Hant", "客戶橡膠")])
def test_the_same_glyph_is_another_character_in_the_other_script(paper, language, words):
    g.language = language

    assert words in said(listed([[words]], "名称"))


def test_thousands_of_characters_come_back(paper):
    letters = "".join(chr(code) for code in range(0x4E00, 0x4E00 + 2400))
    pdf = listed([[letters[place : place + 60]] for place in range(0, 2400, 60)], "字")

    assert letters in said(pdf).replace("字", "", 0)


@pytest.mark.parametrize(("language", "words"), [("zh_Hans", "第1页"), ("zh_Hant", "第1頁"), ("en", "Page1of1")])
def test_a_document_speaks_the_reader_s_language(paper, language, words):
    g.language = language

    assert words in said(listed([["x"]], "名称"))


def test_dates_numbers_and_amounts_read_as_on_the_list(paper):
    columns = [Column("日", "date"), Column("额", "amount"), Column("空")]
    import datetime as dt  # noqa: PLC0415 - one use
    from decimal import Decimal  # noqa: PLC0415 - one use

    pdf = table(columns, [[dt.date(2026, 11, 22), Decimal("1234.5"), None]], title="t", notes=[], actor=LIN.actor)

    assert "2026-11-221,234.50" in said(pdf)


# ── pages ──


def test_the_head_the_number_and_the_mark_stand_on_every_page(paper):
    rows = [[f"客户{number:04}", "郑州"] for number in range(200)]
    pdf = listed(rows, "客户名称", "区域", notes=["筛选：区域 是 郑州"])

    found = pages(pdf)
    assert len(found) > 3
    for number, page in enumerate(found, start=1):
        text = re.sub(r"\s", "", page.extract_text())
        assert "客户名称区域" in text
        assert f"第{number}页，共{len(found)}页" in text
        assert re.search(r"林晓\d{4}-\d\d-\d\d\d\d:\d\d", text)
    assert re.findall(r"客户\d{4}", said(pdf)) == [row[0] for row in rows]
    assert "筛选：区域是郑州" in said(pdf)
    assert pypdf.PdfReader(io.BytesIO(pdf)).metadata.title == "客户资料"


def test_a_narrow_table_stands_upright_and_a_wide_one_lies(paper):
    narrow = listed([["甲", "乙"]], "一", "二")
    wide = listed([["很长的内容" * 6] * 8], *"一二三四五六七八")

    assert [pages(one)[0].mediabox.width > pages(one)[0].mediabox.height for one in (narrow, wide)] == [False, True]


def test_long_words_wrap_and_nothing_is_drawn_beyond_the_edge(paper):
    word = "x" * 400 + "汉" * 200
    pdf = listed([[word, "短"]], "名称", "二")
    places = []
    pages(pdf)[0].extract_text(
        visitor_text=lambda text, cm, tm, *_more: places.append(cm[0] * tm[4]) if text.strip() else None
    )

    assert max(places) < 595
    assert word in said(pdf)


def test_a_cell_is_cut_after_eight_lines_with_a_sign(paper):
    pdf = listed([["\n".join(f"第{number}行" for number in range(20))]], "备注")

    assert "第7行…" in said(pdf)
    assert "第8行" not in said(pdf)


def test_blocks_never_overflow_a_page(paper):
    """Our reckoning of pages and the engine's are the same: no page of the engine's more."""
    rows = [["甲" * (number % 90)] for number in range(300)]
    pdf = listed(rows, "名称")

    assert f"共{len(pages(pdf))}页" in said(pdf)


def test_lines_break_within_the_width(paper):
    ruler = Ruler(engine.face("zh_Hans"), 14)
    for text in ("中文和 English words 混排，long", "https://example.cn/" + "a" * 300, "", "a b " * 100):
        lines = ruler.lines(text, 120)
        assert all(ruler.width(line) <= 120 for line in lines)
        assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)


def test_a_heading_never_stands_alone_at_the_foot(paper):
    sheet = Sheet("t", LIN.actor)
    room = sheet.height // (LINE + 2 * PAD)
    for _number in range(room - 1):
        sheet.blocks.append(sheet.row([]))
    sheet.heading("标题")
    sheet.blocks.append(sheet.row([]))

    assert "标题" not in pages(sheet.pdf())[0].extract_text()


def test_a_document_cannot_open_its_own_lock(paper):
    html = '<meta name="pdfkit-enable-local-file-access" content=""><p>x</p>'

    assert "--enable-local-file-access" not in engine.Locked(html, "string").command()
