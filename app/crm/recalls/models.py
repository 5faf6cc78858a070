"""Rules by which customers are recalled, and the warnings that were given before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, ForeignKey, FromClause, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.sql import ColumnElement

from app.base import choices, normal
from app.base.errors import Invalid
from app.base.fields import Boolean, Choice, Choices, Link, Moment, Name, Number, Text, Value, field
from app.base.history import Child
from app.base.i18n import _
from app.base.scope import PUBLIC, Personal
from app.crm.recalls.rules import LONGEST_DAYS

LEVELS = "customer_level"  # dictionary
COMMAS = str.maketrans("，、；;\n", ",,,,,")


def _parts(raw: Value) -> Sequence[str]:
    return [part.strip() for part in normal.text(str(raw)).translate(COMMAS).split(",") if part.strip()]


def _days(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) <= LONGEST_DAYS:
        return int(text)
    raise Invalid(_("“%(text)s” is no number of days between 0 and %(most)s."), text=text[:40], most=LONGEST_DAYS)


@dataclass(frozen=True)
class LevelDays(Text):
    """Days per level, typed as "Key account 60, D 15"; kept by the codes of the levels: "key:60,d:15"."""

    def read(self, raw: Value) -> str:
        found = dict(self._read(part) for part in _parts(raw))
        return ",".join(f"{code}:{days}" for code, days in found.items())

    def _read(self, part: str) -> tuple[str, int]:
        word, _blank, days = part.replace(":", " ").replace("：", " ").rpartition(" ")
        wanted = word.strip().casefold()
        for item in choices.values(LEVELS).items:
            if wanted in {name.casefold() for name in (item.code, item.label, *item.words)}:
                return item.code, _days(days)
        raise Invalid(_("Write a level and its days, separated by a space: “%(part)s” is neither."), part=part[:40])

    def text(self, value: Value) -> str:
        known = choices.values(LEVELS).by_code
        return "、".join(
            f"{known[code].label if code in known else code} {days}" for code, days in days_of(value).items()
        )


def days_of(kept: str | None) -> Mapping[str, int]:
    """Return level → days of what a rule keeps."""
    pairs = (one.rpartition(":") for one in (kept or "").split(",") if one)
    return {code: int(days) for code, _colon, days in pairs}


@dataclass(frozen=True)
class DaysBefore(Text):
    """Some numbers of days, the largest first: "7, 3, 1"."""

    def read(self, raw: Value) -> str:
        found = {_days(part) for part in _parts(raw)}
        if 0 in found:
            raise Invalid(_("A warning comes at least one day before."))
        return ", ".join(map(str, sorted(found, reverse=True)))


def stages_of(kept: str | None) -> tuple[int, ...]:
    """Return the days of ``DaysBefore``."""
    return tuple(int(one) for one in (kept or "").split(",") if one.strip())


def _departments(table: FromClause) -> tuple[FromClause, ColumnElement[bool]]:
    rows = Model.metadata.tables["recalls_rule_department"].alias()
    return rows, rows.c.rule_id == table.c.id


class RecallRule(Model):
    """After so many days without follow-up, or without a deal, customers go back to the pool."""

    __tablename__ = "recalls_rule"
    __versioned__ = {"exclude": ["looked_at", "looked_by_id", "looked_revision"]}
    __scope__ = PUBLIC
    __table_args__ = (
        CheckConstraint("days >= 0", name="ck_recalls_rule_days"),
        CheckConstraint("kind IN ('no_followup', 'no_deal')", name="ck_recalls_rule_kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), info=field(Name(_("Rule"), required=True, max_length=40)))
    kind: Mapped[str] = mapped_column(
        String(40), info=field(Choice(_("Recalled for"), dictionary="recall_kind", required=True))
    )
    days: Mapped[int] = mapped_column(
        info=field(
            Number(
                _("Days"),
                required=True,
                low=0,
                high=LONGEST_DAYS,
                help=_("0: only the levels that have days of their own."),
            )
        )
    )
    level_days: Mapped[str | None] = mapped_column(
        String(400),
        info=field(
            LevelDays(
                _("Other days by level"),
                max_length=400,
                help=_("A level and its days, such as “Key account 60, D 15”; 0: never recalled."),
            )
        ),
    )
    spares_deals: Mapped[bool] = mapped_column(
        default=True,
        info=field(
            Boolean(_("Leaves deal customers alone"), required=True, help=_("“No deal” leaves them alone anyway."))
        ),
    )
    spares_planned: Mapped[bool] = mapped_column(
        default=False,
        info=field(
            Boolean(_("Waits while a contact is planned"), required=True, help=_("Until the planned day is over."))
        ),
    )
    warning_days: Mapped[str | None] = mapped_column(
        String(60),
        info=field(
            DaysBefore(
                _("Warnings, days before"), max_length=60, help=_("Such as “7, 3, 1”. Empty: as in the settings.")
            )
        ),
    )
    is_on: Mapped[bool] = mapped_column(default=False, info=field(Boolean(_("Switched on"))))
    # The last dry run, and of which revision: no version of the rule, which it leaves as it is.
    looked_at: Mapped[datetime | None] = mapped_column(info=field(Moment(_("Last dry run"))))
    looked_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("Dry run by"), to="employee", relation="looked_by"))
    )
    looked_revision: Mapped[int | None]
    revision: Mapped[int] = mapped_column(nullable=False)

    houses: Mapped[list[RuleDepartment]] = relationship(
        "RuleDepartment", cascade="all, delete-orphan", order_by="RuleDepartment.id"
    )
    looked_by = relationship("Employee")

    __mapper_args__ = {"version_id_col": revision}
    __fields__ = (
        Choices(
            _("Only customers of"),
            name="departments",
            dictionary="recall_department",
            through="houses",
            path=_departments,
            help=_("With all departments below. Empty: every customer."),
        ),
    )

    def __str__(self) -> str:
        return self.name


class RuleDepartment(Model):
    """A department for whose customers a rule holds. ``code``: its id as a code of the dictionary of departments."""

    __tablename__ = "recalls_rule_department"
    __versioned__: dict = {}
    __scope__ = PUBLIC
    __table_args__ = (UniqueConstraint("rule_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("recalls_rule.id"))
    code: Mapped[str] = mapped_column(
        String(12), info=field(Choice(_("Only customers of"), dictionary="recall_department"))
    )


RecallRule.__history__ = (Child(_("Only customers of"), RuleDepartment, "rule_id", ("code",), lambda _row: ""),)


class RecallWarning(Model):
    """That somebody was warned: a stage before a recall, told once, however often a night is run."""

    __tablename__ = "recalls_warning"
    __scope__ = Personal("employee_id", "logs")
    __table_args__ = (
        UniqueConstraint("customer_id", "rule_id", "stage", "due_on"),
        Index("ix_recalls_warning_told", "told_on", "employee_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers_customer.id"))
    rule_id: Mapped[int] = mapped_column(ForeignKey("recalls_rule.id"))
    stage: Mapped[int]  # days before
    due_on: Mapped[date]  # the recall, business zone
    told_on: Mapped[date]  # the night, business zone
    employee_id: Mapped[int] = mapped_column(ForeignKey("security_employee.id"))  # the owner then
    department_id: Mapped[int | None] = mapped_column(ForeignKey("security_department.id"))  # the customer's then
