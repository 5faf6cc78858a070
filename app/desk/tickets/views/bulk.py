"""What can be done with many tickets: dispatch, transfer, close, cancel, answer several requests by one."""

from app.base.bulk import Action
from app.base.fields import Link, Links, LongText
from app.base.i18n import _
from app.crm.assignments.views.bulk import HOW, WEIGHTS
from app.desk.tickets.services import answering, many
from app.desk.tickets.services.stepping import COLUMNS

PEOPLE = Links(
    _("To whom"), name="people", column="people", to="ticket_worker", help=_("One person, or several. Or a queue.")
)
QUEUE = Link(
    _("Or into a queue"),
    name="queue",
    column="queue",
    to="ticket_queue",
    help=_("Whoever works in it may take the ticket."),
)
REMARK = LongText(_("Remark"), name="words", column="words", max_length=300)
WHY = LongText(_("Why"), name="words", column="words", max_length=300, required=True)
ANSWERER = Link(_("Ticket that answers them"), name="ticket", column="ticket", to="ticket", required=True)

DISPATCH = Action(
    "dispatch_many",
    _("Dispatch"),
    many.dispatch_many,
    lambda _given: COLUMNS,
    icon="user-share",
    permission="dispatch",
    fields=(PEOPLE, QUEUE, HOW, WEIGHTS, REMARK),
    check=many.check_receivers,
    plan=many.plan_dispatch,
    after=many.after,
    when_done=many.tell_given,
    leaves_reach=True,
    asks=_("Who is to get them"),
    hint=_("Only those that nobody has are dispatched; the others are left alone, and named."),
)


def _transferring(name: str, label: object, *, is_offered: bool) -> Action:
    return Action(
        name,
        label,
        many.transfer_many,
        lambda _given: COLUMNS,
        icon="transfer",
        permission="transfer",
        fields=(PEOPLE, QUEUE, HOW, WEIGHTS, WHY),
        check=many.check_transfer,
        plan=many.plan_transfer,
        after=many.after,
        when_done=many.tell_given,
        leaves_reach=True,
        is_offered=is_offered,
        asks=_("Who is to go on with them"),
        hint=_("What is at its end is left alone. Whoever had one takes part in it from now on."),
    )


TRANSFER = _transferring("transfer_many", _("Transfer"), is_offered=True)
HAND_OVER = _transferring("hand_over", _("Hand over"), is_offered=False)
CLOSE = Action(
    "close_many",
    _("Close"),
    many.close_many,
    lambda _given: COLUMNS,
    icon="lock",
    permission="close",
    fields=(REMARK,),
    after=many.after,
    asks=_("A remark, if you like"),
    hint=_("Only what is solved is closed; the others are left alone, and named."),
)
CANCEL = Action(
    "cancel_many",
    _("Cancel tickets"),
    many.cancel_many,
    lambda _given: COLUMNS,
    icon="ban",
    permission="cancel",
    danger=True,
    fields=(WHY,),
    check=many.check_words,
    after=many.after,
    asks=_("Why"),
    hint=_("It stands in the flow records of each."),
)
ANSWER = Action(
    "answer_many",
    _("Answer by one ticket"),
    answering.answer,
    lambda _given: COLUMNS,
    icon="arrows-join",
    permission="work",
    fields=(ANSWERER,),
    check=answering.check_answer,
    after=many.after,
    asks=_("Which ticket answers them"),
    hint=_("They are closed with it, and opened again with it."),
)
ACTIONS = (DISPATCH, TRANSFER, CLOSE, CANCEL, ANSWER, HAND_OVER)
