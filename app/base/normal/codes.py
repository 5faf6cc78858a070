"""Codes with a check digit: companies' credit codes and persons' identity documents."""

import re
from datetime import date

from app.base.errors import Invalid
from app.base.i18n import _
from app.base.normal.words import compact

CREDIT_CODE_LENGTH = 18
IDENTITY_CARD = "id_card"  # 居民身份证
FIRST_ROUNDED = 10**15  # Excel keeps 15 digits of a number
IDENTITY_CARD_LENGTH, OLD_IDENTITY_CARD_LENGTH = 18, 15

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUE = {character: value for value, character in enumerate(_ALPHABET)}
_WEIGHTS = [pow(3, position, 31) for position in range(17)]
_CARD_WEIGHTS = [pow(2, 17 - position, 11) for position in range(17)]
_CARD_CHECKS = "10X98765432"
_DOCUMENTS = {  # lengths and characters only: these numbers carry no check digit we could compute
    "passport": re.compile(r"[A-Z0-9]{5,15}"),
    "hk_macau_permit": re.compile(r"[HM]\d{8}(\d{2})?"),
    "taiwan_permit": re.compile(r"\d{8}|\d{10}|[A-Z]\d{8,10}"),
    "foreigner_permit": re.compile(r"[A-Z]{3}\d{12}|9\d{17}|9\d{16}X"),
    "military_id": re.compile(r"[\u4e00-\u9fa5]{1,4}第?[A-Z0-9]{5,10}号?"),
}
_OTHER_DOCUMENT = re.compile(r"[A-Z0-9\u4e00-\u9fa5()/-]{3,40}")


def credit_code(value: object) -> str:
    """Return a unified social credit code: 18 capitals and digits, no white space.

    Source: GB 32100-2015, the check character is 31 minus the weighted sum modulo 31.
    Raises Invalid if the cell was a number (Excel keeps 15 digits only), the length is not 18, a character cannot
    occur in a code, or the check character is wrong.
    """
    if isinstance(value, int | float) and abs(value) >= FIRST_ROUNDED:
        raise Invalid(_("Excel has rounded this code: make the cell a text cell and write the code again."))
    code = compact(value).upper()
    _check_credit_characters(code)
    right = credit_check_character(code)
    if code[-1] != right:
        raise Invalid(
            _("This code is mistyped: the last character should be %(right)s, if the others are right."), right=right
        )
    return code


def credit_check_character(code: str) -> str:
    """Return the 18th character that belongs to the first 17 of `code`. Source: GB 32100-2015."""
    total = sum(_VALUE[character] * weight for character, weight in zip(code, _WEIGHTS, strict=False))
    return _ALPHABET[-total % 31]


def _check_credit_characters(code: str) -> None:
    if len(code) != CREDIT_CODE_LENGTH:
        raise Invalid(
            _("A unified social credit code has 18 characters, this one has %(length)s: please compare it."),
            length=len(code),
        )
    for character in code:
        if character not in _VALUE:
            raise Invalid(
                _("The character %(character)s cannot occur in a credit code (nor can I, O, S, V and Z)."),
                character=character,
            )


def identity_number(kind: str, value: object) -> str:
    """Return the number of an identity document of `kind`, capitals, no white space.

    `kind` is a code of the dictionary "identity_document": id_card (居民身份证: 18 characters, check digit and birth
    date are verified), passport, hk_macau_permit, taiwan_permit, foreigner_permit, military_id, or anything else
    (3 to 40 letters and digits).
    Raises Invalid if the number cannot belong to that kind.
    """
    if isinstance(value, int | float) and abs(value) >= FIRST_ROUNDED:
        raise Invalid(_("Excel has rounded this number: make the cell a text cell and write the number again."))
    number = compact(value).upper()
    if kind == IDENTITY_CARD:
        return _identity_card(number)
    if not _DOCUMENTS.get(kind, _OTHER_DOCUMENT).fullmatch(number):
        raise Invalid(_("This does not look like the number of such a document: please compare it with the document."))
    return number


def birth_date(card: str) -> date:
    """Return the birth date in a resident identity card's number. Raises Invalid if there is no such day."""
    try:
        return date(int(card[6:10]), int(card[10:12]), int(card[12:14]))
    except ValueError:
        raise Invalid(_("Characters 7 to 14 should be the birth date, but %(day)s is none."), day=card[6:14]) from None


def _identity_card(number: str) -> str:
    """Source: GB 11643-1999, the check character is ISO 7064 MOD 11-2."""
    if len(number) == OLD_IDENTITY_CARD_LENGTH:
        raise Invalid(_("Identity cards with 15 digits have expired: write the 18 characters of the present card."))
    if len(number) != IDENTITY_CARD_LENGTH:
        raise Invalid(_("An identity card's number has 18 characters, this one has %(length)s."), length=len(number))
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", number):
        raise Invalid(_("An identity card's number is 17 digits and a last digit or X: please compare it."))
    birth_date(number)
    total = sum(int(digit) * weight for digit, weight in zip(number, _CARD_WEIGHTS, strict=False))
    right = _CARD_CHECKS[total % 11]
    if number[-1] != right:
        raise Invalid(
            _("This number is mistyped: the last character should be %(right)s, if the others are right."), right=right
        )
    return number
