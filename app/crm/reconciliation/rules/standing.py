"""What the bank says of a fee, in words. Pure."""

from collections.abc import Mapping
from enum import StrEnum

from app.base.i18n import _


class Standing(StrEnum):
    """In the order of what is to be done."""

    EXPECTED = "expected"
    SUGGESTED = "suggested"
    IN_PART = "in_part"
    PAID = "paid"
    LOOK_AGAIN = "look_again"


EXPECTED, SUGGESTED, IN_PART, PAID, LOOK_AGAIN = Standing

#: In words, with a colour.
WORDS: Mapping[Standing, tuple[object, str]] = {
    EXPECTED: (_("Not in the bank yet"), "gray"),
    SUGGESTED: (_("Bank line proposed"), "amber"),
    IN_PART: (_("In part"), "orange"),
    PAID: (_("In the bank"), "green"),
    LOOK_AGAIN: (_("Look again"), "red"),
}
