"""Which product a row of a file of another domain means."""

from collections.abc import Sequence

from app.base.i18n import _
from app.crm.products import queries
from app.system.imports.services import EMPTY, Line, word

PRODUCT = "product"  # the field of a row


def name_products(lines: Sequence[Line], *, is_required: bool) -> None:
    """Fill in the offered product that the code or name in each line means; refuse the lines that mean none."""
    known = queries.by_words({word(line.cells.get(PRODUCT)) for line in lines})
    for line in lines:
        text = word(line.cells.get(PRODUCT))
        key = known.get(text.lower())
        if key is not None:
            line.values[PRODUCT] = key
        elif text:
            sentence = _("“%(word)s” is neither the code nor the name of one product that is offered.", word=text)
            line.refuse(PRODUCT, sentence)
        elif is_required:
            line.refuse(PRODUCT, EMPTY)
