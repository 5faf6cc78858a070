"""Contacts, their places at customers and their numbers; the index of all numbers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, FromClause, Index, String, UniqueConstraint, and_, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.sql import ColumnElement

from app.base import clock
from app.base.actor import Actor
from app.base.fields import (
    Account,
    Boolean,
    Choice,
    Date,
    Email,
    LongText,
    Moment,
    Name,
    Phone,
    Phones,
    field,
)
from app.base.i18n import _
from app.base.scope import Through, is_everything
from app.crm.customers.models.customer import SCOPE, Customer


def _numbers(table: FromClause) -> tuple[FromClause, ColumnElement[bool]]:
    rows = Model.metadata.tables["customers_contact_phone"].alias()
    return rows, rows.c.contact_id == table.c.id


class Contact(Model):
    """A person whom we call at one or several customers."""

    __tablename__ = "customers_contact"
    __versioned__: dict = {}
    __table_args__ = (Index("ix_customers_contact_updated", "updated_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(
        String(60), index=True, info=field(Name(_("Contact name"), required=True, max_length=60, sortable=True))
    )
    sex: Mapped[str | None] = mapped_column(String(10), info=field(Choice(_("Sex"), dictionary="sex")))
    email: Mapped[str | None] = mapped_column(
        String(254), info=field(Email(_("E-mail"), group="accounts", max_length=254))
    )
    wechat: Mapped[str | None] = mapped_column(
        String(60), info=field(Account(_("WeChat id"), group="accounts", max_length=60))
    )
    preferred_channel: Mapped[str | None] = mapped_column(
        String(40), info=field(Choice(_("Preferred channel"), dictionary="contact_channel"))
    )
    birthday: Mapped[date | None] = mapped_column(info=field(Date(_("Birthday"))))
    notes: Mapped[str | None] = mapped_column(String(2000), info=field(LongText(_("Notes"), max_length=2000)))
    created_at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Moment(_("Created at"), sortable=True)))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("security_employee.id"))
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Moment(_("Updated at"), sortable=True)))
    deleted_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(nullable=False)

    links: Mapped[list[ContactLink]] = relationship("ContactLink", back_populates="contact")
    phones: Mapped[list[ContactPhone]] = relationship(
        "ContactPhone", cascade="all, delete-orphan", order_by="ContactPhone.id"
    )

    __mapper_args__ = {"version_id_col": revision}
    __fields__ = (
        Phones(
            _("Phones"),
            name="phones",
            through="phones",
            column="",
            group="phones",
            path=lambda table: _numbers(table),  # noqa: PLW0108 - mapped below
            help=_("Several numbers may be separated by semicolons."),
        ),
    )

    def __str__(self) -> str:
        return self.name


class ContactLink(Model):
    """A contact's place at a customer: position, and whether they are the one to call first."""

    __tablename__ = "customers_contact_link"
    __versioned__: dict = {}
    __table_args__ = (UniqueConstraint("customer_id", "contact_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers_customer.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("customers_contact.id"), index=True)
    position: Mapped[str | None] = mapped_column(
        String(40), info=field(Choice(_("Position"), dictionary="contact_position"))
    )
    is_primary: Mapped[bool] = mapped_column(default=False, info=field(Boolean(_("Primary"))))

    customer: Mapped[Customer] = relationship(Customer, back_populates="links")
    contact: Mapped[Contact] = relationship(Contact, back_populates="links")


class ContactPhone(Model):
    """One of a contact's telephone numbers."""

    __tablename__ = "customers_contact_phone"
    __versioned__: dict = {}
    __table_args__ = (UniqueConstraint("contact_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("customers_contact.id"))
    number: Mapped[str] = mapped_column(String(32), info=field(Phone(_("Phone"), group="phones")))  # E.164


class PhoneNumber(Model):
    """What is known of a number itself, wherever it is used: its state, and at how many customers it serves."""

    __tablename__ = "customers_phone_number"
    __versioned__ = {"exclude": ["customer_count"]}

    number: Mapped[str] = mapped_column(String(32), primary_key=True)  # E.164
    state: Mapped[str] = mapped_column(
        String(20), default="unverified", info=field(Choice(_("Phone state"), dictionary="phone_state"))
    )
    customer_count: Mapped[int] = mapped_column(default=0)  # 任职企业数


class PhoneEntry(Model):
    """The phone index: one line for each place where a number stands. Derived, never edited."""

    __tablename__ = "customers_phone_entry"
    __table_args__ = (Index("ix_customers_phone_entry_number", "number", "customer_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(32))  # E.164
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers_customer.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("customers_contact.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))  # dictionary phone_kind


def _at_a_seen_customer(
    key: ColumnElement[Any], places: FromClause, of: ColumnElement[Any], actor: Actor, *, write: bool
) -> ColumnElement[bool]:
    """Return that `key` is `of` one of the `places` of a customer the actor reaches; everything if it reaches all."""
    customers = Customer.__table__.alias()
    allowed = SCOPE.rows(customers, actor, write=write)
    if is_everything(allowed):
        return allowed
    joined = places.join(customers, customers.c.id == places.c.customer_id)
    return key.in_(select(of).select_from(joined).where(allowed))


class ContactScope:
    """A contact is seen by whoever sees one of its customers, or made it while it has none."""

    def rows(self, table: FromClause, actor: Actor, *, write: bool) -> ColumnElement[bool]:
        links = ContactLink.__table__.alias()
        placed = _at_a_seen_customer(table.c.id, links, links.c.contact_id, actor, write=write)
        if is_everything(placed):
            return placed
        alone = table.c.id.not_in(select(links.c.contact_id))
        return or_(placed, and_(table.c.created_by_id == actor.id, alone))


CONTACT_SCOPE = ContactScope()
Contact.__scope__ = CONTACT_SCOPE
ContactPhone.__scope__ = Through("contact_id", Contact.__table__, CONTACT_SCOPE)
for child in (ContactLink, PhoneEntry):
    child.__scope__ = Through("customer_id", Customer.__table__, SCOPE)


class NumberScope:
    """A number is seen by whoever sees a customer where it stands."""

    def rows(self, table: FromClause, actor: Actor, *, write: bool) -> ColumnElement[bool]:
        entries = PhoneEntry.__table__.alias()
        return _at_a_seen_customer(table.c.number, entries, entries.c.number, actor, write=write)


PhoneNumber.__scope__ = NumberScope()
