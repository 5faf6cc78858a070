"""Channels: a mail server, the robot of a group, an account for text messages. Secrets are sealed, never read out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import ColumnElement, ForeignKey, FromClause, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base.fields import Boolean, Choice, Choices, Email, Link, Moment, Name, Number, Text, Value, field
from app.base.history import Child
from app.base.i18n import _
from app.base.scope import Restricted
from app.base.sealed import SealedJSON
from app.base.sentences import Sentence, Told
from app.system.channels.rules import addresses, sms

SCOPE = Restricted("logs")
SECRETS = ("password", "webhook", "signing")


@dataclass(frozen=True)
class Variables(Text):
    """The variables of a template for text messages: "title={title}"."""

    def read(self, raw: Value) -> str:
        return ", ".join(f"{name}={{{place}}}" for name, place in sms.variables(str(raw)).items())


@dataclass(frozen=True)
class Port(Number):
    """A port: a number that nobody writes with a comma."""

    def text(self, value: Value) -> str:
        return self.typed(value)


def _kinds(table: FromClause) -> tuple[FromClause, ColumnElement[bool]]:
    rows = Model.metadata.tables["channels_kind"].alias()
    return rows, rows.c.channel_id == table.c.id


class Channel(Model):
    """One way out of the house. ``secrets``: password, address of the robot, secret of its signature."""

    __tablename__ = "channels_channel"
    __versioned__ = {"exclude": ["secrets", "tested_at", "tested_problem"]}
    __scope__ = SCOPE

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(
        String(40), info=field(Name(_("Message channel"), required=True, max_length=40, sortable=True))
    )
    kind: Mapped[str] = mapped_column(String(20), info=field(Choice(_("Kind of channel"), dictionary="channel_kind")))
    is_on: Mapped[bool] = mapped_column(default=False, info=field(Boolean(_("Switched on"))))
    usual: Mapped[str] = mapped_column(
        String(10),
        info=field(
            Choice(
                _("Carries to whoever has chosen nothing"),
                dictionary="channel_usual",
                required=True,
                help=_("Each person chooses otherwise under “My notifications”."),
            )
        ),
    )
    department_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_department.id"),
        info=field(
            Link(
                _("Only messages to people of"),
                to="department",
                relation="department",
                help=_("With all departments below. Empty: of everybody."),
                nobody=_("everybody"),
            )
        ),
    )
    # ── mail ──
    host: Mapped[str | None] = mapped_column(String(200), info=field(Text(_("Mail server"))))
    port: Mapped[int | None] = mapped_column(
        info=field(
            Port(_("Port"), low=1, high=addresses.HIGHEST_PORT, help=_("Usually 465 with TLS, 587 with STARTTLS."))
        )
    )
    security: Mapped[str | None] = mapped_column(
        String(10), info=field(Choice(_("Encryption"), dictionary="channel_security"))
    )
    username: Mapped[str | None] = mapped_column(
        String(200), info=field(Text(_("User name there"), help=_("Empty: the server wants none.")))
    )
    from_address: Mapped[str | None] = mapped_column(
        String(254), info=field(Email(_("Address of the sender"), max_length=254))
    )
    # ── robots ──
    webhook_host: Mapped[str | None] = mapped_column(String(200), info=field(Text(_("Robot at"))))
    # ── text messages ──
    endpoint: Mapped[str | None] = mapped_column(
        String(addresses.LONGEST_URL), info=field(Text(_("Address of the interface"), max_length=addresses.LONGEST_URL))
    )
    sign_name: Mapped[str | None] = mapped_column(
        String(40), info=field(Text(_("Signature of text messages"), max_length=40, help=_("As Aliyun approved it.")))
    )
    template_code: Mapped[str | None] = mapped_column(
        String(40), info=field(Text(_("Code of the template"), max_length=40, help=_("Such as SMS_123456789.")))
    )
    variables: Mapped[str | None] = mapped_column(
        String(300),
        info=field(
            Variables(
                _("Variables of the template"),
                max_length=300,
                help=_("Such as title={title}; each has at most 35 signs."),
            )
        ),
    )
    secrets: Mapped[dict[str, str]] = mapped_column(SealedJSON("channels_channel.secrets"), default=dict)
    secrets_at: Mapped[datetime | None] = mapped_column(info=field(Moment(_("Secrets set at"))))
    tested_at: Mapped[datetime | None] = mapped_column(info=field(Moment(_("Last tested"))))
    tested_problem: Mapped[Told | None] = mapped_column(Sentence, info=field(Text(_("Problem of the last test"))))
    revision: Mapped[int] = mapped_column(nullable=False)

    department = relationship("Department")
    told_kinds: Mapped[list[ChannelMessageKind]] = relationship(
        "ChannelMessageKind", cascade="all, delete-orphan", order_by="ChannelMessageKind.id"
    )

    __mapper_args__ = {"version_id_col": revision}
    __fields__ = (
        Choices(
            _("Only these messages"),
            name="kinds",
            dictionary="told_kind",
            through="told_kinds",
            path=_kinds,
            help=_("Empty: all of them."),
        ),
    )
    # What is typed and never shown again: forms ask for it, nothing answers.
    password = webhook = signing = ""

    def __str__(self) -> str:
        return self.name


class ChannelMessageKind(Model):
    """A kind of message that a channel carries, where it does not carry all."""

    __tablename__ = "channels_kind"
    __versioned__: dict = {}
    __scope__ = SCOPE
    __table_args__ = (UniqueConstraint("channel_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels_channel.id"))
    code: Mapped[str] = mapped_column(String(40), info=field(Choice(_("Only these messages"), dictionary="told_kind")))


Channel.__history__ = (Child(_("Only these messages"), ChannelMessageKind, "channel_id", ("code",), lambda _row: ""),)
