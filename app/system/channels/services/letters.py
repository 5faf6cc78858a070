"""What leaves: one letter in words, and the channel it leaves by, loose from the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

NONE, STARTTLS, TLS = SECURITIES = ("none", "starttls", "tls")


@dataclass(frozen=True)
class Account:
    """A channel as one needs it to send: its row, loose from the database, with its secrets."""

    id: int
    kind: str
    host: str = ""
    port: int = 0
    security: str = NONE
    username: str = ""
    from_address: str = ""
    endpoint: str = ""
    sign_name: str = ""
    template_code: str = ""
    variables: str = ""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, channel: Any) -> "Account":
        names = "host port security username from_address endpoint sign_name template_code variables".split()
        given = {name: getattr(channel, name) for name in names if getattr(channel, name)}
        return cls(id=channel.id, kind=channel.kind, secrets=dict(channel.secrets or {}), **given)


@dataclass(frozen=True)
class Letter:
    """One letter in words, in the recipient's language."""

    mail_id: str
    to: str  # an address of mail, or a mobile number; "" for a group
    name: str
    subject: str
    text: str
    site: str
    language: str = "zh_Hans"
    html: str = ""
    mobiles: Sequence[str] = ()  # whom to mention in a group
    values: Mapping[str, str] = field(default_factory=dict)  # for the variables of text messages


class Out(Protocol):
    """A way out that stands open for several letters."""

    def send(self, letter: Letter) -> str:
        """Send a letter; return what the other side answered. Raises Undelivered."""
