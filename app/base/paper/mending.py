"""What Qt writes into a PDF, put right: 金 must be copied and searched as 金, and the document have a title.

Noto's glyph of 金 stands for the radical ⾦ as well, and Qt names the radical. Text so copied is found by no search.
"""

import io
import re
import unicodedata
from collections.abc import Callable
from functools import cache
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
        "⺂⺃⺅⺉⺋⺏⺐⺒⺓⺔⺕⺖⺘⺙⺛⺞⺠⺡⺣⺤⺦⺨⺭⺯⺰⺱⺳⺹⺺⺾⺿⻂⻅⻆⻈⻉⻋⻌⻎⻐⻑⻒⻓⻔⻖⻘⻙⻚⻛⻜⻝⻟⻠⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻮⻯⻰⻱⻲",
        "乛乚亻刂㔾尣尢巳幺彑彐忄扌攵旡歺民氵灬爫丬犭礻糹纟罓㓁耂肀艹艹衤见角讠贝车辶辶钅長镸长门阝青韦页风飞食飠饣马骨鬼鱼鸟卤麦黄黾斉齐齿竜龙龜亀",
        strict=True,
    )
)
#: And in its simplified face alone, where 户 is drawn like the radical; in the others 戶 is.
SHARED_SIMPLIFIED = SHARED | {"⼾": "户", "㬵": "胶"}
Reader = Callable[[int], int]


def mended(pdf: bytes, *, title: str) -> bytes:
    """Return the document with characters in place of radicals, and a title."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    for page in writer.pages:
        resources: Any = page["/Resources"]
        for font in resources.get("/Font", {}).values():
            named = font.get_object()
            _mend(named.get("/ToUnicode"), _reader("CJKsc" in str(named.get("/BaseFont"))))
    writer.metadata = {"/Title": title, "/Producer": "Zhike"}
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _mend(table: StreamObject | None, right: Reader) -> None:
    stream = table.get_object() if table is not None else None
    if isinstance(stream, StreamObject):
        text = stream.get_data()
        mend = LINE.sub(lambda found: _line(found, right), text)
        if mend != text:
            stream.set_data(mend)


def _line(found: re.Match[bytes], right: Reader) -> bytes:
    """Return a line of the table (from, to, first character or list of characters) with every character right."""
    first, last, start, listed = found.groups()
    if listed:
        return b"<%b> <%b> [%b]" % (first, last, CODE.sub(lambda one: b"<%04X>" % right(int(one[1], 16)), listed))
    count = int(last, 16) - int(first, 16) + 1
    codes = range(int(start, 16), int(start, 16) + count)
    if all(right(code) == code for code in codes):
        return found[0]
    return b"<%b> <%b> [%b]" % (first, last, b" ".join(b"<%04X>" % right(code) for code in codes))


@cache
def _reader(is_simplified: bool) -> Reader:  # noqa: FBT001 - of two
    """Return what tells the character meant by a code; of a radical, the character it is drawn like."""
    shared = SHARED_SIMPLIFIED if is_simplified else SHARED

    @cache
    def right(code: int) -> int:
        if code in SPACES:
            return ord(" ")
        character = shared.get(chr(code)) or chr(code)
        if code in RADICALS or code in COMPATIBLE:
            character = shared.get(chr(code)) or unicodedata.normalize("NFKC", chr(code))
        return ord(character) if len(character) == 1 else code

    return right
