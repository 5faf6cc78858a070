"""What can be done with tickets and their flows. One verb, one transaction."""

from app.desk.tickets.services import answering, deleting, many, recycling
from app.desk.tickets.services.deleting import delete, restore
from app.desk.tickets.services.flowing import (
    advance,
    allow_exception,
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
from app.desk.tickets.services.opening import OWN, change, follow_on, from_followup, number, open_ticket
from app.desk.tickets.services.steps import COLUMNS, what
from app.desk.tickets.services.working import (
    change_note,
    change_work,
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
    "accept",
    "add_flow",
    "advance",
    "allow_exception",
    "answering",
    "cancel",
    "change",
    "change_note",
    "change_work",
    "check_worker",
    "close",
    "delete",
    "deleting",
    "dispatch",
    "follow_on",
    "from_followup",
    "give_back",
    "leave",
    "let_take_part",
    "list_checks",
    "many",
    "note",
    "number",
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
    "tick",
    "transfer",
    "wait",
    "what",
    "work",
]
