"""Messages: one row for each recipient."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.base.scope import Personal


class Message(Model):
    """Something a person is told. Seen by its recipient alone: no role reaches into the domain "inbox"."""

    __tablename__ = "notifications_message"
    __scope__ = Personal("recipient_id", "inbox")
    __table_args__ = (
        UniqueConstraint("recipient_id", "key"),
        Index("ix_notifications_message_unread", "recipient_id", "read_at", "id"),
        Index("ix_notifications_message_read", "read_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    sender_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))  # none: the system
    kind: Mapped[str] = mapped_column(String(40))  # of base.inbox.kinds
    params: Mapped[dict[str, Any]] = mapped_column(JSON)
    endpoint: Mapped[str | None] = mapped_column(String(80))  # where it leads, never an address
    record_id: Mapped[int | None]
    key: Mapped[str | None] = mapped_column(String(80))  # the same key is told to the same person once
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]

    def __str__(self) -> str:
        return f"#{self.id}"
