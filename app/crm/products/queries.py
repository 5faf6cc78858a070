"""Named reads of products."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, or_, select

from app.base.actor import Actor
from app.base.choices import Found
from app.base.scope import with_deleted
from app.crm.products.models import Product
from app.extensions import db

TABLE = Product.__table__


def code_taken(code: str, *, but: int | None) -> bool:
    """Tell whether another product has, or had before it was deleted, this code; case does not count."""
    with with_deleted():
        found = select(Product.id).where(func.lower(Product.code) == code.lower(), Product.id != (but or 0))
        return db.session.scalar(found.limit(1)) is not None


def by_codes(codes: Collection[str]) -> Mapping[str, int]:
    """Return the ids of products that are not deleted by their codes in lower case."""
    wanted = sorted({code.lower() for code in codes})
    rows = db.session.execute(select(Product.code, Product.id).where(func.lower(Product.code).in_(wanted)))
    return {code.lower(): key for code, key in rows}


def codes_in_bin(codes: Collection[str]) -> Collection[str]:
    """Return those of the codes, in lower case, that products in the recycle bin have."""
    wanted = sorted({code.lower() for code in codes})
    found = select(func.lower(Product.code)).where(func.lower(Product.code).in_(wanted))
    with with_deleted():
        return set(db.session.scalars(found.where(Product.deleted_at.is_not(None))))


def offered(key: int | None) -> Product | None:
    """Return a product if it is offered; None for one that is retired, deleted or unknown."""
    return db.session.scalar(select(Product).where(Product.id == key, Product.is_active)) if key else None


def by_id(key: int | None) -> Product | None:
    """Return a product that is not deleted, also a retired one."""
    return db.session.scalar(select(Product).where(Product.id == key)) if key else None


def by_words(words: Collection[str]) -> Mapping[str, int]:
    """Return the offered product that each word, its code or its exact name, means; only where it is just one."""
    wanted = sorted({word.lower() for word in words if word})
    named = or_(func.lower(Product.code).in_(wanted), func.lower(Product.name).in_(wanted))
    found: dict[str, set[int]] = {}
    for row in db.session.execute(select(Product.id, Product.code, Product.name).where(named, Product.is_active)):
        for word in {row.code.lower(), row.name.lower()} & set(wanted):
            found.setdefault(word, set()).add(row.id)
    return {word: next(iter(keys)) for word, keys in found.items() if len(keys) == 1}


class ProductNames:
    """How products are named and found in searching choices: those offered; retired ones keep their names."""

    def out_of_use(self, ids: Iterable[int]) -> Collection[int]:
        """Return those that are offered no more."""
        gone = select(Product.id).where(Product.id.in_(list(ids)), ~Product.is_active)
        return frozenset(db.session.scalars(gone))

    def labels(self, ids: Iterable[int]) -> Mapping[int, str]:
        """Return the names, also of those in the recycle bin: what names them stays readable."""
        with with_deleted():
            rows: Any = db.session.execute(select(Product.id, Product.name).where(Product.id.in_(list(ids))))
            return {key: name for key, name in rows}  # noqa: C416 - rows are no pairs to mypy

    def search(self, words: str, *, actor: Actor, limit: int) -> Sequence[Found]:  # noqa: ARG002 - all see all of them
        found = select(Product).where(Product.is_active)
        if wanted := words.strip():
            named = (Product.name.icontains(wanted, autoescape=True), Product.code.icontains(wanted, autoescape=True))
            found = found.where(or_(*named))
        rows = db.session.scalars(found.order_by(Product.name, Product.id).limit(limit))
        return [Found(str(row.id), row.name, row.code) for row in rows]

    def exists(self, key: int, *, actor: Actor) -> bool:  # noqa: ARG002 - all see all of them
        return by_id(key) is not None


__all__ = ["Product", "ProductNames", "by_codes", "by_id", "by_words", "code_taken", "codes_in_bin", "offered"]
