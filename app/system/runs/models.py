"""Runs and their rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base.fields import Choice, Link, Moment, Number, field
from app.base.fields import Text as Words
from app.base.i18n import _
from app.base.scope import Personal, Through
from app.base.sealed import SealedLater
from app.base.sentences import Sentence, Told

SCOPE = Personal("user_id", "logs")
#: Percent of a page that rows fill when they are frozen. What becomes of them stands in no index, so it is written on
#: the same page: a third of the time.
ROOM_FOR_A_FATE = 50


class Run(Model):
    """One action over many rows, from the yes to its taking back."""

    __tablename__ = "runs_run"
    __scope__ = SCOPE
    __table_args__ = (Index("ix_runs_run_user", "user_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[Told] = mapped_column(Sentence, info=field(Words(_("Action"))))
    screen: Mapped[str] = mapped_column(String(60))  # whose list it was
    action: Mapped[str] = mapped_column(String(40))  # base.bulk.Action.name
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("Person"), to="employee", relation="user"))
    )
    state: Mapped[str] = mapped_column(String(20), info=field(Choice(_("State"), dictionary="run_state")))
    filter: Mapped[str | None] = mapped_column(SealedLater("runs_run.filter"))  # JSON; none where rows were ticked
    segment: Mapped[str | None] = mapped_column(String(60), info=field(Words(_("Segment"))))  # its name then
    ticked: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True), deferred=True)  # read once, when frozen
    given: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # what the person filled in
    shown_count: Mapped[int]  # rows the person agreed to
    row_count: Mapped[int | None] = mapped_column(info=field(Number(_("Rows"))))
    changed_count: Mapped[int] = mapped_column(default=0, info=field(Number(_("Changed"))))
    refused_count: Mapped[int] = mapped_column(default=0, info=field(Number(_("Left alone"))))
    restored_count: Mapped[int] = mapped_column(default=0)
    kept_count: Mapped[int] = mapped_column(default=0)
    job_id: Mapped[int | None]  # while it goes on in the background; the job is kept for a month
    at: Mapped[datetime] = mapped_column(info=field(Moment(_("Time"), sortable=True)))
    ended_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None] = mapped_column(info=field(Moment(_("Taken back at"))))

    user = relationship("Employee")

    def __str__(self) -> str:
        return str(self.title)


class RunRow(Model):
    """One row of a run, frozen when it began."""

    __tablename__ = "runs_row"
    __scope__ = Through("run_id", Run.__table__, SCOPE)
    __table_args__ = {"postgresql_with": {"fillfactor": ROOM_FOR_A_FATE}}

    run_id: Mapped[int] = mapped_column(ForeignKey("runs_run.id"), primary_key=True)
    record_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    fate: Mapped[str | None] = mapped_column(String(10))  # rules.Fate
    reason: Mapped[Told | None] = mapped_column(Sentence)  # why it was refused, or kept
    change_set_id: Mapped[int | None] = mapped_column(BigInteger)
    undone: Mapped[str | None] = mapped_column(String(10))  # rules.Return
