"""Which built-in role gets which screen and button of fees. Seeds: an administrator may change them."""

LOOK = ["can_list", "can_show", "can_history", "can_export"]
ENTER = [*LOOK, "can_add", "can_edit", "can_void", "can_reverse", "can_print"]
DECIDE = [*ENTER, "can_approve", "can_choose_agent", "can_import"]
MONTHS = ["can_list", "can_show", "can_history", "can_export"]

GRANTS = {
    "admin": {"FeeView": [*DECIDE, "can_import_approved"], "ClosingView": [*MONTHS, "can_add", "can_reopen"]},
    "supervisor": {"FeeView": [*LOOK, "can_print"]},
    "agent": {"FeeView": ENTER},
    "service_manager": {"FeeView": LOOK},
    "finance": {"FeeView": DECIDE, "ClosingView": [*MONTHS, "can_add", "can_reopen"]},
    "sales": {"FeeView": LOOK},
    "auditor": {"FeeView": LOOK, "ClosingView": MONTHS},
    "executive": {"FeeView": LOOK, "ClosingView": MONTHS},
}
