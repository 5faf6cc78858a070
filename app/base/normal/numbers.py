"""Amounts, counts and yes or no."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from app.base.errors import Invalid
from app.base.i18n import _
from app.base.normal.words import compact

_YES = frozenset(["是", "对", "有", "真", "√", "✓", "✔", "☑", "y", "yes", "t", "true", "on", "1"])
_NO = frozenset(["否", "不", "错", "无", "假", "×", "✗", "✘", "☐", "n", "no", "f", "false", "off", "0"])
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?")
_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")


def decimal(value: object, *, places: int = 2, digits: int = 12) -> Decimal:
    """Return an amount with exactly `places` decimals and at most `digits` digits in all, as in Numeric(12, 2).

    A currency sign, 元 and thousands commas may stand in the text. Numbers that a spreadsheet calculated (float) are
    rounded half up; what a person wrote is refused rather than rounded.
    Raises Invalid if it is no number, has more decimals, or is too large.
    """
    number = _number(value)
    exact = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) if abs(number) < 10**digits else number
    if abs(exact) >= Decimal(10) ** (digits - places):
        raise Invalid(
            _("This number is too large: at most %(digits)s digits fit before the point."), digits=digits - places
        )
    if exact != number and not isinstance(value, float):
        raise Invalid(_("At most %(places)s decimals are kept here: please round it yourself."), places=places)
    return abs(exact) if exact == 0 else exact


def integer(value: object, *, digits: int = 18) -> int:
    """Return a whole number of at most `digits` digits. Raises Invalid if it is no number, not whole, or too large."""
    number = _number(value)
    if abs(number) >= Decimal(10) ** digits:
        raise Invalid(_("This number is too large: at most %(digits)s digits fit."), digits=digits)
    if number != number.to_integral_value():
        raise Invalid(_("A whole number is needed here, without decimals."))
    return int(number)


def boolean(value: object) -> bool:
    """Return yes or no from 是/否, yes/no, true/false, √/×, 1/0. Raises Invalid for anything else."""
    if isinstance(value, bool):
        return value
    word = compact(value).lower()
    if word in _YES or word in _NO:
        return word in _YES
    raise Invalid(_("Please write yes or no."))


def _number(value: object) -> Decimal:
    """Return the exact number. Raises Invalid if `value` is none, is yes or no, or is not finite."""
    if isinstance(value, bool):
        raise Invalid(_("A number is needed here, not yes or no."))
    text = compact(value).removeprefix("¥").removesuffix("元").replace("−", "-")
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not _PLAIN.fullmatch(text) or not text.isascii():
        raise Invalid(_("This is not a number: please write it in digits, like 1234.50."))
    return Decimal(text)


def integral(raw: Any) -> str:
    """Return text for a cell: spreadsheets give 13812345678.0 for a number that was typed without a point."""
    return str(int(raw)) if isinstance(raw, float) and raw.is_integer() else str(raw)
