"""Many tickets at once: dispatch, transfer, close, cancel. Each is a part of a run, undone as one. Source: TKT-7."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select

from app.base import choices, inbox, wording
from app.base.actor import SYSTEM, Actor, current_actor
from app.base.bulk import Applied, Given, Plan
from app.base.errors import DomainError, Invalid, InvalidFields, WrongState
from app.base.i18n import _
from app.base.inbox import Place
from app.base.scope import condition, unscoped
from app.base.sentences import lasting
from app.crm.assignments import services as assignments
from app.crm.assignments.services import Receiver
from app.crm.assignments.services import Way as Spread
from app.crm.customers.queries import Customer
from app.crm.renewals.queries import limited, limited_among
from app.desk.tickets import queries
from app.desk.tickets.models import Ticket
from app.desk.tickets.queries.people import workers
from app.desk.tickets.rules import tickets as rules
from app.desk.tickets.rules.flows import ASSIGNEE, check_verb_permitted, missing
from app.desk.tickets.rules.phases import CANCEL, CLOSE, DISPATCH, IN_HANDS, NEW, REVIEWED, UNSOLVED, Phase, Verb
from app.desk.tickets.services import answering, stepping, steps
from app.desk.tickets.services.handing import WHY_NOT, kept
from app.desk.tickets.services.stepping import Way
from app.desk.tickets.services.steps import TRANSFERRED, Hands
from app.extensions import db
from app.sales.opportunities.services.spreading import Dealing

HEADS = (_("Person"), _("In hand now"), _("Gets"), _("Will have"))
BUSY = _("Somebody has it already, or it is not waiting to be dispatched.")
LIMITED = _("The service of its customer has run out: renew it, or ask for an exception.")
DONE = _("Nothing is left to do about it.")
ASKS_MORE = _("The flow asks for more before this step: do it on the ticket's page.")


# ── to whom ──


def check_receivers(given: Given, _actor: Actor) -> None:
    """Raise Invalid or InvalidFields for receivers, a queue or weights that cannot be meant."""
    people, queue = list(given.get("people") or ()), queries.queue(given.get("queue"))
    if bool(people) == (given.get("queue") is not None):
        raise InvalidFields({"people": _("Choose people, or a queue: one of both.")})
    if given.get("queue") is not None and (queue is None or not queue.is_active):
        raise InvalidFields({"queue": _("This queue is not in use any more: choose another.")})
    if not people:
        return
    assignments.check_people(people)
    names, unable = choices.labels("employee", people), workers(people)
    for key, why in unable.items():
        raise Invalid(WHY_NOT[why], name=names.get(key, f"#{key}"))
    if assignments.way(given.get("how"), len(people)) == Spread.BY_WEIGHT:
        assignments.weights(given.get("weights"), receivers=len(people))


def check_transfer(given: Given, actor: Actor) -> None:
    """Raise InvalidFields without a reason; else as ``check_receivers``."""
    rules.check_reason(given.get("words"))
    check_receivers(given, actor)


def check_words(given: Given, _actor: Actor) -> None:
    """Raise InvalidFields without a reason."""
    rules.check_reason(given.get("words"))


def plan_dispatch(where: ColumnElement[bool], count: int, given: Given, actor: Actor) -> Plan:
    """Return who would get how many of those that nobody has, and how many stay since their service has run out."""
    free = [where, condition(Ticket, actor, write=True), Ticket.phase == NEW, Ticket.assignee_id.is_(None)]
    waiting = db.session.scalar(select(func.count(Ticket.id)).where(*free)) or 0
    late = select(func.count(Ticket.id)).join(Customer, Customer.id == Ticket.customer_id)
    free += [Ticket.deleted_at.is_(None), Ticket.is_excepted.is_(False), limited(Customer.__table__)]
    with unscoped("whether a customer may be served is told to whoever serves it"):
        short = db.session.scalar(late.where(*free)) or 0
    others, warnings = count - waiting, []
    if others > 0:
        warnings.append(_("%(n)s are not waiting to be dispatched, and stay.") % {"n": others})
    if short:
        warnings.append(_("%(n)s stay, since the service of their customers has run out.") % {"n": short})
    return _planned(given, waiting - short, {}, warnings)


def plan_transfer(where: ColumnElement[bool], count: int, given: Given, actor: Actor) -> Plan:
    """Return who would get how many of those on which something is left to do."""
    open_ones = (where, condition(Ticket, actor, write=True), Ticket.phase.in_(sorted(UNSOLVED)))
    counted = select(Ticket.assignee_id, Ticket.phase, func.count(Ticket.id)).where(*open_ones)
    rows = db.session.execute(counted.group_by(Ticket.assignee_id, Ticket.phase)).all()
    meant, held = sum(n for _person, _phase, n in rows), defaultdict[int, int](int)
    free = sum(n for person, _phase, n in rows if person is None) if given.get("people") else 0
    for person, phase, n in rows:
        if person is not None and phase in IN_HANDS:
            held[person] += n
    warnings = [_("%(n)s are at their end, and stay.") % {"n": count - meant}] if count > meant else []
    if free:
        warnings.append(_("%(n)s are with nobody, and stay: they are dispatched.") % {"n": free})
    return _planned(given, meant - free, held, warnings)


def _planned(given: Given, count: int, held: Mapping[int, int], warnings: Sequence[object]) -> Plan:
    people = list(given.get("people") or ())
    if not people:
        queue = queries.queue(given.get("queue"))
        lines: list[tuple[object, ...]] = [(queue.name if queue is not None else "", "", wording.number(count), "")]
        return Plan({**given, "left": count, "got": []}, HEADS, lines, warnings)
    how = assignments.way(given.get("how"), len(people))
    is_weighed = how == Spread.BY_WEIGHT
    weighing = assignments.weights(given.get("weights"), receivers=len(people)) if is_weighed else [1] * len(people)
    now, names = queries.loads(people), choices.labels("employee", people)
    receivers = [Receiver(key, now[key] - held.get(key, 0), weighing[place]) for place, key in enumerate(people)]
    shares = assignments.shares(how, count, receivers)
    lines = [_line(names.get(key, f"#{key}"), now[key], shares[key], held.get(key, 0)) for key in people]
    return Plan({**given, "shares": [[key, n] for key, n in shares.items()], "got": []}, HEADS, lines, warnings)


def _line(name: str, now: int, gets: int, held: int) -> tuple[object, ...]:
    return name, wording.number(now), wording.number(gets), wording.number(now - held + gets)


class _Hands:
    """To whom one ticket after the other goes: into the queue, or to whoever has a share left."""

    def __init__(self, given: Given) -> None:
        self.given, self.queue = given, given.get("queue")
        self.dealing = Dealing(given.get("shares", ()))

    def next(self, owner: int | None = None) -> Hands | None:
        if self.queue is not None:
            return Hands(None, self.queue)
        person = self.dealing.give(owner)
        return Hands(person) if person is not None else None

    def told(self, changed: int) -> Given:
        if self.queue is not None:
            before = sum(n for _key, n in self.given.get("got", ()))
            return {**self.given, "got": [[0, before + changed]]}
        return self.dealing.told(self.given)


# ── giving ──


def dispatch_many(ids: Sequence[int], given: Given, actor: Actor) -> Applied:
    """Give some of a run's tickets that nobody has to people, or put them into a queue."""
    rows, to = stepping.held(ids, actor), _Hands(given)
    short = limited_among({row.customer_id for row in rows if not row.is_excepted})
    ways, refused, said = list[Way](), dict[int, object](), dict[str, object]()
    busy, late, words = lasting(BUSY), lasting(LIMITED), given.get("words") or ""
    for row in rows:
        if row.phase != NEW or row.assignee_id is not None:
            refused[row.id] = busy
        elif row.customer_id in short and not row.is_excepted:
            refused[row.id] = late
        elif (why := _why_not_along(row, words, actor) if to.queue is None else None) is not None:
            refused[row.id] = said.setdefault(str(why), lasting(why))
        elif (hands := to.next()) is not None:
            ways.append(Way(row, _dispatched(row, hands), hands))
    changed = stepping.walk(ways, verb=DISPATCH, words=words, actor=actor)
    return Applied(changed, refused, to.told(len(changed)))


def _why_not_along(row: Any, words: str, actor: Actor) -> object | None:
    """Return why a ticket does not go along the arrow by which it is dispatched; None where it may."""
    arrow = queries.edition(row.edition_id).flow.handing(row.state)
    if arrow is None:
        return None
    try:
        check_verb_permitted(arrow, who=steps.what(row, actor) | {ASSIGNEE}, is_system=actor.is_system)
    except WrongState as refusal:
        return refusal.message
    return ASKS_MORE if missing(arrow, _held(row) | {"words": words}) else None


def _held(row: Any) -> dict[str, Any]:
    return {name: getattr(row, column) for name, column in steps.COLUMNS.items()}


def _dispatched(row: Any, hands: Hands) -> Any:
    flow = queries.edition(row.edition_id).flow
    arrow = flow.handing(row.state) if hands.assignee_id is not None else None
    return flow.state(arrow.target if arrow is not None else row.state)


def transfer_many(ids: Sequence[int], given: Given, actor: Actor) -> Applied:
    """Give some of a run's tickets, whoever has them, to people, or put them into a queue.

    What nobody has goes into a queue only: to people it is dispatched.
    """
    rows, to = stepping.held(ids, actor), _Hands(given)
    ways, refused, done, free = list[Way](), dict[int, object](), lasting(DONE), lasting(rules.UNDISPATCHED)
    for row in rows:
        flow = queries.edition(row.edition_id).flow
        if row.phase not in UNSOLVED:
            refused[row.id] = done
        elif row.assignee_id is None and to.queue is None:
            refused[row.id] = free
        elif (hands := to.next(row.assignee_id)) is not None and hands.assignee_id != (row.assignee_id or 0):
            target = flow.state(kept(row)) if hands.assignee_id is not None else flow.first
            ways.append(Way(row, target, hands))
    changed = stepping.walk(ways, verb=TRANSFERRED, words=given["words"], actor=actor)
    return Applied(changed, refused, to.told(len(changed)))


# ── ending ──


def close_many(ids: Sequence[int], given: Given, actor: Actor) -> Applied:
    """Close those of a run's tickets that are solved."""
    return _end(ids, given, actor, CLOSE)


def cancel_many(ids: Sequence[int], given: Given, actor: Actor) -> Applied:
    """Cancel those of a run's tickets on which something is left to do, for the reason in ``words``."""
    return _end(ids, given, actor, CANCEL)


def _end(ids: Sequence[int], given: Given, actor: Actor, verb: Verb) -> Applied:
    ways, refused = list[Way](), dict[int, object]()
    said: dict[str, object] = {}  # one sentence for all that it is said of
    for row in stepping.held(ids, actor):
        try:
            ways.append(_ending(row, given, actor, verb))
        except DomainError as refusal:
            refused[row.id] = said.setdefault(str(refusal), lasting(refusal.message))
    return Applied(stepping.walk(ways, verb=verb, words=given.get("words") or "", actor=actor), refused)


def _ending(row: Any, given: Given, actor: Actor, verb: Verb) -> Way:
    flow = queries.edition(row.edition_id).flow
    arrow = flow.arrow(row.state, verb)
    check_verb_permitted(arrow, who=steps.what(row, actor), is_system=actor.is_system)
    if missing(arrow, _held(row) | {"words": given.get("words")}):
        raise Invalid(ASKS_MORE)
    has_revisit = any(one.phase == REVIEWED for one in flow.states)
    end = rules.end_of(Phase(row.phase), has_revisit=has_revisit) if verb == CLOSE else None
    return Way(row, flow.state(arrow.target), end=end)


# ── afterwards ──


def after(ids: Sequence[int]) -> None:
    """Keep what taking back a run did, and let answered requests follow their tickets."""
    actor = current_actor() or SYSTEM
    stepping.keep_returns(ids, by_id=actor.id)
    answering.follow(ids, actor=actor)


def tell_given(run_id: int, given: Given, actor: Actor) -> None:
    """Tell everybody who got tickets by a run how many, in the transaction that ends it: one message per person."""
    place, key = Place("TicketView.list"), f"tickets given:{run_id}"
    told: dict[int, int] = defaultdict(int)
    for person, count in given.get("got", ()):
        for one in [person] if person else queries.members_of(given["queue"]):
            told[one] += count
    for one, count in told.items():
        if count and one != actor.id:
            params = {"count": count, "words": (given.get("words") or "")[:200]}
            inbox.tell([one], "tickets_given", params=params, link=place, key=key, actor=actor)
