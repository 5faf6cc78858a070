"""What can be done with many: make opportunities of customers and follow-ups, allocate opportunities."""

from app.base.bulk import Action, Making
from app.base.fields import Choice, Link, Links, LongText
from app.base.i18n import _
from app.crm.assignments.views.bulk import HOW, WEIGHTS
from app.sales.opportunities import services
from app.sales.opportunities.services.allocating import COLUMNS

PEOPLE = Links(
    _("To whom"),
    name="people",
    column="people",
    to="opportunity_owner",
    help=_("One person, or several. Nobody: each goes to the owner of its customer."),
)
NEEDED = Links(
    _("To whom"),
    name="people",
    column="people",
    to="opportunity_owner",
    required=True,
    help=_("One person, or several."),
)
TYPE = Choice(_("Type of opportunity"), name="type", column="type", dictionary="opportunity_type", required=True)
PRODUCT = Link(
    _("Product"), name="product", column="product", to="product", help=_("Its price is the amount to begin with.")
)
NOTE = LongText(_("Note"), name="words", column="words", max_length=200)


def _making(what: str, label: object, making: Making) -> Action:
    apply, plan = {
        "customers": (services.make_of_customers, services.plan_of_customers),
        "followups": (services.make_of_followups, services.plan_of_followups),
    }[what]
    return Action(
        "make_opportunities",
        label,
        apply,
        lambda _given: (),
        icon="target-arrow",
        fields=(TYPE, PRODUCT, PEOPLE, HOW, WEIGHTS, NOTE),
        check=services.check_make,
        plan=plan,
        when_done=services.tell_given,
        making=making,
        asks=_("What they become"),
        hint=_("Whoever gets one without holding its customer may work on that customer from now on."),
    )


OF_CUSTOMERS = _making(
    "customers", _("Make opportunities"), Making(services.stays_of_customers, services.unmake_of_customers)
)
OF_FOLLOWUPS = _making(
    "followups", _("Make opportunities"), Making(services.stays_of_followups, services.unmake_of_followups)
)


def _allocating(name: str, label: object, icon: str, *, is_offered: bool) -> Action:
    return Action(
        name,
        label,
        services.allocate,
        lambda _given: COLUMNS,
        icon=icon,
        permission="allocate",
        fields=(NEEDED, HOW, WEIGHTS, NOTE),
        check=services.check_allocate,
        plan=services.plan_allocate,
        when_done=services.tell_given,
        leaves_reach=True,
        is_offered=is_offered,
        asks=_("Who is to get them"),
        hint=_("Only open ones are given out. Whoever gets one may work on its customer from now on."),
    )


ALLOCATE = _allocating("allocate", _("Allocate"), "user-share", is_offered=True)
HAND_OVER = _allocating("hand_over", _("Hand over"), "transfer", is_offered=False)
