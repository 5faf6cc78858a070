"""What the house allows: the settings of the pool, read here and handed to the services."""

from app.base import settings
from app.base.fields import Number
from app.base.i18n import _
from app.base.settings import Setting
from app.crm.pool.rules import Terms

settings.groups |= {"pool": _("Pool and limits")}
settings.register(
    Setting(
        "hold_limit",
        Number(
            _("Customers one may hold"),
            required=True,
            low=0,
            high=1_000_000,
            help=_("Of whoever has no limit of their own, under “Limits”. 0 is no limit."),
        ),
        "pool",
        200,
        _("customers"),
    ),
    Setting(
        "claim_per_day",
        Number(
            _("Claims a day"),
            required=True,
            low=0,
            high=10_000,
            help=_("Releasing a customer does not give a claim back. 0 is no limit."),
        ),
        "pool",
        20,
        _("customers"),
    ),
    Setting(
        "protection_days",
        Number(
            _("Protection"),
            required=True,
            low=0,
            high=365,
            help=_("So long after it was assigned, a customer is not recalled by itself."),
        ),
        "pool",
        7,
        _("days"),
    ),
    Setting(
        "cooling_days",
        Number(
            _("Cooling"),
            required=True,
            low=0,
            high=3650,
            help=_("So long nobody claims again what they released or what was recalled from them. 0 is no limit."),
        ),
        "pool",
        30,
        _("days"),
    ),
    Setting(
        "embargo_hours",
        Number(
            _("Embargo"),
            required=True,
            low=0,
            high=8760,
            help=_("So long after it came into the pool, nobody claims a customer. 0 is no limit."),
        ),
        "pool",
        0,
        _("hours"),
    ),
)


def terms() -> Terms:
    """Return what is allowed now."""
    names = ("hold_limit", "claim_per_day", "cooling_days", "embargo_hours")
    return Terms(**{name: settings.value(name) for name in names})
