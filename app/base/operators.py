"""The operators of conditions: each with its negation, by kind of field."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.base.i18n import _


@dataclass(frozen=True)
class Operator:
    """``arity``: how many values it takes: 0, 1, 2 or "many"; "days" is a whole number of days."""

    code: str
    label: object
    arity: int | str = 1
    negation_of: str = ""

    @property
    def negated(self) -> bool:
        return bool(self.negation_of)


def _pair(code: str, label: object, not_label: object, arity: int | str = 1) -> tuple[Operator, Operator]:
    return Operator(code, label, arity), Operator(f"not_{code}", not_label, arity, negation_of=code)


IS = _pair("is", _("is"), _("is not"))
IN = _pair("in", _("is one of"), _("is none of"), "many")
EMPTY = (Operator("empty", _("is empty"), 0), Operator("not_empty", _("is filled in"), 0, negation_of="empty"))
TEXT = (
    *_pair("contains", _("contains"), _("does not contain")),
    *IS,
    *_pair("starts", _("begins with"), _("does not begin with")),
    *_pair("ends", _("ends with"), _("does not end with")),
    *IN,
    *EMPTY,
)
ORDERED = (
    *_pair("below", _("is less than"), _("is not less than")),
    *_pair("above", _("is more than"), _("is not more than")),
    *_pair("between", _("is between"), _("is not between"), 2),
)
DATES = (
    *_pair("on", _("is on"), _("is not on")),
    *_pair("before", _("is before"), _("is not before")),
    *_pair("after", _("is after"), _("is not after")),
    *_pair("between", _("is between"), _("is not between"), 2),
    *_pair("last_days", _("was in the last days"), _("was not in the last days"), "days"),
    *_pair("next_days", _("is in the next days"), _("is not in the next days"), "days"),
    *EMPTY,
)
OPERATORS: Mapping[str, tuple[Operator, ...]] = {
    "text": TEXT,
    "longtext": tuple(operator for operator in TEXT if operator.code not in {"in", "not_in"}),
    "choices": (
        *_pair("in", _("has one of"), _("has none of"), "many"),
        *_pair("every", _("has all of"), _("has not all of"), "many"),
        *EMPTY,
    ),
    "number": (*IS, *ORDERED, *IN, *EMPTY),
    "date": DATES,
    "moment": DATES,
    "boolean": (*_pair("true", _("is yes"), _("is not yes"), 0), *EMPTY),
    **dict.fromkeys(("choice", "link", "phone", "sealed"), (*IS, *IN, *EMPTY)),
}
