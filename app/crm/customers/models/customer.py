"""The customer, its tags, and to whom it is open."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from flask_appbuilder import Model
from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import clock
from app.base.fields import (
    Account,
    Choice,
    Choices,
    CreditCode,
    Date,
    Email,
    IdentityNumber,
    Link,
    LongText,
    Moment,
    Name,
    PersonName,
    Phone,
    Reckoned,
    Related,
    Text,
    field,
)
from app.base.fields.held import Held
from app.base.i18n import _
from app.base.scope import Owned, Through
from app.base.sealed import Sealed, blind_of
from app.crm.customers.models.paths import assignment_state, contacts_of, hanging
from app.crm.customers.models.sharing import NAMED, Collaborator, named_for, shared_with
from app.crm.customers.models.words import SYNONYMS

if TYPE_CHECKING:
    from app.crm.customers.models.contacts import ContactLink

COMPANY, PERSON = "company", "person"


def _only_filled(name: str) -> dict[str, Any]:
    """Return what makes an index on a column one of the rows that have something in it."""
    filled = text(f"{name} IS NOT NULL")
    return {"postgresql_where": filled, "sqlite_where": filled}


#: Reckoned from rows with a history of their own (see base.derived), or the blind index of another column.
DERIVED = ["document_index", "last_followup_at", "next_contact_at"]
DERIVED += ["fee_end_on", "fee_due_on", "fee_waits", "covered_until"]
HELD = Held()
SCOPE = Owned("customers", ownerless="pool", shared=[shared_with, named_for])


class Customer(Model):
    """A company, or a person, that we serve or would like to."""

    __tablename__ = "customers_customer"
    __versioned__: dict = {"exclude": DERIVED}
    __scope__ = SCOPE
    __held__ = HELD
    __table_args__ = (
        CheckConstraint("name <> ''", name="ck_customer_name"),
        Index(
            "ux_customer_credit_code",
            "credit_code",
            unique=True,
            postgresql_where=text("deleted_at IS NULL"),
            sqlite_where=text("deleted_at IS NULL"),
        ),
        Index("ix_customer_owner", "owner_id", "id"),
        Index("ix_customer_department", "department_id", "id"),
        Index("ix_customer_name", "name", "id"),
        Index("ix_customer_created", "created_at", "id"),
        Index(
            "ix_customer_document",
            "document_index",
            postgresql_where=text("document_index IS NOT NULL"),
            sqlite_where=text("document_index IS NOT NULL"),
        ),
        Index("ix_customer_updated", "updated_at", "id"),
        Index("ix_customer_registered", "registered_on", "id"),
        *[Index(f"ix_customer_{name}", name, **_only_filled(name)) for name in NAMED],
        Index("ix_customer_next_contact", "next_contact_at", "id"),
        Index("ix_customer_fee_end", "fee_end_on", "id", **_only_filled("fee_end_on")),
        Index(
            "ix_customer_deleted",
            "id",
            postgresql_where=text("deleted_at IS NOT NULL"),
            sqlite_where=text("deleted_at IS NOT NULL"),
        ),
        Index(
            "ix_customer_pool", "id", postgresql_where=text("owner_id IS NULL"), sqlite_where=text("owner_id IS NULL")
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(
        String(20), default=COMPANY, info=field(Choice(_("Customer kind"), dictionary="customer_kind", required=True))
    )
    name: Mapped[str] = mapped_column(String(200), info=field(Name(_("Customer name"), required=True, sortable=True)))
    credit_code: Mapped[str | None] = mapped_column(String(18), info=field(CreditCode(_("Credit code"), only=COMPANY)))
    level: Mapped[str | None] = mapped_column(String(40), info=field(Choice(_("Level"), dictionary="customer_level")))
    status: Mapped[str | None] = mapped_column(
        String(40), default="potential", info=field(Choice(_("Customer status"), dictionary="customer_status"))
    )
    type: Mapped[str | None] = mapped_column(
        String(40), info=field(Choice(_("Customer type"), dictionary="customer_type"))
    )
    followup_status: Mapped[str | None] = mapped_column(
        String(40),
        info=field(Choice(_("Follow-up status"), nothing=_("Not followed up"), dictionary="followup_progress")),
    )
    operating_status: Mapped[str | None] = mapped_column(
        String(40), info=field(Choice(_("Operating status"), only=COMPANY, dictionary="operating_status"))
    )
    industry: Mapped[str | None] = mapped_column(
        String(40), info=field(Choice(_("Industry"), only=COMPANY, dictionary="industry_trade"))
    )
    region: Mapped[str | None] = mapped_column(
        String(40), info=field(Choice(_("Region"), dictionary="region", tree=True))
    )
    address: Mapped[str | None] = mapped_column(String(200), info=field(Text(_("Address"), wide=True)))
    registered_on: Mapped[date | None] = mapped_column(
        info=field(Date(_("Registration date"), only=COMPANY, sortable=True))
    )
    phone: Mapped[str | None] = mapped_column(
        String(32), info=field(Phone(_("Main phone"), group="phones", phone_kind="main"))
    )
    legal_person: Mapped[str | None] = mapped_column(
        String(60), info=field(PersonName(_("Legal person"), only=COMPANY, max_length=60))
    )
    legal_phone: Mapped[str | None] = mapped_column(
        String(32),
        info=field(Phone(_("Legal person's phone"), only=COMPANY, group="phones", phone_kind="legal_person")),
    )
    finance_name: Mapped[str | None] = mapped_column(
        String(60), info=field(PersonName(_("Finance contact"), only=COMPANY, max_length=60))
    )
    finance_phone: Mapped[str | None] = mapped_column(
        String(32), info=field(Phone(_("Finance phone"), only=COMPANY, group="phones", phone_kind="finance"))
    )
    cashier_name: Mapped[str | None] = mapped_column(
        String(60), info=field(PersonName(_("Cashier"), only=COMPANY, max_length=60))
    )
    cashier_phone: Mapped[str | None] = mapped_column(
        String(32), info=field(Phone(_("Cashier's phone"), only=COMPANY, group="phones", phone_kind="cashier"))
    )
    person_in_charge: Mapped[str | None] = mapped_column(
        String(60), info=field(PersonName(_("Person in charge"), only=COMPANY, max_length=60))
    )
    sex: Mapped[str | None] = mapped_column(String(10), info=field(Choice(_("Sex"), dictionary="sex", only=PERSON)))
    birthday: Mapped[date | None] = mapped_column(info=field(Date(_("Birthday"), only=PERSON)))
    document_kind: Mapped[str | None] = mapped_column(
        String(40), info=field(Choice(_("Identity document"), dictionary="identity_document", only=PERSON))
    )
    document_number: Mapped[str | None] = mapped_column(
        Sealed("customers_customer.document_number"),
        info=field(IdentityNumber(_("Document number"), only=PERSON, group="identity")),
    )
    document_index: Mapped[str | None] = mapped_column(String(44), info=blind_of("document_number"))
    email: Mapped[str | None] = mapped_column(
        String(254), info=field(Email(_("E-mail"), group="accounts", max_length=254))
    )
    wechat: Mapped[str | None] = mapped_column(
        String(60), info=field(Account(_("WeChat id"), only=PERSON, group="accounts", max_length=60))
    )
    fax: Mapped[str | None] = mapped_column(String(32), info=field(Phone(_("Fax"), only=COMPANY, phone_kind="fax")))
    website: Mapped[str | None] = mapped_column(String(200), info=field(Text(_("Website"), only=COMPANY)))
    source: Mapped[str | None] = mapped_column(
        String(40), info=field(Choice(_("Source"), dictionary="customer_source"))
    )
    needs: Mapped[str | None] = mapped_column(String(2000), info=field(LongText(_("Needs"), max_length=2000)))
    notes: Mapped[str | None] = mapped_column(String(4000), info=field(LongText(_("Notes"))))
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("customers_customer.id"),
        index=True,
        info=field(Link(_("Parent company"), only=COMPANY, to="customer", relation="parent")),
    )
    owner_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"),
        info=field(Link(_("Owner"), to="employee", relation="owner", nobody=_("Unassigned"))),
    )
    department_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_department.id"), info=field(Link(_("Department"), to="department", relation="department"))
    )
    service_person_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"),
        info=field(
            Link(
                _("Service person"),
                to="employee",
                relation="service_person",
                help=_("Sees and changes this customer, besides its owner."),
            )
        ),
    )
    deputy_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"),
        info=field(
            Link(
                _("Deputy"),
                to="employee",
                relation="deputy",
                help=_("Takes the service person's place, and sees and changes the customer likewise."),
            )
        ),
    )
    converted_on: Mapped[date | None] = mapped_column(info=field(Date(_("Deal customer since"))))
    assigned_at: Mapped[datetime | None] = mapped_column(info=field(Moment(_("Assigned at"))))
    # Reckoned from the follow-ups, which have a history of their own: see base.derived.set_derived.
    last_followup_at: Mapped[datetime | None] = mapped_column(info=field(Moment(_("Last followed up"))))
    next_contact_at: Mapped[datetime | None] = mapped_column(info=field(Moment(_("Next contact"), sortable=True)))
    # Reckoned from the approved fees: the earliest end of what runs or is overdue, and the last day of any service.
    fee_end_on: Mapped[date | None] = mapped_column(info=field(Date(_("Fee ends on"), sortable=True)))
    fee_due_on: Mapped[date | None]  # the earliest end that nobody has renewed, or given up
    fee_waits: Mapped[bool] = mapped_column(default=False, server_default=false())  # a renewal is to be approved
    covered_until: Mapped[date | None] = mapped_column(info=field(Date(_("Service until"))))
    created_at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Moment(_("Created at"), sortable=True)))
    created_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("Created by"), to="employee", relation="created_by"))
    )
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Moment(_("Updated at"), sortable=True)))
    updated_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("Updated by"), to="employee", relation="updated_by"))
    )
    deleted_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(nullable=False)

    parent: Mapped[Customer | None] = relationship(remote_side=[id])
    owner = relationship("Employee", foreign_keys=[owner_id])
    department = relationship("Department", foreign_keys=[department_id])
    service_person = relationship("Employee", foreign_keys=[service_person_id])
    deputy = relationship("Employee", foreign_keys=[deputy_id])
    created_by = relationship("Employee", foreign_keys=[created_by_id])
    updated_by = relationship("Employee", foreign_keys=[updated_by_id])
    tags: Mapped[list[CustomerTag]] = relationship(
        "CustomerTag", cascade="all, delete-orphan", order_by="CustomerTag.code"
    )
    links: Mapped[list[ContactLink]] = relationship("ContactLink", back_populates="customer")
    collaborators: Mapped[list[Collaborator]] = relationship(Collaborator, cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": revision}
    __synonyms__ = SYNONYMS
    __fields__ = (
        Choices(
            _("Tags"),
            name="tags",
            dictionary="customer_tag",
            through="tags",
            path=lambda table: hanging("customers_tag", table),
        ),
    )
    __filters__ = (
        Related(
            _("Any phone"),
            name="any_phone",
            column="number",
            group="phones",
            inner=Phone(_("Any phone")),
            path=lambda table: hanging("customers_phone_entry", table),
        ),
        Related(_("Contact name"), name="contact_name", column="name", inner=Name(_("Contact name")), path=contacts_of),
        Related(
            _("Was once held by"),
            name="once_held_by",
            column="employee_id",
            inner=Link(_("Was once held by"), to="employee"),
            path=lambda table: hanging("customers_holding", table),
        ),
        Related(
            _("Was once recalled or released on"),
            name="let_go_at",
            column="until_at",
            inner=Moment(_("Was once recalled or released on")),
            path=lambda table: hanging("customers_holding", table),
        ),
        Reckoned(
            _("Assignment state"),
            name="assignment_state",
            inner=Choice(_("Assignment state"), name="assignment_state", dictionary="assignment_state"),
            how=assignment_state,
        ),
    )

    def __str__(self) -> str:
        return self.name


class CustomerTag(Model):
    """A word hung on a customer."""

    __tablename__ = "customers_tag"
    __versioned__: dict = {}
    __table_args__ = (UniqueConstraint("customer_id", "code"), Index("ix_customers_tag_code", "code", "customer_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers_customer.id"))
    code: Mapped[str] = mapped_column(String(40), info=field(Choice(_("Tag"), dictionary="customer_tag")))


for child in (Collaborator, CustomerTag):
    child.__scope__ = Through("customer_id", Customer.__table__, SCOPE)
