"""Which built-in role assigns, recalls and hands over. Source: POOL-1, POOL-2."""

GIVE = ["can_assign", "can_recall"]
LOOK = ["can_list", "can_export"]
HAND_OVER = ["can_list", "can_hand_over"]


def _all(customers: list[str]) -> dict[str, list[str]]:
    lists = {"CustomerView": customers, "PoolView": ["can_assign"], "HoldingView": LOOK}
    return {**lists, "HandoverView": HAND_OVER, "AssignmentImportView": ["can_import"]}


GRANTS = {
    "admin": _all([*GIVE, "can_exceed"]),
    "supervisor": {name: rights for name, rights in _all([*GIVE, "can_exceed"]).items() if name != "PoolView"},
    "dispatcher": _all(GIVE),
    "auditor": {"HoldingView": LOOK},
    "executive": {"HoldingView": ["can_list"]},
}
