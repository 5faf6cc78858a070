"""What a clerk, a form or a spreadsheet gives, made into the one value that is stored.

One function per kind of value. Each takes the raw value and returns the normalized one, or raises `Invalid` with a
sentence that says what is wrong and what to do; it never raises anything else. Normalizing twice changes nothing.
All but `text` refuse an empty value: ask `is_blank` first where a field may stay empty.
"""

from app.base.normal.codes import FIRST_ROUNDED, IDENTITY_CARD, IDENTITY_CARD_LENGTH, credit_code, identity_number
from app.base.normal.dates import date, moment
from app.base.normal.mail import email
from app.base.normal.numbers import boolean, decimal, integer
from app.base.normal.phones import phone, phone_display, phones
from app.base.normal.words import is_blank, name, person_name, text

__all__ = [
    "FIRST_ROUNDED",
    "IDENTITY_CARD",
    "IDENTITY_CARD_LENGTH",
    "boolean",
    "credit_code",
    "date",
    "decimal",
    "email",
    "identity_number",
    "integer",
    "is_blank",
    "moment",
    "name",
    "person_name",
    "phone",
    "phone_display",
    "phones",
    "text",
]
