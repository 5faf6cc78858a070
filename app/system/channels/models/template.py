"""Templates: other words than the usual for a kind of message, by a family of channels, in a language."""

from __future__ import annotations

from flask_appbuilder import Model
from sqlalchemy import String, UniqueConstraint
from sqlalchemy import Text as Long
from sqlalchemy.orm import Mapped, mapped_column

from app.base import choices
from app.base.fields import Choice, LongText, Text, field
from app.base.i18n import _
from app.base.scope import Restricted


class Template(Model):
    """What an administrator wrote in place of the usual words."""

    __tablename__ = "channels_template"
    __versioned__: dict = {}
    __scope__ = Restricted("logs")
    __table_args__ = (UniqueConstraint("kind", "family", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(
        String(40), info=field(Choice(_("Message"), dictionary="told_kind", required=True, sortable=True))
    )
    family: Mapped[str] = mapped_column(
        String(10), info=field(Choice(_("Sent by"), dictionary="channel_family", required=True))
    )
    language: Mapped[str] = mapped_column(
        String(10), info=field(Choice(_("In which language"), dictionary="language", required=True))
    )
    subject: Mapped[str] = mapped_column(
        String(200),
        info=field(Text(_("Heading"), required=True, max_length=200, wide=True, help=_("The subject of a mail."))),
    )
    body: Mapped[str | None] = mapped_column(Long, info=field(LongText(_("Body"), max_length=4000)))
    revision: Mapped[int] = mapped_column(nullable=False)

    __mapper_args__ = {"version_id_col": revision}

    def __str__(self) -> str:
        names = (
            choices.values("told_kind").by_code.get(self.kind),
            choices.values("language").by_code.get(self.language),
        )
        return " · ".join(one.label for one in names if one) or f"#{self.id}"
