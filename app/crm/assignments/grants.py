"""Which built-in role assigns, recalls and hands over. Source: POOL-1, POOL-2."""

GIVE = ["can_assign", "can_recall"]
LOOK = ["can_list", "can_export"]
HAND_OVER = ["can_list", "can_hand_over"]


def _all(customers: list[str]) -> dict[str, list[str]]:
    by_file = {"AssignmentImportView": ["can_import"]}
    return {"CustomerView": customers, "HoldingView": LOOK, "HandoverView": HAND_OVER, **by_file}


GRANTS = {
    "admin": _all([*GIVE, "can_exceed"]),
    "supervisor": _all([*GIVE, "can_exceed"]),
    "dispatcher": _all(GIVE),
    "auditor": {"HoldingView": LOOK},
    "executive": {"HoldingView": ["can_list"]},
}
