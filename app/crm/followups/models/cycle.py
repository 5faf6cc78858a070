"""After how many days customers want to be contacted again. Source: FUP-4."""

from __future__ import annotations

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from app.base.fields import Choice, Number, field
from app.base.i18n import _
from app.base.scope import PUBLIC
from app.crm.followups.rules import MOST_DAYS


class Cycle(Model):
    """A row of the cycles: who names more of level, progress and status goes before who names less."""

    __tablename__ = "followups_cycle"
    __versioned__: dict = {}
    __scope__ = PUBLIC
    __table_args__ = (CheckConstraint("days >= 0", name="ck_followups_cycle_days"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    level: Mapped[str | None] = mapped_column(
        String(40), info=field(Choice(_("Level"), dictionary="customer_level", nothing=_("Any level")))
    )
    progress: Mapped[str | None] = mapped_column(
        String(40), info=field(Choice(_("Progress"), dictionary="followup_progress", nothing=_("Any progress")))
    )
    status: Mapped[str | None] = mapped_column(
        String(40), info=field(Choice(_("Customer status"), dictionary="customer_status", nothing=_("Any status")))
    )
    days: Mapped[int] = mapped_column(
        info=field(
            Number(
                _("Days between contacts"),
                help=_("0: these customers are not contacted of themselves."),
                required=True,
                low=0,
                high=MOST_DAYS,
                sortable=True,
            )
        )
    )
    revision: Mapped[int] = mapped_column(nullable=False)

    __mapper_args__ = {"version_id_col": revision}

    def __str__(self) -> str:
        specs = (("level", self.level), ("progress", self.progress), ("status", self.status))
        named = [_word(name, code) for name, code in specs if code]
        return " · ".join(named) or str(_("All customers"))


def _word(name: str, code: str) -> str:
    spec: Choice = Cycle.__table__.c[name].info["field"]
    return spec.text(code)
