"""Phone numbers: stored as E.164 (an extension as `;ext=`), shown the way people write them."""

import re
from decimal import Decimal, DecimalException
from functools import lru_cache

import phonenumbers

from app.base.errors import Invalid
from app.base.i18n import _
from app.base.normal.words import compact, visible, written

_MOBILE = re.compile(r"(?:\+86|0086|86)?0?(1[3-9]\d{9})", re.ASCII)
_HOTLINE = re.compile(r"(?:\+86|0086|86)?([48]00\d{7})", re.ASCII)
_SEPARATORS = re.compile(r"[\s()\[\]./_·*‐-―−ー-]")
_EXTENSION = re.compile(r"(?:;ext=|转|轉|分机|分機|ext|x|#|,)[.:]?(\d{1,7})", re.ASCII)
_BETWEEN = re.compile(r"[/、；，,|\n\r]|;(?!\s*ext=)|或|(?<=\d{11})\s+(?=1[3-9]\d)")
_SHORTEST, _SUBSCRIBER = 7, 8  # digits of a landline without its area code
_CHINA = 86


def phone(value: object) -> str:
    """Return one phone number as E.164, e.g. +8613812345678 or +8637165321234;ext=801.

    Numbers without a country code are Chinese. A cell that Excel made a number (13812345678.0) is understood.
    Raises Invalid if there are other words in it, an area code is missing, or no such number can exist.
    """
    return _phone(_as_typed(value))


def phones(value: object) -> list[str]:
    """Return every number of a cell that holds several (parted by / 、 ； ， or a line break), each once, in order.

    Raises Invalid, as `phone` does, for the first that is wrong or if there is none.
    """
    parts = [part for part in _BETWEEN.split(_as_typed(value)) if visible(part)]
    return list(dict.fromkeys(_phone(part) for part in parts)) or [_phone("")]


def phone_display(e164: str) -> str:
    """Return a stored number as people write it here: 138 1234 5678, 0371-6532 1234 转 801, +1 650-253-0000."""
    number, _sign, extension = e164.partition(";ext=")
    shown = _local(number)
    return f"{shown} 转 {extension}" if extension else shown


def national_digits(e164: str) -> str:
    """Return a stored number's digits as they are dialled here, without an extension: 13812345678, 037165321234."""
    number = e164.partition(";ext=")[0]
    if not number.startswith("+86") or _MOBILE.fullmatch(number) or _HOTLINE.fullmatch(number):
        return number.removeprefix("+86").removeprefix("+")
    return f"0{number.removeprefix('+86')}"


def _as_typed(value: object) -> str:
    """Return the digits behind a number or a text like 1.3812345678E10; any other text unchanged."""
    text = written(value)
    if isinstance(value, float) and not value.is_integer():
        raise _not_digits()
    if not re.fullmatch(r"\s*\d{1,20}\.(0{1,20}|\d{1,20}[eE]\+?\d{1,2})\s*", text, re.ASCII):
        return text
    try:
        number = Decimal(text.strip())
    except DecimalException:
        return text
    return str(int(number)) if number == number.to_integral_value() else text


@lru_cache(maxsize=50_000)
def _phone(text: str) -> str:
    bare = _SEPARATORS.sub("", text)
    if found := _MOBILE.fullmatch(bare):
        return f"+86{found[1]}"
    number, extension = _split_extension(compact(text).lower())
    bare = _SEPARATORS.sub("", number)
    if found := _MOBILE.fullmatch(bare) or _HOTLINE.fullmatch(bare):
        return f"+86{found[1]}{extension}"
    _check_digits(bare)
    return _by_numbering_plan(bare) + extension


def _split_extension(text: str) -> tuple[str, str]:
    """Return the number and its extension as `;ext=801`, or as an empty text if there is none."""
    found = _EXTENSION.search(text)
    if not found or found.end() != len(text):
        return text, ""
    return text[: found.start()], f";ext={found[1]}"


def _check_digits(bare: str) -> None:
    if not bare:
        raise Invalid(_("The phone number is missing: please fill it in."))
    if not re.fullmatch(r"\+?\d+", bare, re.ASCII):
        raise _not_digits()
    if _SHORTEST <= len(bare) <= _SUBSCRIBER and not bare.startswith(("0", "+")):
        raise Invalid(
            _("This number has %(digits)s digits, its area code is missing: please write it like 0371-65321234."),
            digits=len(bare),
        )
    if re.fullmatch(r"1[3-9]\d{7,12}", bare, re.ASCII):
        raise Invalid(_("A mobile number has 11 digits, this one has %(digits)s."), digits=len(bare))


def _by_numbering_plan(bare: str) -> str:
    """Return E.164 as Google's numbering plans know it. Chinese numbers must be assigned, foreign ones possible."""
    try:
        number = phonenumbers.parse(bare, "CN")
    except phonenumbers.NumberParseException:
        raise _impossible() from None
    is_right = phonenumbers.is_valid_number if number.country_code == _CHINA else phonenumbers.is_possible_number
    if not is_right(number):
        raise _impossible()
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _not_digits() -> Invalid:
    return Invalid(_("A phone number has digits only: please write the other words into the notes."))


def _impossible() -> Invalid:
    return Invalid(_("There can be no such phone number: please check its digits and its area code."))


@lru_cache(maxsize=10_000)  # reading a number takes as long as drawing ten cells of a list
def _local(e164: str) -> str:
    if found := _MOBILE.fullmatch(e164):
        return f"{found[1][:3]} {found[1][3:7]} {found[1][7:]}"
    try:
        number = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return e164
    if number.country_code != _CHINA:
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    first, _space, rest = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL).partition(" ")
    return f"{first}-{rest.replace(' ', '-') if first in {'400', '800'} else rest}" if rest else first
