"""The small forms of winning, losing and reopening."""

from collections.abc import Sequence
from typing import Any

from app.base import clock
from app.base.fields import Choice, Date, Field, Link, LongText, Money, Text, fields_of
from app.base.i18n import _
from app.base.screens import forms
from app.sales.opportunities import queries
from app.sales.opportunities.models import Opportunity

AMOUNT = Money(_("Deal amount"), name="amount", column="amount", required=True, low=0, high=9_999_999_999)
CLOSED = Date(_("Won on"), name="closed_on", column="closed_on", required=True)
PRODUCT = Link(_("Product"), name="product", column="product_id", to="product")
WORDS = LongText(_("Note"), name="words", column="words", max_length=300)
STAGE = Choice(_("Stage"), name="stage", column="stage", dictionary="opportunity_open_step", required=True)
WHY = LongText(_("Why"), name="words", column="words", max_length=300, required=True)
COMPETITOR = Text(_("Competitor"), name="competitor", column="competitor", max_length=60)
LOSS_WORDS = LongText(_("In words"), name="loss_words", column="loss_words", max_length=300)

WIN: Sequence[Field] = (AMOUNT, CLOSED, PRODUCT, WORDS)
REOPEN: Sequence[Field] = (STAGE, WHY)


def lose() -> Sequence[Field]:
    """Return the fields of losing."""
    reason = fields_of(Opportunity)["loss_reason"]
    needed = Choice(reason.label, name="loss_reason", column="loss_reason", dictionary="loss_reason", required=True)
    return (needed, COMPETITOR, LOSS_WORDS)


def build(specs: Sequence[Field], record: Opportunity, *, choices_url: str) -> Any:
    """Return a form with these fields, and with what is known already."""
    form = forms.form_class(specs, choices_url=choices_url)()
    if not form.is_submitted():
        form.revision.data = str(record.revision)
        known = {
            "amount": AMOUNT.typed(record.amount),
            "closed_on": CLOSED.typed(clock.today()),
            "product": PRODUCT.typed(record.product_id),
            "stage": queries.first_open().code,
        }
        for name, value in known.items():
            if name in form:
                form[name].data = value
    return forms.fill(form, None)
