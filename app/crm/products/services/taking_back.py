"""Taking changes of a product back: a field, or a whole version."""

from collections.abc import Collection
from typing import Any

from app.base.actor import Actor
from app.base.errors import Invalid
from app.base.history import explain
from app.base.i18n import _
from app.base.transaction import transaction
from app.crm.products.models import Product
from app.crm.products.services.editing import OWN, change
from app.system.audit import queries as audit

NEWEST = 2**62  # later than any change set
KEPT = frozenset({"is_active", "created_at", "updated_at"})


@transaction
def take_back(product: Product, *, number: int, only: Collection[tuple[str, int, str]] | None, actor: Actor) -> int:
    """Make a product what it was after change set ``number``; return how many fields that changed.

    ``only``: the lines meant, as (table, id, field); None for all. Raises Invalid if nothing differs.
    """
    now, then = (audit.snapshot(Product, product.id, at) for at in (NEWEST, number))
    lines = [line for line in audit.differences(now, then, without=KEPT) if only is None or _key(line) in only]
    values: dict[str, Any] = {line.spec.name: line.new for line in lines if line.spec.name in OWN}
    if not values:
        raise Invalid(_("Nothing differs from that version."))
    change(product, values, actor=actor, revision=None)
    explain(_("Taken back"))
    return len(values)


def _key(line: Any) -> tuple[str, int, str]:
    return line.key[0].__tablename__, line.key[1], line.spec.name
