"""The board of tickets: a column per phase, or per state of one type; cards are drawn along the flow's arrows."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.wrappers import Response

from app.base import clock, wording
from app.base.actor import Actor
from app.base.errors import WrongState
from app.base.fields import Choice
from app.base.i18n import _, ngettext
from app.base.screens import markup
from app.base.screens.asking import whole
from app.base.screens.house import screen
from app.base.screens.view import NO_KEY, current_actor
from app.desk.tickets import queries, services
from app.desk.tickets.models import Ticket
from app.desk.tickets.queries import boards
from app.desk.tickets.queries.boards import Narrow
from app.desk.tickets.rules.flows import Arrow
from app.desk.tickets.rules.phases import (
    DISPATCH,
    ENDED,
    OPEN,
    PERMISSION,
    PHASES,
    RESUME,
    REVISIT,
    SOLVE,
    TAKE,
    UNSOLVED,
    WITH_REASON,
    Verb,
)
from app.desk.tickets.views import asked, rowing, steps
from app.system.sign_in.views import own_path

MOST_CARDS = 30
ENDPOINTS: Mapping[str, str] = {DISPATCH: "dispatch_ticket"}
TYPES = Choice(dictionary="ticket_type")
WHOSE = {"": _("All I see"), "me": _("With me"), "queues": _("In my queues")}


def view() -> Any:
    """Return the screen of tickets."""
    return screen("TicketView")


class TicketBoardView(BaseView):
    route_base = "/ticket-board"
    class_permission_name = "TicketView"
    base_permissions = ["can_list", "can_work"]
    default_view = "board"
    menu_place = 10

    @expose("/")
    @has_access
    @permission_name("list")
    def board(self) -> str:
        """Show the open tickets in columns. ``whose``: me or queues; ``queue``; ``type``: its own states."""
        narrow = _asked()
        counted, cards = boards.standing(narrow), boards.cards(narrow, limit=MOST_CARDS)
        mine = queries.writable([one.id for part in cards.values() for one in part], current_actor())
        here = request.full_path.rstrip("?")
        move = url_for("TicketBoardView.move", pk=NO_KEY, next=here)
        drawn = [
            _column(code, label, color, counted.get(code, 0))
            | {"cards": [_card(one, narrow, here, move, is_mine=one.id in mine) for one in cards.get(code, ())]}
            for code, label, color in _columns(narrow, counted)
        ]
        for one in drawn:
            left = counted.get(one["code"], 0) - len(one["cards"])
            one["more"], one["more_url"] = (wording.number(left) if left > 0 else None), _more(one["code"], narrow)
        total = sum(counted.values())
        page = {
            "title": _("Ticket board"),
            "crumbs": [{"label": _("Tickets"), "url": None}],
            "columns": drawn,
            "total": ngettext("%(n)s open ticket", "%(n)s open tickets", total, n=wording.number(total)),
            "narrowing": _narrowing(narrow),
            "add_url": url_for("TicketView.add") if view().may("add") else None,
            "may_move": view().may("work"),
        }
        return self.render_template("zhike/tickets/board.html", page=page)

    @expose("/<pk>/move", methods=["POST"])
    @has_access
    @permission_name("work")
    def move(self, pk: str) -> Response:
        """Take the step that leads to the column ``stage``; what asks something opens its form. ``next``: back."""
        record, actor = view().record(pk, write=True), current_actor()
        stage, back = request.values.get("stage", "")[:40], own_path(request.values.get("next", ""))
        revision = whole(request.values.get("revision"))
        ways = [one for one in _ways(record, actor) if stage in _ends(record, one[1])]
        found = next(
            (one for one in ways if stage == one[1].target), ways[0] if ways else None
        )  # a state before a phase
        if found is None:
            flash(str(WrongState(_("The flow leads no such way, or not for you."))), "danger")
            return redirect(back)
        verb, arrow = found
        if _asks(verb, arrow):
            endpoint = f"TicketView.{ENDPOINTS.get(verb, verb)}"
            return redirect(url_for(endpoint, pk=record.id, next=back, to=arrow.target))
        service = getattr(services, verb)
        to = stage if verb == RESUME else arrow.target  # without a state in mind it goes on where it stood
        done = _("“%(title)s” went on.") % {"title": record.title}
        view().perform(lambda: service(record, {"to": to}, actor=actor, revision=revision), done=done)
        return redirect(back)


def _ways(record: Ticket, actor: Actor) -> list[tuple[Verb, Arrow]]:
    """Return the steps by which this person may draw a card."""
    return [
        (verb, arrow)
        for verb, arrow in steps.possible(record, actor)
        if verb != REVISIT and view().may(PERMISSION[verb]) and (verb not in (DISPATCH, TAKE) or not record.assignee_id)
    ]


def _ends(record: Ticket, arrow: Arrow) -> tuple[str, str]:
    """Return the columns to which an arrow leads: its state's, and its phase's."""
    return arrow.target, str(queries.edition(record.edition_id).flow.state(arrow.target).phase)


def _asks(verb: Verb, arrow: Arrow) -> bool:
    return verb in (DISPATCH, SOLVE) or verb in WITH_REASON or bool(arrow.needs)


def _columns(narrow: Narrow, counted: Mapping[str, int]) -> list[tuple[str, object, str]]:
    """Return the columns: code, words, colour. Of one type its states now, and those of older editions in use."""
    if not narrow.type:
        return [(str(code), *PHASES[code]) for code in PHASES if code in OPEN]
    states = queries.edition_for(narrow.type).flow.states
    found = [(one.code, queries.label(one), one.color) for one in states if one.phase not in ENDED]
    known = {one[0] for one in found}
    older = [one for code, one in queries.states_of(narrow.type).items() if code in counted and code not in known]
    return [*found, *[(one.code, queries.label(one), one.color) for one in older]]


def _column(code: str, label: object, color: str, count: int) -> dict[str, Any]:
    return {"code": code, "label": label, "color": color, "n": wording.number(count)}


def _more(code: str, narrow: Narrow) -> str:
    conditions: list[Mapping[str, Any]] = [{"field": "state" if narrow.type else "phase", "op": "is", "value": code}]
    if narrow.type:
        conditions.append({"field": "type", "op": "is", "value": narrow.type})
    if narrow.is_mine:
        conditions.append(asked.MINE)
    if narrow.in_queues:
        conditions.append(asked.IN_MY_QUEUES)
    if narrow.queue_id is not None:
        conditions.append({"field": "queue", "op": "is", "value": str(narrow.queue_id)})
    return asked.url_of(*conditions)


def _card(record: Ticket, narrow: Narrow, here: str, move: str, *, is_mine: bool) -> dict[str, Any]:
    shows, actor = view(), current_actor()
    ways = _ways(record, actor) if is_mine else []
    at = 0 if narrow.type else 1
    move_url = f"{move.replace(NO_KEY, str(record.id), 1)}&revision={record.revision}" if ways else None
    days = (clock.today() - clock.local(record.created_at).date()).days
    return {
        "id": record.id,
        "title": record.title,
        "number": record.number,
        "url": shows.row_url("show", record) if shows.may("show") else None,
        "customer": str(record.customer or ""),
        "priority": priority(record),
        "due": markup.moment(record.due_at) if record.due_at and record.phase in UNSOLVED else None,
        "is_overdue": asked.is_overdue(record),
        "age": ngettext("%(n)s day", "%(n)s days", days, n=days),
        "progress": record.progress,
        "remark": record.last_remark or "",
        "owner": str(record.assignee) if record.assignee is not None else "",
        "owner_color": markup.color_of(str(record.assignee)) if record.assignee is not None else "gray",
        "actions": rowing.steps_of(shows, record, back=here) if is_mine else [],
        "move_url": move_url,
        "to": " ".join(dict.fromkeys(_ends(record, arrow)[at] for _verb, arrow in ways)),
    }


def priority(record: Any) -> tuple[str, str] | None:
    """Return the words and the colour of a ticket's priority, if it is above the usual."""
    item = view().specs["priority"].values.by_code.get(record.priority)
    return (item.label, item.color) if item is not None and record.priority in ("urgent", "high") else None


# ── what it is narrowed to ──


def _asked() -> Narrow:
    """Return what the address narrows to; what cannot be meant is left out."""
    given, whose = request.args, request.args.get("whose", "")
    queue, kind = whole(given.get("queue")), given.get("type", "")
    known = kind if kind in TYPES.values.by_code else None
    return Narrow(current_actor().id, whose == "me", whose == "queues", queue, known)


def _narrowing(narrow: Narrow) -> dict[str, Any]:
    whose = "me" if narrow.is_mine else "queues" if narrow.in_queues else ""
    queues: Sequence[Any] = queries.queues(is_active=True)
    return {
        "url": url_for("TicketBoardView.board"),
        "whose": [(code, label, code == whose) for code, label in WHOSE.items()],
        "queues": [(one.id, one.name, one.id == narrow.queue_id) for one in queues],
        "types": [(one.code, one.label, one.code == narrow.type) for one in TYPES.values.active],
        "is_narrowed": bool(request.args),
    }
