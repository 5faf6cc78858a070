"""What the house sets about recall."""

from app.base import settings
from app.base.fields import TimeOfDay
from app.base.i18n import _
from app.base.settings import Setting
from app.crm.recalls.models import DaysBefore, stages_of


def declare() -> None:
    """Make the settings known."""
    settings.register(
        Setting(
            "recall_run_at",
            TimeOfDay(
                _("Time of the recall"),
                required=True,
                help=_("Every night at this time (business zone) warnings are sent, and due customers recalled."),
            ),
            "pool",
            "02:00",
        ),
        Setting(
            "recall_warning_days",
            DaysBefore(
                _("Warnings before a recall"),
                max_length=60,
                help=_("Days before, such as “7, 3, 1”; a rule may have its own. Empty: no warning."),
            ),
            "pool",
            "7, 3, 1",
            _("days"),
        ),
    )


def protection_days() -> int:
    """Return how long after its assignment a customer is not recalled."""
    days: int = settings.value("protection_days")
    return days


def stages() -> tuple[int, ...]:
    """Return how many days before a recall its owner is warned."""
    return stages_of(settings.value("recall_warning_days"))
