"""What a column means to people: its name, its kind, how it is read, written, shown and filtered.

A model says it once, at the column (``info=field(Text(_("Company name"), required=True))``) or, for what is no
column, in ``__fields__``; lists, forms, filters, history, import, export and REST all read it from there.
"""

from app.base.fields.identity import IdentityNumber
from app.base.fields.kinds import (
    Boolean,
    Choice,
    Choices,
    CreditCode,
    Date,
    Field,
    LongText,
    Moment,
    Money,
    Name,
    Number,
    Path,
    Percent,
    PersonName,
    Text,
    Value,
)
from app.base.fields.links import Links
from app.base.fields.reach import Account, Email, Phone, Phones
from app.base.fields.reading import (
    Hidden,
    add_filters,
    field,
    fields_of,
    filters_of,
    is_hidden,
    keep_codes,
    parsed,
    seen,
    text_of,
    value_column,
    value_of,
    worded,
    worded_for,
)
from app.base.fields.relations import Link, Reckoned, Related
from app.base.fields.secret import Secret
from app.base.fields.times import Appointment, Duration, Span, TimeOfDay

__all__ = [
    "Account",
    "Appointment",
    "Boolean",
    "Choice",
    "Choices",
    "CreditCode",
    "Date",
    "Duration",
    "Email",
    "Field",
    "Hidden",
    "IdentityNumber",
    "Link",
    "Links",
    "LongText",
    "Moment",
    "Money",
    "Name",
    "Number",
    "Path",
    "Percent",
    "PersonName",
    "Phone",
    "Phones",
    "Reckoned",
    "Related",
    "Secret",
    "Span",
    "Text",
    "TimeOfDay",
    "Value",
    "add_filters",
    "field",
    "fields_of",
    "filters_of",
    "is_hidden",
    "keep_codes",
    "parsed",
    "seen",
    "text_of",
    "value_column",
    "value_of",
    "worded",
    "worded_for",
]
