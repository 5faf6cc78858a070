"""Chinese text as people type it: initials to search by, one script to compare in, the other to show."""

import string
import unicodedata
from functools import lru_cache

from opencc import OpenCC
from pypinyin import Style, lazy_pinyin, load_phrases_dict, load_single_dict

# pypinyin 0.55 has 长 zhǎng and 朝 zhāo first; in names of places and companies they are cháng and cháo.
load_single_dict({ord("长"): "cháng,zhǎng", ord("朝"): "cháo,zhāo"})
# Places it reads wrongly, found by comparing every name of seeds/regions.tsv.
PLACES_AS_SPOKEN = {
    "伽师": "jiā shī",
    "单县": "shàn xiàn",
    "南乐": "nán lè",
    "召陵": "shào líng",
    "崆峒": "kōng tóng",
    "朝阳": "cháo yáng",
    "民乐县": "mín lè xiàn",
    "泊头": "bó tóu",
    "洪洞": "hóng tóng",
    "浚县": "xùn xiàn",
    "浪卡子": "làng kǎ zǐ",
    "涡阳": "guō yáng",
    "漯河": "luò hé",
    "筠连": "jūn lián",
    "繁峙": "fán shì",
    "荥经": "yíng jīng",
    "覃塘": "qín táng",
    "长垣": "cháng yuán",
    "长治": "cháng zhì",
    "长葛": "cháng gě",
    "闵行": "mǐn háng",
    "马尾": "mǎ wěi",
    "龙圩": "lóng xū",
}
load_phrases_dict({place: [[syllable] for syllable in sound.split()] for place, sound in PLACES_AS_SPOKEN.items()})

# opencc 0.1.7 writes 乾 as 干 (gān); in names (乾县, 乾元) it is qián, like 前.
READ_AS = str.maketrans({"乾": "前"})

ASCII_KEPT = frozenset(string.ascii_letters + string.digits)


@lru_cache(maxsize=2)
def converter(scheme: str) -> OpenCC:
    """Return the one converter of a scheme: reading its word lists takes longer than any name."""
    return OpenCC(scheme)


def initials(text: str) -> str:
    """Return the pinyin initials in lower case, as typed into a search field: 郑州软件 → zzrj.

    Letters and digits of ASCII (or their full-width forms) stay, everything else is dropped.
    """
    letters = lazy_pinyin(simplified_form(text.translate(READ_AS)), style=Style.FIRST_LETTER, errors=ascii_only)
    return "".join(letters).lower()


def ascii_only(text: str) -> str:
    """Keep of a stretch without Chinese characters what a person would type."""
    return "".join(letter for letter in text if letter in ASCII_KEPT)


def to_simplified(text: str) -> str:
    """Return the text in simplified characters, character by character: words stay (軟體 → 软体)."""
    return str(converter("t2s").convert(text))


def to_traditional(text: str) -> str:
    """Return the text as written in Taiwan, its words included: 软件 → 軟體."""
    return str(converter("s2twp").convert(text))


def simplified_form(text: str) -> str:
    """Return full-width letters as ASCII, traditional characters as simplified ones."""
    return to_simplified(unicodedata.normalize("NFKC", text))


def fold(text: str) -> str:
    """Return the form in which two spellings of one name are equal: for comparing, never for showing."""
    return "".join(simplified_form(text).casefold().split())
