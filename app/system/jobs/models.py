"""Jobs and turns: the truth about work in the background. Queues only wake those who look here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base.fields import Choice, Link, Moment, Text, Value, field
from app.base.i18n import _
from app.base.scope import Personal, Restricted
from app.base.sealed import SealedJSON
from app.base.sentences import Sentence, Told
from app.base.timetable import TIMETABLE


class Job(Model):
    """One piece of work in the background, from its asking to its result."""

    __tablename__ = "jobs_job"
    __scope__ = Personal("user_id", "logs")
    __table_args__ = (Index("ix_jobs_job_user", "user_id", "id"), Index("ix_jobs_job_state", "state", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))  # base.background.kinds
    title: Mapped[Told] = mapped_column(Sentence, info=field(Text(_("Job"))))
    state: Mapped[str] = mapped_column(
        String(20), info=field(Choice(_("State"), dictionary="job_state"))
    )  # rules.State
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("Person"), to="employee", relation="user"))
    )
    origin: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # channel, address, request_id, language
    given: Mapped[dict[str, Any]] = mapped_column(
        SealedJSON("jobs_job.given"), default=dict
    )  # what the kind's run is told
    done_count: Mapped[int] = mapped_column(default=0)
    total_count: Mapped[int | None]
    result: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # what the kind's run returned
    file: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # {sha256, name, size_bytes}
    problem: Mapped[Told | None] = mapped_column(Sentence)  # why it failed
    attempt: Mapped[int] = mapped_column(default=0)  # raised by every worker that takes it: the fence of its steps
    losses: Mapped[int] = mapped_column(default=0)  # workers that died over it
    lease_until: Mapped[datetime | None]  # a running job not heard of since then has lost its worker
    cancel_asked_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(info=field(Moment(_("Asked for at"), sortable=True)))
    called_at: Mapped[datetime]  # when workers were last told of it
    started_at: Mapped[datetime | None] = mapped_column(info=field(Moment(_("Begun at"))))
    ended_at: Mapped[datetime | None] = mapped_column(info=field(Moment(_("Ended at"))))

    user = relationship("Employee")

    def __str__(self) -> str:
        return str(self.title)


class Task(Text):
    """The name of an entry of the timetable, told by its title; the bare name where a task is gone."""

    def text(self, value: Value) -> str:
        entry = TIMETABLE.get(value or "")
        return str(entry.title) if entry and str(entry.title) else value or ""


class Turn(Model):
    """The last due run of one entry of the timetable. Whoever raises ``due_at`` runs it; nobody else does."""

    __tablename__ = "jobs_turn"
    __scope__ = Restricted("logs")

    name: Mapped[str] = mapped_column(String(80), primary_key=True, info=field(Task(_("Task"), sortable=True)))
    due_at: Mapped[datetime] = mapped_column(info=field(Moment(_("Due at"), sortable=True)))
    started_at: Mapped[datetime] = mapped_column(info=field(Moment(_("Begun at"), sortable=True)))
    ended_at: Mapped[datetime | None] = mapped_column(info=field(Moment(_("Ended at"))))
    result: Mapped[Told | None] = mapped_column(Sentence, info=field(Text(_("Result"))))
    problem: Mapped[Told | None] = mapped_column(Sentence, info=field(Text(_("Problem"))))

    def __str__(self) -> str:
        return Task("").text(self.name)
