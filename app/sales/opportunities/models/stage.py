"""Stages 销售阶段, which the house edits, and the moves of opportunities between them."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import clock
from app.base.fields import Boolean, Choice, Link, Moment, Number, Text, field
from app.base.i18n import _
from app.base.scope import PUBLIC, Through
from app.sales.opportunities.models.opportunity import SCOPE, Opportunity


class Stage(Model):
    """A step of selling. ``phase``: what it means to the program (rules.Phase)."""

    __tablename__ = "opportunities_stage"
    __versioned__: dict = {}
    __scope__ = PUBLIC
    __table_args__ = (CheckConstraint("probability BETWEEN 0 AND 100", name="ck_opportunities_stage_probability"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name_zh_hans: Mapped[str] = mapped_column(
        String(40), info=field(Text(_("Name (Simplified)"), required=True, max_length=40))
    )
    name_zh_hant: Mapped[str | None] = mapped_column(
        String(40), info=field(Text(_("Name (Traditional)"), max_length=40))
    )
    name_en: Mapped[str | None] = mapped_column(String(60), info=field(Text(_("Name (English)"), max_length=60)))
    phase: Mapped[str] = mapped_column(
        String(20),
        info=field(
            Choice(
                _("Means"),
                dictionary="opportunity_phase",
                required=True,
                help=_("What the program does with it. It stays as it is, once it is saved."),
            )
        ),
    )
    probability: Mapped[int] = mapped_column(
        info=field(Number(_("Probability (%)"), required=True, low=0, high=100, sortable=True))
    )
    position: Mapped[int] = mapped_column(
        default=100,
        info=field(Number(_("Order"), low=0, high=9999, sortable=True, help=_("The smaller stands first."))),
    )
    color: Mapped[str] = mapped_column(String(20), default="gray", info=field(Choice(_("Colour"), dictionary="color")))
    stale_days: Mapped[int | None] = mapped_column(
        info=field(
            Number(
                _("Stale after days"), low=1, high=3650, help=_("So long it may stand here. Empty: the house's days.")
            )
        )
    )
    is_active: Mapped[bool] = mapped_column(default=True, info=field(Boolean(_("In use"))))
    revision: Mapped[int] = mapped_column(nullable=False)

    __mapper_args__ = {"version_id_col": revision}

    def __str__(self) -> str:
        return self.name_zh_hans


class Move(Model):
    """An opportunity came into a stage. The first is its making, from no stage."""

    __tablename__ = "opportunities_move"
    __scope__ = Through("opportunity_id", Opportunity.__table__, SCOPE)
    __table_args__ = (
        Index("ix_opportunities_move_of", "opportunity_id", "id"),
        Index("ix_opportunities_move_to", "to_stage", "opportunity_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    opportunity_id: Mapped[int] = mapped_column(
        ForeignKey("opportunities_opportunity.id"),
        info=field(Link(_("Opportunity"), to="opportunity", relation="opportunity")),
    )
    from_stage: Mapped[str | None] = mapped_column(
        String(40), info=field(Choice(_("From"), dictionary="opportunity_step"))
    )
    to_stage: Mapped[str] = mapped_column(String(40), info=field(Choice(_("To"), dictionary="opportunity_step")))
    at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Moment(_("When"), sortable=True)))
    by_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("Moved by"), to="employee", relation="by"))
    )
    days: Mapped[int | None] = mapped_column(info=field(Number(_("Days in the stage before"))))
    words: Mapped[str | None] = mapped_column(String(300), info=field(Text(_("Why"))))

    opportunity = relationship("Opportunity")
    by = relationship("Employee")
