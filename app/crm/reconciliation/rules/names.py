"""Names of payers as banks write them, and how alike two of them are. Pure.

A bank cuts names, leaves brackets, provinces and legal forms out, writes traditional characters and full-width
letters; companies abbreviate themselves; a person pays for a company.
"""

import re
import unicodedata
from functools import lru_cache

from app.base.chinese import to_simplified

#: How alike: the same name; the same in another writing; cut or abbreviated; one character apart.
SAME, REWRITTEN, CUT, SHORTENED = 1.0, 0.98, 0.92, 0.88
ONE_APART = 0.72
SHORTEST_CUT, SHORTEST_SHORTENED = 6, 4  # characters of a core that still tell companies apart
SHORTEST_PERSON, MOST_PERSON = 2, 4  # characters of a person's name

#: Companies that hand on other people's money: their name says nothing about who paid.
COLLECTORS = frozenset(
    "财付通支付科技 支付宝中国网络技术 支付宝 网银在线北京科技 银联商务 拉卡拉支付 京东支付 "
    "快钱支付清算信息 通联支付网络服务 易宝支付 "
    "汇付天下 连连银通电子支付 银联在线 待清算 待结算 应付账款 中国银联".split()
)
_FORMS = re.compile(
    r"(有限责任公司|股份有限公司|有限公司|股份公司|集团公司|总公司|公司|普通合伙|有限合伙|特殊普通合伙|合伙企业|个体工商户|个人独资企业)"
)
_CUT_FORM = re.compile(r"(股份?)?(有(限(责(任公?)?|公)?)?)$|股份?$")  # by a bank that writes ten characters
_PROVINCES = re.compile(
    r"^(北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西"
    r"|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门)(省|市|自治区|壮族自治区|回族自治区|维吾尔自治区|特别行政区)?"
)
_UNIT = re.compile(r"^([\u4e00-\u9fff]{2,3})(市|县|区)(?=[\u4e00-\u9fff]{2})")
_NOT_WORDS = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"[a-z]{0,4}\d{6,}")  # of a fee or an invoice, without signs


@lru_cache(maxsize=100_000)
def plain(name: str) -> str:
    """Return a name in half-width, simplified, small letters, without brackets, signs and spaces."""
    return _NOT_WORDS.sub("", to_simplified(unicodedata.normalize("NFKC", name)).casefold())


@lru_cache(maxsize=100_000)
def core(name: str) -> str:
    """Return what tells a company apart: without legal form, and without the words for province, city and county."""
    text = plain(name)
    short = _FORMS.sub("", text)
    short = _CUT_FORM.sub("", short) if short == text and len(text) > SHORTEST_CUT else short
    short = _PROVINCES.sub("", short, count=1) if len(short) > SHORTEST_CUT else short
    short = _UNIT.sub(r"\1", short, count=1)
    return short or text


@lru_cache(maxsize=100_000)
def spoken(name: str) -> frozenset[str]:
    """Return how a company may be called in a sentence: with and without the words for province and city."""
    return frozenset({core(name), _FORMS.sub("", plain(name))})


@lru_cache(maxsize=100_000)
def is_collector(name: str) -> bool:
    """Tell whether this is a company that hands on other people's money."""
    text = plain(name)
    return any(text.startswith(plain(one)) for one in COLLECTORS)


def is_person(name: str) -> bool:
    """Tell whether this looks like a person's name and not like a company's."""
    text = plain(name)
    return (
        SHORTEST_PERSON <= len(text) <= MOST_PERSON
        and not _FORMS.search(text)
        and all("\u4e00" <= one <= "\u9fff" for one in text)
    )


@lru_cache(maxsize=200_000)
def likeness(one: str, other: str) -> float:
    """Return how alike two names are, from 0 to 1."""
    first, second = plain(one), plain(other)
    if not first or not second:
        return 0.0
    if first == second:
        return SAME
    if is_person(one) or is_person(other):
        return 0.0  # persons are the same, or somebody else
    return _cores(core(one), core(other))


def _cores(one: str, other: str) -> float:
    if one == other:
        return REWRITTEN
    short, long = sorted((one, other), key=len)
    if len(short) >= SHORTEST_CUT and long.startswith(short):
        return CUT
    if len(short) >= SHORTEST_SHORTENED and 2 * len(short) >= len(long) and _within(short, long):
        return SHORTENED
    if len(one) == len(other) >= SHORTEST_CUT and sum(a != b for a, b in zip(one, other, strict=True)) == 1:
        return ONE_APART
    return _pairs_shared(one, other) * ONE_APART


def _within(short: str, long: str) -> bool:
    """Tell whether the characters of ``short`` stand in ``long`` in the same order: 佳禾商贸 in 佳禾食品商贸."""
    rest = iter(long)
    return all(character in rest for character in short)


def _pairs_shared(one: str, other: str) -> float:
    first, second = pairs(one), pairs(other)
    return 2 * len(first & second) / (len(first) + len(second)) if first and second else 0.0


@lru_cache(maxsize=100_000)
def pairs(text: str) -> frozenset[str]:
    """Return the pairs of neighbouring characters."""
    return frozenset(text[place : place + 2] for place in range(len(text) - 1))


@lru_cache(maxsize=100_000)
def numbers_in(text: str) -> frozenset[str]:
    """Return what in a text may be the number of a fee or an invoice, as ``plain``."""
    found = frozenset(_NUMBER.findall(plain(text)))
    return found | {one.lstrip("abcdefghijklmnopqrstuvwxyz") for one in found}
