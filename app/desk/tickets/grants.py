"""Which built-in role gets which screen and button of tickets. Seeds: an administrator may change them."""

LOOK = ["can_list", "can_show", "can_history", "can_export"]
WORK = [*LOOK, "can_edit", "can_take", "can_work", "can_transfer"]
AGENT = [*WORK, "can_add", "can_close", "can_reopen", "can_cancel"]
MANAGE = [*AGENT, "can_dispatch"]
RECORDS = ["can_list", "can_export"]
SET_UP = {name: [*LOOK, "can_add", "can_edit"] for name in ("QueueView", "RouteView")}
SEE_SET_UP = dict.fromkeys(SET_UP, LOOK)

GRANTS = {
    "admin": {"TicketView": MANAGE, "TicketMoveView": RECORDS, **SET_UP},
    "service_manager": {"TicketView": MANAGE, "TicketMoveView": RECORDS, **SET_UP},
    "supervisor": {"TicketView": MANAGE, "TicketMoveView": RECORDS, **SEE_SET_UP},
    "agent": {"TicketView": AGENT, "TicketMoveView": RECORDS},
    "technician": {"TicketView": [*WORK, "can_close"], "TicketMoveView": RECORDS, "CustomerView": ["can_show"]},
    "sales": {"TicketView": LOOK},
    "auditor": {"TicketView": LOOK, "TicketMoveView": RECORDS, **SEE_SET_UP},
    "executive": {"TicketView": LOOK, "TicketMoveView": RECORDS},
}
