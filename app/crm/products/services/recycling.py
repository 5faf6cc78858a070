"""Products in the recycle bin. Their codes stay theirs there, so that nothing hinders their return."""

from collections.abc import Collection, Sequence

from app.base import clock
from app.base.actor import Actor
from app.base.history import purge_versioned, update_versioned
from app.base.i18n import _
from app.base.recycle import Kind
from app.crm.products.models import Product


def product_bin() -> Kind:
    """Return products as the recycle bin sees them."""
    return Kind(
        code="product",
        label=_("Product"),
        icon="package",
        model=Product,
        screen="ProductView",
        restore=restore_products,
        remove=remove_products,
        purge=purge_products,
    )


def restore_products(ids: Sequence[int], _ways: Collection[str], _actor: Actor) -> None:
    """Bring products back."""
    update_versioned(Product, ids, {"deleted_at": None}, also={"updated_at": clock.now()})


def remove_products(ids: Sequence[int], _actor: Actor) -> None:
    """Take products out of all lists again."""
    update_versioned(Product, ids, {"deleted_at": clock.now()}, also={"updated_at": clock.now()})


def purge_products(ids: Sequence[int], _actor: Actor) -> None:
    """Delete products that nothing names, with their history."""
    purge_versioned(Product, ids)
