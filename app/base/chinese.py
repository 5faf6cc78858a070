"""Chinese text as people type it: initials to search by, one script to compare in, the other to show."""

import string
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib import resources

from opencc import OpenCC
from pypinyin import Style, lazy_pinyin, load_phrases_dict, load_single_dict
from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

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

#: Characters whose initial depends on their word (银行, 行走). A test compares with pypinyin's dictionaries.
SPOKEN_BY_WORD = frozenset(
    "万不丱么乐乘乜仇从仿会传伺伽侗侥侧便俟信倘傀傍僪免其兹冯凹刨券刹剿匙匮卒单卡厦参句叨召叶吁合吓吖否吭呲呵呷咖咯咳咶哕哦喔喳嗒嘲噱"
    "囤圈圜圩坏坻埏埔埶堕堡壳大夯奇姥婑宿射将尉尾尿屏属岂峒峙巷干弄弟強弹强彊徼忪恶惓房扁扒扛扞扢折拂拗括挝挟捰提揭撮擿攒於无景暴曝曾"
    "朘朝期术杓枞枸柚查栅栖校棬椎楛槛欹殖殽氏汤沈沓泊泌洞浍浒浚涡混溃澄澹炰焯燋燵犍狧猲率玢瑱畜番疟痡盛省眴瞿矜石碡磅祕禅秘稽窨筠粘"
    "粥系絜纚红纤纥纶给缉耆耙腊腌膀膻臭般艾艿芥苕苣茄茜荑荠荤荥莘莞莩菹葚蔓蔚蕃藏虾蛇蛤螫行被袷裨裳裼褎褚覃见解识说调谷豉贾趄蹊车轧辗"
    "辟遗適邪郄酖重鐀铅铛铤镐长閒阿陂降隗靓革鞘鞞颈颉颤食騃驮骠鸟鹄鹘麇齐龈龟"
)


@lru_cache(maxsize=2)
def converter(scheme: str) -> OpenCC:
    """Return the one converter of a scheme: reading its word lists takes longer than any name."""
    return OpenCC(scheme)


def initials(text: str) -> str:
    """Return the pinyin initials in lower case, as typed into a search field: 郑州软件 → zzrj.

    Letters and digits of ASCII (or their full-width forms) stay, everything else is dropped.
    """
    plain = simplified_form(text.translate(READ_AS) if "乾" in text else text)
    if not SPOKEN_BY_WORD.isdisjoint(plain) and _has_odd_word(plain):
        return "".join(lazy_pinyin(plain, style=Style.FIRST_LETTER, errors=ascii_only)).lower()
    return plain.translate(_letters()).lower()  # a hundred times faster


def _has_odd_word(text: str) -> bool:
    return any(word in text for one in SPOKEN_BY_WORD.intersection(text) for word in _odd_words()[one])


@cache
def _odd_words() -> Mapping[str, list[str]]:
    """Return, for each character spoken by its word, the words in which its initial is not the usual one."""
    found: dict[str, list[str]] = {one: [] for one in SPOKEN_BY_WORD}
    for word, sounds in PHRASES_DICT.items():
        for one in SPOKEN_BY_WORD.intersection(word):
            spoken = {sound[0] for each, sound in zip(word, sounds, strict=True) if each == one}
            if {unicodedata.normalize("NFD", sound)[0] for sound in spoken} != {_letters()[ord(one)]}:
                found[one].append(word)
    return found


class _Letters(dict[int, str]):
    """Character → initial, for ``str.translate``; whatever else there is is dropped."""

    def __missing__(self, _key: int) -> None:
        return None


@cache
def _letters() -> _Letters:
    found = _Letters((key, unicodedata.normalize("NFD", sound)[0]) for key, sound in PINYIN_DICT.items())
    found.update((ord(letter), letter) for letter in ASCII_KEPT)
    return found


def ascii_only(text: str) -> str:
    """Keep of a stretch without Chinese characters what a person would type."""
    return "".join(letter for letter in text if letter in ASCII_KEPT)


def to_simplified(text: str) -> str:
    """Return the text in simplified characters, character by character: words stay (軟體 → 软体)."""
    return str(converter("t2s").convert(text)) if _may_be_traditional(text) else text


def to_traditional(text: str) -> str:
    """Return the text as written in Taiwan, its words included: 软件 → 軟體."""
    return str(converter("s2twp").convert(text))


def simplified_form(text: str) -> str:
    """Return full-width letters as ASCII, traditional characters as simplified ones."""
    return to_simplified(unicodedata.normalize("NFKC", text))


def fold(text: str) -> str:
    """Return the form in which two spellings of one name are equal: for comparing, never for showing."""
    return "".join(simplified_form(text).casefold().split())


def search_form(text: str) -> str:
    """Return the form in which words are searched: as ``fold``, but each character for itself.

    A part of a text has a part of its form, whatever stands around it: 乾 is found in 乾坤 too.
    """
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text).translate(_one_script())
    return "".join(plain.casefold().split())


def _may_be_traditional(text: str) -> bool:
    return not _characters().keys().isdisjoint(text) or any(word in text for word in _traditional_words())


@cache
def _traditional_words() -> tuple[str, ...]:
    """Return the few words that opencc changes although each of their characters is a simplified one: 沈默."""
    return tuple(word for word, _others in _pairs("TSPhrases") if _characters().keys().isdisjoint(word))


@cache
def _characters() -> Mapping[str, str]:
    """Return what opencc makes of each traditional character."""
    return {old: new.split()[0] for old, new in _pairs("TSCharacters")}


@cache
def _one_script() -> Mapping[int, str]:
    """Return the one character that stands for all its ways of writing: 軟 → 软, and 瞭, too, → 了."""
    found = dict(_characters())
    same: dict[str, str] = {}
    for source in ("STCharacters", "TWVariants"):
        for simple, others in _pairs(source):
            for other in others.split():
                one, two = (_root(same, found.get(each, each)) for each in (simple, other))
                if one != two:
                    same[two] = one
    return {ord(each): _root(same, found.get(each, each)) for each in {*found, *same}}


def _root(same: Mapping[str, str], character: str) -> str:
    while character in same:
        character = same[character]
    return character


def _pairs(name: str) -> Iterator[tuple[str, str]]:
    """Yield the lines of one of opencc's word lists: a word, and what it may become, parted by blanks."""
    file = resources.files("opencc") / "dictionary" / f"{name}.txt"
    for line in file.read_text("utf-8").splitlines():
        word, _tab, others = line.partition("\t")
        yield word, others
