"""Which built-in role gets which screen and button of deals. Seeds: an administrator may change them."""

LOOK = ["can_list", "can_show", "can_history", "can_export"]
WORK = [*LOOK, "can_add", "can_edit", "can_delete", "can_revert"]

GRANTS = {
    "admin": {"DealView": WORK},
    "supervisor": {"DealView": WORK},
    "agent": {"DealView": WORK},
    "sales": {"DealView": WORK},
    "service_manager": {"DealView": LOOK},
    "finance": {"DealView": LOOK},
    "auditor": {"DealView": LOOK},
    "executive": {"DealView": LOOK},
}
