"""Names and free text."""

import re
import unicodedata

from app.base.errors import Invalid
from app.base.i18n import _

_KEPT_BRACKETS = {0xFF08: "\ue000", 0xFF09: "\ue001"}  # hidden from NFKC in the private use area
_BACK_AGAIN = {0xE000: "（", 0xE001: "）"}
_ROUND_BRACKETS = str.maketrans("()", "（）")
_INVISIBLE_LETTERS = (
    "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffe\uffff"  # shown as nothing, yet called letters or marks
)
_INVISIBLE = re.compile(f"[{_INVISIBLE_LETTERS}]")
_PLAIN = re.compile(r"[0-9A-Za-z\u4e00-\u9fa5（）]+")
_CONTROL = re.compile(  # C0 and C1 but tab and line feed, direction marks, half characters and non-characters
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)


def is_blank(value: object) -> bool:
    """Tell whether a cell or form field holds nothing a person would see."""
    return value is None or (isinstance(value, str) and not _PLAIN.match(value) and not visible(value))


def name(value: object) -> str:
    """Return a company's or person's name: NFKC, round brackets full-width, one space between words, nothing hidden.

    Raises Invalid if nothing remains.
    """
    raw = written(value)
    if _PLAIN.fullmatch(raw):
        return raw
    clean = visible(raw).translate(_ROUND_BRACKETS)
    if not clean:
        raise Invalid(_("The name is missing: please fill it in."))
    return clean


def person_name(value: object) -> str:
    """Return a person's name: as `name`, but brackets stay as they were written. Raises Invalid if nothing remains."""
    clean = visible(written(value).translate(_KEPT_BRACKETS)).translate(_BACK_AGAIN)
    if not clean:
        raise Invalid(_("The name is missing: please fill it in."))
    return clean


def text(value: object, *, max_length: int | None = None) -> str:
    r"""Return free text, trimmed, line ends as \n, control characters gone; everything else stays as it was written.

    `max_length` counts characters. Raises Invalid if the text is longer.
    """
    clean = _CONTROL.sub("", written(value).replace("\r\n", "\n").replace("\r", "\n")).strip()
    if max_length is not None and len(clean) > max_length:
        raise Invalid(
            _("This has %(length)s characters, at most %(limit)s fit: please shorten it."),
            length=len(clean),
            limit=max_length,
        )
    return clean


def written(value: object) -> str:
    """Return the value as a person would have typed it: a whole number without its `.0`, nothing as an empty text."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def visible(raw: str) -> str:
    """Return `raw` in NFKC without control, direction and zero-width characters, spaces collapsed and trimmed."""
    spaced = " ".join(raw.split())
    shown = "".join(c for c in spaced if unicodedata.category(c) not in {"Cc", "Cf", "Cs"})
    composed = unicodedata.normalize("NFKC", _INVISIBLE.sub("", shown))
    return " ".join(_INVISIBLE.sub("", composed).split())


def compact(value: object) -> str:
    """Return the visible characters without any white space: the way codes and numbers are compared."""
    return visible(written(value)).replace(" ", "")
