"""Make, change, retire, delete and restore a product."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.exc import IntegrityError

from app.base import clock, recycle
from app.base.actor import Actor
from app.base.errors import Invalid, InvalidFields
from app.base.fields import fields_of
from app.base.history import explain
from app.base.i18n import _
from app.base.recycle import UNSAID, Why
from app.base.transaction import check_revision, lock, transaction
from app.crm.products import queries, rules
from app.crm.products.models import Product
from app.extensions import db
from app.system.recycle import services as bins

#: What a form or program sets.
OWN = ("code", "name", "category", "unit", "price", "term_months", "description")


@transaction
def create(values: Mapping[str, Any], *, actor: Actor) -> Product:
    """Make a product, which is offered from now on. Raises InvalidFields without name or code, or for a code in use."""
    product = Product(is_active=True)
    _set(product, values, but=None)
    db.session.add(product)
    _flushed()
    return product


@transaction
def change(product: Product, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Change a product; what was sold keeps the price it had. Raises Conflict; else as ``create``."""
    lock(product)
    check_revision(product, revision=revision)
    with db.session.no_autoflush:  # one saving is one revision
        _set(product, values, but=product.id)
        product.updated_at = clock.now()
    _flushed()


def _set(product: Product, values: Mapping[str, Any], *, but: int | None) -> None:
    specs = fields_of(Product)
    meant = {name: getattr(product, specs[name].column) for name in OWN} | {
        name: value for name, value in values.items() if name in OWN
    }
    code = meant["code"]
    rules.check(meant, is_code_taken=bool(code) and queries.code_taken(code, but=but))
    for name, value in meant.items():
        setattr(product, specs[name].column, value)


def _flushed() -> None:
    """Write, and say in words that somebody else took the code at this very moment."""
    try:
        db.session.flush()
    except IntegrityError as error:
        raise InvalidFields({"code": rules.CODE_TAKEN}) from error


@transaction
def retire(product: Product, *, actor: Actor) -> None:
    """Offer a product no more; what names it stays. Raises WrongState if it is retired already."""
    _offer(product, wanted=False)


@transaction
def revive(product: Product, *, actor: Actor) -> None:
    """Offer a retired product again. Raises WrongState if it is offered already."""
    _offer(product, wanted=True)


def _offer(product: Product, *, wanted: bool) -> None:
    lock(product)
    rules.check_offered(is_active=product.is_active, wanted=wanted)
    product.is_active, product.updated_at = wanted, clock.now()


@transaction
def delete(product: Product, *, actor: Actor, why: Why = UNSAID) -> None:
    """Put a product into the recycle bin. Raises Invalid if it is deleted already, or in use: it is retired then."""
    lock(product)
    if product.deleted_at is not None:
        raise Invalid(_("This product is deleted already."))
    rules.check_unused(recycle.forbidden("product", [product.id]).get(product.id))
    product.deleted_at = product.updated_at = clock.now()
    if str(why):
        explain(why)
    db.session.flush()
    bins.put("product", [product.id], why=why, actor=actor)


@transaction
def restore(product: Product, *, actor: Actor) -> None:
    """Bring a deleted product back. Raises Invalid if it is not deleted."""
    if product.deleted_at is None:
        raise Invalid(_("This product is not deleted."))
    bins.restore_record("product", product.id, actor=actor)
