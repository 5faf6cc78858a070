"""What Qt writes into a PDF, put right: 金 must be copied and searched as 金, and the document have a title.

Noto's glyph of 金 stands for the radical ⾦ as well, and Qt names the radical. Text so copied is found by no search.
"""

import io
import re
import unicodedata
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.generic import StreamObject

SPACES = (0x09, 0xA0)
RADICALS = range(0x2E80, 0x2FE0)
COMPATIBLE = range(0xF900, 0xFB00)
LINE = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]{4})> (?:<([0-9A-F]{4})>|\[((?:<[0-9A-F]+> ?)+)\])")
CODE = re.compile(rb"<([0-9A-F]{4})>")
#: Codes that Qt names, and the character whose glyph they share in Noto Sans CJK, where Unicode's own decomposition
#: does not lead there. Found by drawing all 27,000 characters of U+3400 to U+9FEF and reading them again.
SHARED = dict(
    zip(
        "⺂⺃⺅⺉⺋⺏⺐⺒⺓⺔⺕⺖⺘⺙⺛⺞⺠⺡⺣⺤⺦⺨⺭⺯⺰⺱⺳⺹⺺⺾⺿⻂⻅⻆⻈⻉⻋⻌⻎⻐⻑⻒⻓⻔⻖⻘⻙⻚⻛⻜⻝⻟⻠⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻮⻯⻰⻱⻲⼾㬵",
        "乛乚亻刂㔾尣尢巳幺彑彐忄扌攵旡歺民氵灬爫丬犭礻糹纟罓㓁耂肀艹艹衤见角讠贝车辶辶钅長镸长门阝青韦页风飞食飠饣马骨鬼鱼鸟卤麦黄黾斉齐齿竜龙龜亀户胶",
        strict=True,
    )
)


def mended(pdf: bytes, *, title: str) -> bytes:
    """Return the document with characters in place of radicals, and a title."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    for page in writer.pages:
        resources: Any = page["/Resources"]
        for font in resources.get("/Font", {}).values():
            _mend(font.get_object().get("/ToUnicode"))
    writer.metadata = {"/Title": title, "/Producer": "Zhike"}
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _mend(table: StreamObject | None) -> None:
    stream = table.get_object() if table is not None else None
    if isinstance(stream, StreamObject):
        text = stream.get_data()
        right = LINE.sub(_line, text)
        if right != text:
            stream.set_data(right)


def _line(found: re.Match[bytes]) -> bytes:
    """Return a line of the table (from, to, first character or list of characters) with every character right."""
    first, last, start, listed = found.groups()
    if listed:
        return b"<%b> <%b> [%b]" % (first, last, CODE.sub(_code, listed))
    count = int(last, 16) - int(first, 16) + 1
    codes = range(int(start, 16), int(start, 16) + count)
    if not any(_is_doubtful(code) for code in codes):
        return found[0]
    return b"<%b> <%b> [%b]" % (first, last, b" ".join(b"<%04X>" % right(code) for code in codes))


def _code(found: re.Match[bytes]) -> bytes:
    return b"<%04X>" % right(int(found[1], 16))


def right(code: int) -> int:
    """Return the character meant by a code; of a radical, the character it is drawn like."""
    if code in SPACES:
        return ord(" ")
    if not _is_doubtful(code):
        return code
    character = SHARED.get(chr(code)) or unicodedata.normalize("NFKC", chr(code))
    return ord(character) if len(character) == 1 else code


def _is_doubtful(code: int) -> bool:
    return code in SPACES or code in RADICALS or code in COMPATIBLE or chr(code) in SHARED
