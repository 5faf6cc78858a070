"""Assigning, recalling, handing over: what can be done with who holds many customers at once."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement

from app.base import settings
from app.base.actor import Actor
from app.base.bulk import Action, Applied, Given, Plan
from app.base.fields import Boolean, Choice, Links, LongText, Text
from app.base.i18n import _
from app.crm.assignments import services
from app.crm.customers import services as customers

LONGEST_WORDS = 200

PEOPLE = Links(
    _("To whom"), name="people", column="people", to="receiver", required=True, help=_("One person, or several.")
)
HOW = Choice(
    _("Spread"),
    name="how",
    column="how",
    dictionary="assignment_way",
    help=_("Only where several people were chosen; evenly unless you say otherwise."),
)
WEIGHTS = Text(
    _("Weights"), name="weights", column="weights", help=_("In the order of the people, such as 3:2:1."), max_length=500
)
BEYOND = Boolean(
    _("Beyond the limit"),
    name="beyond",
    column="beyond",
    help=_("Give people more than they may hold. Needs a permission of its own."),
)
NOTE = LongText(_("Note"), name="words", column="words", max_length=LONGEST_WORDS)
REASON = Choice(_("Reason"), name="reason", column="reason", dictionary="recall_reason", required=True)


def plan(where: ColumnElement[bool], count: int, given: Given, actor: Actor) -> Plan:
    """Return who would get how many."""
    return services.plan_assign(where, count, given, actor, house=settings.value("hold_limit"))


def give(ids: Sequence[int], given: Given, actor: Actor) -> Applied:
    """Give customers out as it was planned."""
    return services.assign(ids, given, actor, house=settings.value("hold_limit"))


def assigning(name: str, label: object, icon: str, *, is_offered: bool) -> Action:
    """Return an action that gives customers out."""
    return Action(
        name,
        label,
        give,
        lambda _given: customers.OWNING,
        icon=icon,
        permission="assign",
        fields=(PEOPLE, HOW, WEIGHTS, BEYOND, NOTE),
        check=services.check_assign,
        after=customers.told,
        plan=plan,
        amid_undo=lambda: customers.because("undo"),
        when_done=services.tell_given,
        when_undone=services.tell_undone,
        leaves_reach=True,
        is_offered=is_offered,
        asks=_("Who is to get them"),
        hint=_("Everybody's limit is kept: what is beyond it is left alone, and named."),
    )


ASSIGN = assigning("assign", _("Assign"), "user-share", is_offered=True)
HAND_OVER = assigning("hand_over", _("Hand over"), "transfer", is_offered=False)
RECALL = Action(
    "recall",
    _("Recall"),
    services.recall,
    lambda _given: customers.OWNING,
    icon="user-minus",
    danger=True,
    fields=(REASON, NOTE),
    check=services.check_recall,
    after=customers.told,
    amid_undo=lambda: customers.because("undo"),
    when_done=services.tell_recalled,
    when_undone=services.tell_undone,
    leaves_reach=True,
    asks=_("Why"),
    hint=_("They stand in the pool then; whoever held them is told why."),
)
MOVE_ALONG = Action(
    "move_along",
    _("Move along"),
    services.move_along,
    lambda _given: services.MOVED,
    icon="building",
    permission="assign",
    check=services.check_move,
    after=customers.told,
    leaves_reach=True,
    is_offered=False,
)
#: For every list of customers; hand over and move along are begun from the screen of handovers.
ACTIONS = (ASSIGN, RECALL)
HIDDEN = (HAND_OVER, MOVE_ALONG)
