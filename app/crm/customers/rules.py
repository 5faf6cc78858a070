"""What a customer must be. Pure: no database, no request, no clock."""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from app.base import normal
from app.base.chinese import search_form
from app.base.errors import Invalid, InvalidFields
from app.base.i18n import _

COMPANY, PERSON = "company", "person"
DEAL = "deal"  # the customer status of who has bought
NOTHING = (None, "", ())  # what a field without a value holds
KEY = "key"  # the level of key customers 重点客户
#: The columns that hold a phone number of the customer itself, with the kind each is in the index.
PHONE_COLUMNS: Mapping[str, str] = {
    "phone": "main",
    "legal_phone": "legal_person",
    "finance_phone": "finance",
    "cashier_phone": "cashier",
    "fax": "fax",
}
#: Numbers in these states reach nobody at this customer (dictionary phone_state): not offered for calls.
DEAD_STATES = frozenset({"vacant", "suspended", "wrong_person"})
#: A form of this many kinds has the fields of a company.
COMPANY_KINDS = frozenset({COMPANY, "sole_trader", "institution"})
#: What counts towards completeness, for a company and for a person. Source: CUS-22.
COMPLETE_COMPANY = ("name", "credit_code", "phone", "region", "address", "industry", "legal_person", "level", "source")
COMPLETE_PERSON = ("name", "phone", "sex", "region", "address", "email", "level", "source")


def is_company(kind: str) -> bool:
    """Tell whether a customer of this kind has a company's fields."""
    return kind in COMPANY_KINDS


def belongs(only: str, kind: str) -> bool:
    """Tell whether a field marked for companies or persons belongs to a customer of this kind."""
    return not only or (only == COMPANY) == is_company(kind)


def check_reachable(values: Mapping[str, Any]) -> None:
    """Raise InvalidFields unless there is a name, and one phone or a credit code. Source: DECISIONS, Data."""
    problems: dict[str, object] = {}
    if not values.get("name"):
        problems["name"] = _("Please fill this in.")
    if not values.get("credit_code") and not any(values.get(column) for column in PHONE_COLUMNS):
        problems["phone"] = _("Give at least one phone number, or the credit code.")
    if problems:
        raise InvalidFields(problems)


def check_born(birthday: date | None, *, today: date) -> None:
    """Raise InvalidFields for a birthday that has not been yet."""
    if birthday and birthday > today:
        raise InvalidFields({"birthday": _("A birthday cannot lie in the future.")})


def document_kind(values: Mapping[str, Any]) -> str | None:
    """Return which identity document the number is of: the card of residents if nothing is said of 18 characters.

    Raises InvalidFields if nothing is said of another number, or if the number cannot be one of that document.
    """
    kind, number = values.get("document_kind"), values.get("document_number")
    if not number:
        return kind
    if not kind and len(number) != normal.IDENTITY_CARD_LENGTH:
        raise InvalidFields({"document_kind": _("Choose which document this number is of.")})
    try:
        normal.identity_number(kind or normal.IDENTITY_CARD, number)
    except Invalid as refusal:
        raise InvalidFields({"document_number": str(refusal)}) from refusal
    return kind or normal.IDENTITY_CARD


def missing(values: Mapping[str, Any], kind: str) -> list[str]:
    """Return the names of the fields that are still to be completed."""
    wanted = COMPLETE_COMPANY if is_company(kind) else COMPLETE_PERSON
    return [name for name in wanted if not values.get(name)]


def completeness_percent(values: Mapping[str, Any], kind: str) -> int:
    """Return how much of what should be known is known, 0 to 100."""
    wanted = COMPLETE_COMPANY if is_company(kind) else COMPLETE_PERSON
    return round(100 * (len(wanted) - len(missing(values, kind))) / len(wanted))


# ── duplicates ───────────────────────────────────────────────────────────────────────────────────

#: Shorter names, and shorter cores of names, say too little. Source: DECISIONS, Rights, and field practice.
SHORTEST_TOLD, SHORTEST_CORE = 4, 4
MOST_ALIKE = 5
#: What companies write behind their name, the longer first.
LEGAL_FORMS = ("股份有限公司", "有限责任公司", "集团有限公司", "有限公司", "集团公司", "公司")
IN_BRACKETS = re.compile(r"\([^()]*\)")


def name_core(name: str) -> str:
    """Return what is left of a name without its legal form and what stands in brackets; "" if that says too little."""
    bare = IN_BRACKETS.sub("", search_form(name))
    core = bare.removesuffix(next(filter(bare.endswith, _legal_forms()), ""))
    return core if len(core) >= SHORTEST_CORE else ""


@cache
def _legal_forms() -> tuple[str, ...]:
    return tuple(search_form(words) for words in LEGAL_FORMS)


def may_be_told(name: str) -> bool:
    """Tell whether a name is long enough for an answer about a customer outside the scope."""
    return len(search_form(name)) >= SHORTEST_TOLD
