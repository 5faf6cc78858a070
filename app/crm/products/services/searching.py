"""By which of their texts products are found, and how a hit is shown."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from app.base.actor import Actor
from app.base.fields import fields_of, text_of
from app.base.i18n import _
from app.crm.products.models import Product
from app.extensions import db
from app.system.search.services import CODES, INITIALS, WORDS, Kind, Line, Part, Rank, Watch

TABLE = Product.__table__
PARTS: Mapping[str, str] = {"name": "n", "code": "k"}


def product_kind() -> Kind:
    """Return products as search sees them."""
    known = fields_of(Product)
    parts = (
        Part("n", _("Name"), WORDS, Rank.CONTAINS, Rank.BEGINS, exact=True, fields=(known["name"],)),
        Part("k", _("Product code"), CODES, Rank.ELSEWHERE, exact=True, fields=(known["code"],)),
        Part("i", _("Initials"), INITIALS, Rank.INITIALS, Rank.INITIALS_BEGIN, of="n"),
    )
    return Kind(
        code="product",
        mark="p",
        model=Product,
        label=_("Products"),
        icon="package",
        screen="ProductView",
        endpoint="ProductView.show",
        parts=parts,
        texts=product_texts,
        lines=product_lines,
        watches=(Watch(Product, frozenset({*PARTS, "deleted_at"})),),
    )


def product_texts(ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """Return the texts of products that are not deleted, by id."""
    chosen = select(TABLE.c.id, TABLE.c.name, TABLE.c.code).where(TABLE.c.id.in_(ids), TABLE.c.deleted_at.is_(None))
    return {row.id: [("n", row.name), ("k", row.code)] for row in db.session.execute(chosen)}


def product_lines(ids: Sequence[int], actor: Actor) -> Mapping[int, Line]:
    """Return products by id as search shows them: name, code, category, price."""
    specs = [fields_of(Product)[name] for name in ("code", "category", "price")]
    found = db.session.scalars(select(Product).where(Product.id.in_(ids)))
    return {
        row.id: Line(row.name, [text for spec in specs if (text := text_of(row, spec, actor=actor))]) for row in found
    }
