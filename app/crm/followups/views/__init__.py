"""The screens of follow-ups: the work list, the calendar, all follow-ups, and the cycles."""

from flask_appbuilder import AppBuilder

from app.base import choices, recycle, settings
from app.base.choices import Item
from app.base.fields import Choice, Link, LongText, Name, Number, Reckoned, Related, add_filters
from app.base.i18n import _
from app.base.screens import rights
from app.base.screens.frame import quick_adds
from app.base.screens.home import first_page
from app.base.settings import Setting
from app.crm.customers.queries import Customer
from app.crm.customers.services import goes_with
from app.crm.customers.views import hang
from app.crm.followups import queries, rules
from app.crm.followups.models import Followup
from app.crm.followups.queries import FollowupNames
from app.crm.followups.services import followup_bin, followup_kind, go_with_contacts, go_with_customers
from app.crm.followups.views import home
from app.crm.followups.views.calendar import CalendarView, FeedView
from app.crm.followups.views.customer import PART
from app.crm.followups.views.cycles import CycleView
from app.crm.followups.views.entering import page_of
from app.crm.followups.views.filters import WELL_FOLLOWED
from app.crm.followups.views.followups import FollowupView
from app.crm.followups.views.more import Step, add_step
from app.crm.followups.views.today import TodayView
from app.system.files import services as files
from app.system.files.services import Holder
from app.system.search.services import register as register_kind
from app.system.sign_in.views import OPEN_TO_ALL

__all__ = ["CalendarView", "CycleView", "FeedView", "FollowupView", "Step", "TodayView", "add_step", "register"]

settings.groups |= {"followups": _("Follow-ups")}
settings.register(
    Setting(
        "contacts_per_day",
        Number(
            _("Contacts per person and day"),
            help=_("So many customers past their cycle are shown to each person a day, the oldest first."),
            required=True,
            low=0,
            high=999,
        ),
        "followups",
        20,
        _("customers"),
    )
)


def _hanging(name: str, column: str, inner: Choice | Link | LongText) -> Related:
    return Related(inner.label, name=name, column=column, inner=inner, path=queries.alive)


#: What customers can be asked for.
OF_CUSTOMERS = (
    Reckoned(
        _("Work list"),
        name="work_state",
        inner=Choice(_("Work list"), name="work_state", dictionary="work_state"),
        how=queries.work_state,
        beside="owner",
    ),
    _hanging("followup_result", "result", Choice(_("Result of a follow-up"), dictionary="followup_result")),
    _hanging("followup_channel", "channel", Choice(_("Channel of a follow-up"), dictionary="contact_channel")),
    _hanging("followup_content", "content", LongText(_("Said in a follow-up"))),
    _hanging("followed_by", "by_id", Link(_("Followed up by"), to="employee")),
)
#: What follow-ups can be asked for of their customers.
OF_FOLLOWUPS = tuple(
    Related(inner.label, name=name, column=column, inner=inner, path=queries.parents)
    for name, column, inner in (
        ("customer_name", "name", Name(_("Customer name"))),
        ("customer_level", "level", Choice(_("Level of the customer"), dictionary="customer_level")),
        ("customer_owner", "owner_id", Link(_("Owner of the customer"), to="employee")),
    )
)


def _work_states() -> tuple[Item, ...]:
    return tuple(Item(code, str(label), color) for code, (label, color) in rules.WORK_STATES.items())


def register(appbuilder: AppBuilder) -> None:
    choices.references["followup"] = FollowupNames()
    choices.more["work_state"] = _work_states
    recycle.register(followup_bin())
    register_kind(followup_kind())
    goes_with("customer", "followups", go_with_customers)
    goes_with("contact", "followups", go_with_contacts)
    files.register(Holder("followup", _("Follow-up"), Followup, page_of))
    add_filters(Customer, *OF_CUSTOMERS, *WELL_FOLLOWED)
    add_filters(Followup, *OF_FOLLOWUPS)
    hang(PART)
    first_page.add(*home.PARTS)
    rights.words |= {"can_feed": _("Subscribe to the calendar")}
    OPEN_TO_ALL.add("FeedView.read")
    appbuilder.add_view(TodayView, "TodayView", label=_("Work of today"), category="followups")
    appbuilder.add_view(CalendarView, "CalendarView", label=_("Calendar"), category="followups")
    appbuilder.add_view(FollowupView, "FollowupView", label=_("Follow-up records"), category="followups")
    appbuilder.add_view(CycleView, "CycleView", label=_("Contact cycles"), category="followups")
    appbuilder.add_view_no_menu(FeedView)
    quick_adds.append((_("New follow-up"), "message-plus", "FollowupView.add", "can_add", "FollowupView"))
