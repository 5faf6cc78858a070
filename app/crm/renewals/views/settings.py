"""What the house sets about expiry."""

from dataclasses import dataclass

from app.base import normal, settings
from app.base.fields import Boolean, Number, Text, TimeOfDay, Value
from app.base.i18n import _
from app.base.settings import Setting
from app.crm.renewals import rules
from app.crm.renewals.models.line import WITHIN
from app.crm.renewals.queries.lines import LIMITS

OFFSETS = "fee_reminder_offsets"
#: However somebody separates numbers, and writes what lies below zero.
SIGNS = str.maketrans("，、；;\n−–—－＋+", ",,,,,----  ")


@dataclass(frozen=True)
class Offsets(Text):
    """Days before an end, the earliest first, below zero after it: "30, 7, 0, -7"."""

    def read(self, raw: Value) -> str:
        typed = normal.text(str(raw)).translate(SIGNS).split(",")
        parts = [part for one in typed if (part := one.replace(" ", ""))]
        return ", ".join(map(str, rules.read_offsets(parts)))


def declare() -> None:
    """Make the settings known."""
    settings.groups |= {"fees": _("Service fees")}
    settings.register(
        Setting(
            WITHIN,
            Number(
                _("Services are expiring"),
                help=_("So many days before its last day a service stands under “Expiring soon”."),
                required=True,
                low=1,
                high=365,
            ),
            "fees",
            30,
            _("days before"),
        ),
        Setting(
            OFFSETS,
            Offsets(
                _("Reminders of ends"),
                max_length=120,
                help=_("Days before the last day, below zero after it, such as “30, 7, 0, -7”. Empty: no reminder."),
            ),
            "fees",
            "30, 15, 7, 1, 0, -1, -7, -30",
            _("days"),
        ),
        Setting(
            "fee_reminder_at",
            TimeOfDay(
                _("Time of the reminders"),
                required=True,
                help=_("Every day at this time (business zone) people are reminded of what ends."),
            ),
            "fees",
            "08:00",
        ),
        Setting(
            LIMITS,
            Boolean(
                _("Service is limited without a fee"),
                required=True,
                help=_("Customers whose last approved period is over are marked, until finance approves a new one."),
            ),
            "fees",
            True,  # noqa: FBT003 - a value
        ),
    )


def offsets() -> tuple[int, ...]:
    """Return how many days before and after an end people are reminded."""
    return rules.offsets_of(settings.value(OFFSETS))
