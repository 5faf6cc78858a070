"""Which built-in role gets which screen and button of tickets. Seeds: an administrator may change them."""

LOOK = ["can_list", "can_show", "can_history", "can_export"]
WORK = [*LOOK, "can_print", "can_note", "can_edit", "can_take", "can_work", "can_transfer"]
AGENT = [*WORK, "can_add", "can_close", "can_reopen", "can_cancel", "can_revisit"]
MANAGE = [*AGENT, "can_dispatch", "can_except"]
RECORDS = ["can_list", "can_export"]
FLOWS = ["can_list", "can_show"]
KEEP_FLOWS = [*FLOWS, "can_edit"]

GRANTS = {
    "admin": {"TicketView": MANAGE, "TicketMoveView": RECORDS, "TicketFlowView": KEEP_FLOWS},
    "service_manager": {"TicketView": MANAGE, "TicketMoveView": RECORDS, "TicketFlowView": KEEP_FLOWS},
    "supervisor": {"TicketView": MANAGE, "TicketMoveView": RECORDS, "TicketFlowView": FLOWS},
    "agent": {"TicketView": AGENT, "TicketMoveView": RECORDS},
    "technician": {"TicketView": [*WORK, "can_close"], "TicketMoveView": RECORDS, "CustomerView": ["can_show"]},
    "sales": {"TicketView": LOOK},
    "auditor": {"TicketView": LOOK, "TicketMoveView": RECORDS, "TicketFlowView": FLOWS},
    "executive": {"TicketView": LOOK, "TicketMoveView": RECORDS},
}
