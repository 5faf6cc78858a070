"""A product, as it is stored."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from app.base import clock
from app.base.fields import Boolean, Choice, LongText, Moment, Money, Number, Text, field
from app.base.i18n import _
from app.base.scope import PUBLIC

LONGEST_TERM = 120  # months


class Product(Model):
    """Something that is sold: once, or for a term that ends and is renewed."""

    __tablename__ = "products_product"
    __versioned__: dict = {}
    __scope__ = PUBLIC
    __table_args__ = (
        CheckConstraint("price IS NULL OR price >= 0", name="ck_products_price"),
        CheckConstraint("term_months IS NULL OR term_months > 0", name="ck_products_term"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(
        String(40), unique=True, info=field(Text(_("Product code"), required=True, max_length=40, sortable=True))
    )
    name: Mapped[str] = mapped_column(
        String(120), info=field(Text(_("Product name"), required=True, max_length=120, sortable=True))
    )
    category: Mapped[str | None] = mapped_column(
        String(40), info=field(Choice(_("Category"), dictionary="product_category", tree=True))
    )
    unit: Mapped[str | None] = mapped_column(String(20), info=field(Text(_("Unit"), max_length=20)))
    price: Mapped[Decimal | None] = mapped_column(
        Numeric(12, 2), info=field(Money(_("Price"), low=0, high=9_999_999_999, sortable=True))
    )
    term_months: Mapped[int | None] = mapped_column(
        info=field(
            Number(
                _("Term in months"),
                help=_("For services that end and are renewed, such as 12. Empty: sold once."),
                low=1,
                high=LONGEST_TERM,
            )
        )
    )
    description: Mapped[str | None] = mapped_column(
        String(2000), info=field(LongText(_("Description"), max_length=2000))
    )
    is_active: Mapped[bool] = mapped_column(default=True, info=field(Boolean(_("Offered"))))
    created_at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Moment(_("Created at"), sortable=True)))
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Moment(_("Updated at"), sortable=True)))
    deleted_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(nullable=False)

    __mapper_args__ = {"version_id_col": revision}

    def __str__(self) -> str:
        return self.name
