"""Which built-in role gets which screen and button of tickets. Seeds: an administrator may change them."""

LOOK = ["can_list", "can_show", "can_history", "can_export"]
WORK = [*LOOK, "can_print", "can_note", "can_edit", "can_take", "can_work", "can_transfer"]
AGENT = [*WORK, "can_add", "can_close", "can_reopen", "can_cancel", "can_revisit"]
MANAGE = [*AGENT, "can_dispatch", "can_except", "can_import"]
DELETE = ["can_delete"]
RECORDS = ["can_list", "can_export"]
FLOWS = ["can_list", "can_show"]
KEEP_FLOWS = [*FLOWS, "can_edit"]
SCREENS = ("QueueView", "RouteView")
SET_UP = {name: [*LOOK, "can_add", "can_edit"] for name in SCREENS} | {"TicketFlowView": KEEP_FLOWS}
SEE_SET_UP = dict.fromkeys(SCREENS, LOOK) | {"TicketFlowView": FLOWS}

GRANTS = {
    "admin": {"TicketView": [*MANAGE, *DELETE], "TicketMoveView": RECORDS, **SET_UP},
    "service_manager": {"TicketView": [*MANAGE, *DELETE], "TicketMoveView": RECORDS, **SET_UP},
    "supervisor": {"TicketView": MANAGE, "TicketMoveView": RECORDS, **SEE_SET_UP},
    "agent": {"TicketView": AGENT, "TicketMoveView": RECORDS},
    "technician": {"TicketView": [*WORK, "can_close"], "TicketMoveView": RECORDS, "CustomerView": ["can_show"]},
    "sales": {"TicketView": LOOK},
    "kb_editor": {"TicketView": LOOK},
    "auditor": {"TicketView": LOOK, "TicketMoveView": RECORDS, **SEE_SET_UP},
    "executive": {"TicketView": LOOK, "TicketMoveView": RECORDS},
}
