"""Which built-in role gets which screen and button of tickets. Seeds: an administrator may change them."""

LOOK = ["can_list", "can_show", "can_history", "can_export"]
WORK = [*LOOK, "can_edit", "can_take", "can_work", "can_transfer"]
AGENT = [*WORK, "can_add", "can_close", "can_reopen", "can_cancel"]
MANAGE = [*AGENT, "can_dispatch"]
DELETE = ["can_delete"]
RECORDS = ["can_list", "can_export"]

GRANTS = {
    "admin": {"TicketView": [*MANAGE, *DELETE], "TicketMoveView": RECORDS},
    "service_manager": {"TicketView": [*MANAGE, *DELETE], "TicketMoveView": RECORDS},
    "supervisor": {"TicketView": MANAGE, "TicketMoveView": RECORDS},
    "agent": {"TicketView": AGENT, "TicketMoveView": RECORDS},
    "technician": {"TicketView": [*WORK, "can_close"], "TicketMoveView": RECORDS, "CustomerView": ["can_show"]},
    "sales": {"TicketView": LOOK},
    "auditor": {"TicketView": LOOK, "TicketMoveView": RECORDS},
    "executive": {"TicketView": LOOK, "TicketMoveView": RECORDS},
}
