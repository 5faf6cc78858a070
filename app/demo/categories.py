"""Sub-categories of tickets, in the demo."""

from collections.abc import Mapping

from app.base.actor import SYSTEM, acting
from app.base.transaction import transaction
from app.extensions import db
from app.system.dictionary.models import Dictionary
from app.system.dictionary.services import add_value

#: Code → what it stands below, and its names.
BELOW: Mapping[str, tuple[str, str, str, str]] = {
    "fixed_assets": ("usage", "固定资产", "固定資產", "Fixed assets"),
    "print_template": ("report", "打印模板", "列印範本", "Print templates"),
    "red_invoice": ("invoice_tax", "红字发票", "紅字發票", "Credit invoices"),
}
FIRST_PLACE = 13  # behind those of the house


def divide() -> None:
    """Let some categories have others below them."""
    with acting(SYSTEM):
        _add()


@transaction
def _add() -> None:
    dictionary = db.session.get_one(Dictionary, "ticket_category")
    for place, (code, (above, *names)) in enumerate(BELOW.items(), start=FIRST_PLACE):
        labels = dict(zip(("label_zh_hans", "label_zh_hant", "label_en"), names, strict=True))
        values = {"code": code, "parent_code": above, "color": "gray", "position": place, **labels}
        add_value(dictionary, values, actor=SYSTEM)
