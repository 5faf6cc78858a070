"""What can be done with tickets and their flows. One verb, one transaction."""

from app.desk.tickets.services import answering, deleting, excepting, keycustomers, many, recycling
from app.desk.tickets.services.closing import close_overdue
from app.desk.tickets.services.deleting import delete, restore
from app.desk.tickets.services.excepting import allow_exception, ask_exception
from app.desk.tickets.services.flowing import (
    advance,
    cancel,
    close,
    reopen,
    resume,
    revisit,
    solve,
    wait,
)
from app.desk.tickets.services.flows import add_flow, save_flow, seed
from app.desk.tickets.services.handing import accept, check_worker, dispatch, give_back, take, transfer
from app.desk.tickets.services.importing import TicketTarget
from app.desk.tickets.services.intake import Caller, chosen, look_up, take_in
from app.desk.tickets.services.opening import OWN, change, follow_on, from_followup, number, of_token, open_ticket
from app.desk.tickets.services.queues import add_queue, add_route, change_queue, change_route
from app.desk.tickets.services.searching import ticket_kind
from app.desk.tickets.services.steps import COLUMNS, hold, what
from app.desk.tickets.services.working import (
    change_note,
    change_work,
    follow,
    leave,
    let_take_part,
    list_checks,
    note,
    set_progress,
    tick,
    work,
)

__all__ = [
    "COLUMNS",
    "OWN",
    "Caller",
    "TicketTarget",
    "accept",
    "add_flow",
    "add_queue",
    "add_route",
    "advance",
    "allow_exception",
    "answering",
    "ask_exception",
    "cancel",
    "change",
    "change_note",
    "change_queue",
    "change_route",
    "change_work",
    "check_worker",
    "chosen",
    "close",
    "close_overdue",
    "delete",
    "deleting",
    "dispatch",
    "excepting",
    "follow",
    "follow_on",
    "from_followup",
    "give_back",
    "hold",
    "keycustomers",
    "leave",
    "let_take_part",
    "list_checks",
    "look_up",
    "many",
    "note",
    "number",
    "of_token",
    "open_ticket",
    "recycling",
    "reopen",
    "restore",
    "resume",
    "revisit",
    "save_flow",
    "seed",
    "set_progress",
    "solve",
    "take",
    "take_in",
    "tick",
    "ticket_kind",
    "transfer",
    "wait",
    "what",
    "work",
]
