"""Customers, contacts and what hangs on them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, ForeignKey, FromClause, Index, String, UniqueConstraint, and_, or_, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.sql import ColumnElement

from app.base import choices, clock
from app.base.actor import Actor, Level
from app.base.fields import (
    Boolean,
    Choice,
    Choices,
    CreditCode,
    Date,
    Email,
    Link,
    LongText,
    Moment,
    Name,
    PersonName,
    Phone,
    Phones,
    Related,
    Text,
    field,
)
from app.base.history import Child
from app.base.i18n import _
from app.base.scope import Owned, Through, is_everything

COMPANY, PERSON = "company", "person"


class Collaborator(Model):
    """Someone besides the owner to whom a customer is open, to read or to write, perhaps until a day."""

    __tablename__ = "customers_collaborator"
    __versioned__: dict = {}
    __table_args__ = (UniqueConstraint("customer_id", "employee_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers_customer.id"), index=True)
    employee_id: Mapped[int] = mapped_column(ForeignKey("security_employee.id"), index=True)
    can_write: Mapped[bool] = mapped_column(default=False, info=field(Boolean(_("May also change it"))))
    until_on: Mapped[date | None] = mapped_column(info=field(Date(_("Until (last day)"))))  # business zone

    employee = relationship("Employee", lazy="joined", innerjoin=True)


def shared_with(table: FromClause, actor: Actor, *, write: bool) -> ColumnElement[bool]:
    """Return the condition that the actor, or someone whose superior they are, collaborates on the row."""
    shares = Collaborator.__table__
    open_still = or_(shares.c.until_on.is_(None), shares.c.until_on >= clock.today())
    terms = [_is_mine_or_belows(shares.c.employee_id, actor, write=write), open_still]
    if write:
        terms.append(shares.c.can_write)
    return table.c.id.in_(select(shares.c.customer_id).where(and_(*terms)))


def _is_mine_or_belows(employee_id: ColumnElement[int], actor: Actor, *, write: bool) -> ColumnElement[bool]:
    people, reach = Model.metadata.tables["security_employee"], actor.reach("customers")
    level = reach.write if write else reach.read
    houses = {actor.department_id} if level == Level.DEPARTMENT else actor.departments_below
    if level <= Level.OWN or not houses:
        return employee_id == actor.id
    theirs = select(people.c.id).where(people.c.department_id.in_(sorted(filter(None, houses))))
    return or_(employee_id == actor.id, employee_id.in_(theirs))


SCOPE = Owned("customers", ownerless="pool", shared=[shared_with])


class Customer(Model):
    """A company, or a person, that we serve or would like to."""

    __tablename__ = "customers_customer"
    __versioned__: dict = {}
    __scope__ = SCOPE
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
        Index("ix_customer_updated", "updated_at", "id"),
        Index("ix_customer_registered", "registered_on", "id"),
        Index(
            "ix_customer_pool",
            "id",
            postgresql_where=text("owner_id IS NULL"),
            sqlite_where=text("owner_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(
        String(20), default=COMPANY, info=field(Choice(_("Customer kind"), dictionary="customer_kind", required=True))
    )
    name: Mapped[str] = mapped_column(
        String(200),
        info=field(
            Name(
                _("Customer name"),
                required=True,
                sortable=True,
                synonyms=("企业名称", "单位名称", "公司名称", "客户名称", "名称", "公司", "姓名", "company", "name"),
            )
        ),
    )
    credit_code: Mapped[str | None] = mapped_column(
        String(18),
        info=field(
            CreditCode(
                _("Credit code"),
                only=COMPANY,
                synonyms=("统一社会信用代码", "企业社会信用码", "信用代码", "社会信用代码", "统一代码", "税号"),
            )
        ),
    )
    level: Mapped[str | None] = mapped_column(
        String(40), info=field(Choice(_("Level"), dictionary="customer_level", synonyms=("客户等级", "等级", "级别")))
    )
    status: Mapped[str | None] = mapped_column(
        String(40),
        default="potential",
        info=field(Choice(_("Customer status"), dictionary="customer_status", synonyms=("客户状态",))),
    )
    type: Mapped[str | None] = mapped_column(
        String(40), info=field(Choice(_("Customer type"), dictionary="customer_type", synonyms=("客户类型",)))
    )
    followup_status: Mapped[str | None] = mapped_column(
        String(40),
        info=field(
            Choice(
                _("Follow-up status"),
                nothing=_("Not followed up"),
                dictionary="followup_progress",
                synonyms=("跟进状态", "跟进进度", "跟进情况"),
            )
        ),
    )
    operating_status: Mapped[str | None] = mapped_column(
        String(40),
        info=field(
            Choice(
                _("Operating status"),
                only=COMPANY,
                dictionary="operating_status",
                synonyms=("运营状态", "经营状态", "登记状态", "企业状态", "状态"),
            )
        ),
    )
    industry: Mapped[str | None] = mapped_column(
        String(40),
        info=field(
            Choice(_("Industry"), only=COMPANY, dictionary="industry_trade", synonyms=("所属行业", "行业", "行业类别"))
        ),
    )
    region: Mapped[str | None] = mapped_column(
        String(40),
        info=field(
            Choice(
                _("Region"),
                dictionary="region",
                tree=True,
                synonyms=("区域", "地区", "所在地区", "所属区域", "省份", "城市", "省市"),
            )
        ),
    )
    address: Mapped[str | None] = mapped_column(
        String(200),
        info=field(
            Text(_("Address"), wide=True, synonyms=("详细地址", "地址", "注册地址", "公司地址", "经营地址", "住所"))
        ),
    )
    registered_on: Mapped[date | None] = mapped_column(
        info=field(
            Date(
                _("Registration date"),
                only=COMPANY,
                sortable=True,
                synonyms=("注册日期", "成立日期", "成立时间", "注册时间", "登记日期"),
            )
        )
    )
    phone: Mapped[str | None] = mapped_column(
        String(32),
        info=field(
            Phone(
                _("Main phone"),
                group="phones",
                phone_kind="main",
                synonyms=("电话", "联系电话", "总机", "公司电话", "手机", "手机号"),
            )
        ),
    )
    legal_person: Mapped[str | None] = mapped_column(
        String(60),
        info=field(
            PersonName(
                _("Legal person"), only=COMPANY, max_length=60, synonyms=("法人", "法定代表人", "法人代表", "法人姓名")
            )
        ),
    )
    legal_phone: Mapped[str | None] = mapped_column(
        String(32),
        info=field(
            Phone(
                _("Legal person's phone"),
                only=COMPANY,
                group="phones",
                phone_kind="legal_person",
                synonyms=("法人电话", "法人手机", "法人联系电话"),
            )
        ),
    )
    finance_name: Mapped[str | None] = mapped_column(
        String(60),
        info=field(
            PersonName(
                _("Finance contact"),
                only=COMPANY,
                max_length=60,
                synonyms=("财务负责人", "财务联系人", "财务", "财务人员", "财务姓名", "会计"),
            )
        ),
    )
    finance_phone: Mapped[str | None] = mapped_column(
        String(32),
        info=field(
            Phone(
                _("Finance phone"),
                only=COMPANY,
                group="phones",
                phone_kind="finance",
                synonyms=("财务电话", "财务手机", "财务联系电话"),
            )
        ),
    )
    cashier_name: Mapped[str | None] = mapped_column(
        String(60),
        info=field(
            PersonName(_("Cashier"), only=COMPANY, max_length=60, synonyms=("出纳人员", "出纳员", "出纳", "出纳姓名"))
        ),
    )
    cashier_phone: Mapped[str | None] = mapped_column(
        String(32),
        info=field(
            Phone(
                _("Cashier's phone"),
                only=COMPANY,
                group="phones",
                phone_kind="cashier",
                synonyms=("出纳电话", "出纳手机", "出纳联系电话"),
            )
        ),
    )
    person_in_charge: Mapped[str | None] = mapped_column(
        String(60),
        info=field(PersonName(_("Person in charge"), only=COMPANY, max_length=60, synonyms=("负责人", "联系人"))),
    )
    sex: Mapped[str | None] = mapped_column(
        String(10), info=field(Choice(_("Sex"), dictionary="sex", only=PERSON, synonyms=("性别",)))
    )
    birthday: Mapped[date | None] = mapped_column(
        info=field(Date(_("Birthday"), only=PERSON, synonyms=("生日", "出生日期")))
    )
    email: Mapped[str | None] = mapped_column(
        String(254), info=field(Email(_("E-mail"), max_length=254, synonyms=("邮箱", "电子邮箱", "电子邮件", "email")))
    )
    wechat: Mapped[str | None] = mapped_column(
        String(60), info=field(Text(_("WeChat id"), only=PERSON, max_length=60, synonyms=("微信", "微信号")))
    )
    fax: Mapped[str | None] = mapped_column(
        String(32), info=field(Phone(_("Fax"), only=COMPANY, phone_kind="fax", synonyms=("传真", "传真号")))
    )
    website: Mapped[str | None] = mapped_column(
        String(200), info=field(Text(_("Website"), only=COMPANY, synonyms=("网址", "网站", "官网")))
    )
    source: Mapped[str | None] = mapped_column(
        String(40), info=field(Choice(_("Source"), dictionary="customer_source", synonyms=("来源", "客户来源")))
    )
    needs: Mapped[str | None] = mapped_column(
        String(2000), info=field(LongText(_("Needs"), max_length=2000, synonyms=("客户需求", "需求")))
    )
    notes: Mapped[str | None] = mapped_column(
        String(4000), info=field(LongText(_("Notes"), synonyms=("备注", "说明", "备注信息")))
    )
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("customers_customer.id"),
        index=True,
        info=field(Link(_("Parent company"), only=COMPANY, to="customer", relation="parent")),
    )
    owner_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"),
        info=field(
            Link(
                _("Owner"),
                to="employee",
                relation="owner",
                nobody=_("Unassigned"),
                synonyms=("跟进人", "客服", "客服人员", "所属客服", "负责客服", "业务员"),
            )
        ),
    )
    department_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_department.id"),
        info=field(Link(_("Department"), to="department", relation="department", synonyms=("部门", "所属部门"))),
    )
    converted_on: Mapped[date | None] = mapped_column(info=field(Date(_("Deal customer since"))))
    assigned_at: Mapped[datetime | None] = mapped_column(info=field(Moment(_("Assigned at"))))
    created_at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Moment(_("Created at"), sortable=True)))
    created_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"),
        info=field(Link(_("Created by"), to="employee", relation="created_by")),
    )
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Moment(_("Updated at"), sortable=True)))
    updated_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"),
        info=field(Link(_("Updated by"), to="employee", relation="updated_by")),
    )
    deleted_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(nullable=False)

    parent: Mapped[Customer | None] = relationship(remote_side=[id])
    owner = relationship("Employee", foreign_keys=[owner_id])
    department = relationship("Department", foreign_keys=[department_id])
    created_by = relationship("Employee", foreign_keys=[created_by_id])
    updated_by = relationship("Employee", foreign_keys=[updated_by_id])
    tags: Mapped[list[CustomerTag]] = relationship(
        "CustomerTag", cascade="all, delete-orphan", order_by="CustomerTag.code"
    )
    links: Mapped[list[ContactLink]] = relationship("ContactLink", back_populates="customer")
    collaborators: Mapped[list[Collaborator]] = relationship(Collaborator, cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": revision}
    __fields__ = (
        Choices(
            _("Tags"),
            name="tags",
            dictionary="customer_tag",
            through="tags",
            path=lambda table: _hanging(CustomerTag, table),
            synonyms=("标签", "客户标签"),
        ),
    )
    __filters__ = (
        Related(
            _("Any phone"),
            name="any_phone",
            column="number",
            inner=Phone(_("Any phone")),
            path=lambda table: _hanging(PhoneEntry, table),
        ),
        Related(
            _("Contact name"),
            name="contact_name",
            column="name",
            inner=Name(_("Contact name")),
            path=lambda table: _contacts(table),  # noqa: PLW0108 - mapped below
        ),
    )

    def __str__(self) -> str:
        return self.name


def _hanging(child: type[Any], table: FromClause) -> tuple[FromClause, ColumnElement[bool]]:
    rows = child.__table__.alias()
    return rows, rows.c.customer_id == table.c.id


def _contacts(table: FromClause) -> tuple[FromClause, ColumnElement[bool]]:
    people, links = Contact.__table__.alias(), ContactLink.__table__.alias()
    placed = select(links.c.contact_id).where(links.c.customer_id == table.c.id)
    return people, and_(people.c.id.in_(placed), people.c.deleted_at.is_(None))


def _numbers(table: FromClause) -> tuple[FromClause, ColumnElement[bool]]:
    rows = ContactPhone.__table__.alias()
    return rows, rows.c.contact_id == table.c.id


class CustomerTag(Model):
    """A word hung on a customer."""

    __tablename__ = "customers_tag"
    __versioned__: dict = {}
    __table_args__ = (UniqueConstraint("customer_id", "code"), Index("ix_customers_tag_code", "code", "customer_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers_customer.id"))
    code: Mapped[str] = mapped_column(String(40), info=field(Choice(_("Tag"), dictionary="customer_tag")))


class Contact(Model):
    """A person whom we call at one or several customers."""

    __tablename__ = "customers_contact"
    __versioned__: dict = {}

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(
        String(60), index=True, info=field(Name(_("Contact name"), required=True, max_length=60, sortable=True))
    )
    sex: Mapped[str | None] = mapped_column(String(10), info=field(Choice(_("Sex"), dictionary="sex")))
    email: Mapped[str | None] = mapped_column(String(254), info=field(Email(_("E-mail"), max_length=254)))
    wechat: Mapped[str | None] = mapped_column(String(60), info=field(Text(_("WeChat id"), max_length=60)))
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


class ContactScope:
    """A contact is seen by whoever sees one of its customers, or made it while it has none."""

    def rows(self, table: FromClause, actor: Actor, *, write: bool) -> ColumnElement[bool]:
        customers, links = Customer.__table__.alias(), ContactLink.__table__.alias()
        allowed = SCOPE.rows(customers, actor, write=write)
        if is_everything(allowed):
            return allowed
        placed = (
            select(links.c.contact_id)
            .select_from(links.join(customers, customers.c.id == links.c.customer_id))
            .where(allowed)
        )
        alone = table.c.id.not_in(select(links.c.contact_id))
        return or_(table.c.id.in_(placed), and_(table.c.created_by_id == actor.id, alone))


CONTACT_SCOPE = ContactScope()
Contact.__scope__ = CONTACT_SCOPE
ContactPhone.__scope__ = Through("contact_id", Contact.__table__, CONTACT_SCOPE)
for child in (Collaborator, CustomerTag, ContactLink, PhoneEntry):
    child.__scope__ = Through("customer_id", Customer.__table__, SCOPE)


class NumberScope:
    """A number is seen by whoever sees a customer where it stands."""

    def rows(self, table: FromClause, actor: Actor, *, write: bool) -> ColumnElement[bool]:
        entries, customers = PhoneEntry.__table__.alias(), Customer.__table__.alias()
        allowed = SCOPE.rows(customers, actor, write=write)
        if is_everything(allowed):
            return allowed
        places = (
            select(entries.c.number)
            .select_from(entries.join(customers, customers.c.id == entries.c.customer_id))
            .where(allowed)
        )
        return table.c.number.in_(places)


PhoneNumber.__scope__ = NumberScope()


def _name(kind: str, key: int) -> str:
    return choices.labels(kind, [key]).get(key, f"#{key}")


Customer.__history__ = (
    Child(_("Tag"), CustomerTag, "customer_id", ("code",), lambda _row: ""),
    Child(
        _("Contact"),
        ContactLink,
        "customer_id",
        ("position", "is_primary"),
        lambda row: _name("contact", row.contact_id),
    ),
    Child(
        _("Contact"),
        Contact,
        "id",
        ("name", "sex", "email", "wechat", "preferred_channel", "birthday", "notes"),
        lambda row: row.name,
        via=(ContactLink, "contact_id", "customer_id"),
    ),
    Child(
        _("Contact phone"),
        ContactPhone,
        "contact_id",
        ("number",),
        lambda row: _name("contact", row.contact_id),
        via=(ContactLink, "contact_id", "customer_id"),
    ),
    Child(
        _("Collaborator"),
        Collaborator,
        "customer_id",
        ("can_write", "until_on"),
        lambda row: _name("employee", row.employee_id),
    ),
)
Contact.__history__ = (
    Child(_("Contact phone"), ContactPhone, "contact_id", ("number",), lambda _row: ""),
    Child(
        _("Customer"),
        ContactLink,
        "contact_id",
        ("position", "is_primary"),
        lambda row: _name("customer", row.customer_id),
    ),
)
