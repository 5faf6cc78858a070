"""The kinds of channels, the life of a delivery, and how often it is tried."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from app.base.errors import WrongState
from app.base.i18n import _
from app.base.workflow import Workflow


class ChannelKind(StrEnum):
    """What a channel is. The codes are those of the dictionary notice_channel."""

    EMAIL = "email"
    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"
    SMS = "sms"


EMAIL, WECOM, DINGTALK, FEISHU, SMS = ChannelKind
ROBOTS = frozenset({WECOM, DINGTALK, FEISHU})
ROBOT = "robot"
FAMILIES = (EMAIL.value, SMS.value, ROBOT)  # what people choose among, and what templates are written for


def family_of(kind: str) -> str:
    """Return the family of a kind of channel: all robots are one."""
    return ROBOT if kind in ROBOTS else str(kind)


def check_alone(kind: str, others_on: int) -> None:
    """Raise WrongState if a second channel were to carry the same mail or text message to the same person."""
    if others_on and kind not in ROBOTS:
        raise WrongState(
            _("Another channel of this kind is switched on: everything would arrive twice. Switch it off.")
        )


class State(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    GIVEN_UP = "given_up"


WAITING, SENDING, SENT, FAILED, GIVEN_UP = State
ENDED = (SENT, GIVEN_UP)
RESENT = (FAILED, GIVEN_UP)

LIFECYCLE = Workflow(
    ("take", {WAITING, FAILED, SENDING}, SENDING),  # sending: its sender was not heard of in time
    ("arrive", {SENDING}, SENT),
    ("fail", {SENDING}, FAILED),
    ("give_up", {SENDING}, GIVEN_UP),
    ("resend", {FAILED, GIVEN_UP}, WAITING),
    refusals={
        WAITING: _("This message waits to be sent already."),
        SENDING: _("This message is being sent."),
        SENT: _("This message was sent."),
    },
)

STATE_NAMES: Mapping[State, object] = {
    WAITING: _("Waiting"),
    SENDING: _("Being sent"),
    SENT: _("Sent"),
    FAILED: _("Failed, tried again"),
    GIVEN_UP: _("Given up"),
}
STATE_COLORS = {WAITING: "gray", SENDING: "blue", SENT: "green", FAILED: "amber", GIVEN_UP: "red"}

#: After the first failure, the second …: about a day and a half in all.
DELAYS_MINUTES = (1, 2, 5, 15, 30, 60, 120, 240, 480, 480, 480)
OLDEST = timedelta(days=3)  # what has not left by then is no news any more
MOST_TAKEN = 30  # a letter whose sender died so often is left alone
KEPT = timedelta(days=90)  # a delivery that was sent or given up


def state_after(state: str, verb: str) -> State:
    """Return the state after a verb. Raises WrongState where it cannot be done."""
    return State(LIFECYCLE.after(verb, State(state)))


def next_try(tries: int, *, now: datetime, since_at: datetime) -> datetime | None:
    """Return when to try again after so many tries; None: not any more."""
    if tries > len(DELAYS_MINUTES):
        return None
    again = now + timedelta(minutes=DELAYS_MINUTES[max(tries, 1) - 1])
    return again if again - since_at < OLDEST else None
