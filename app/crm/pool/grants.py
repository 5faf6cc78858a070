"""Which built-in role gets which screen and button of the pool. Seeds: an administrator may change them.

Source: spec DECISIONS, Rights: the pool is a permission of its own; whoever claims sees it masked.
"""

LOOK = ["can_list", "can_show"]
SEES_ALL = [*LOOK, "can_export", "can_hidden_fields"]
RULES_LOOK = ["can_list", "can_show", "can_history"]
RULES = [*RULES_LOOK, "can_add", "can_edit", "can_delete"]
RELEASE = ["can_release"]

GRANTS = {
    "admin": {
        "PoolView": [*SEES_ALL, "can_claim"],
        "PoolsView": RULES,
        "LimitView": RULES,
        "CustomerView": RELEASE,
    },
    "supervisor": {
        "PoolView": SEES_ALL,
        "PoolsView": RULES_LOOK,
        "LimitView": RULES_LOOK,
        "CustomerView": RELEASE,
    },
    "dispatcher": {"PoolView": SEES_ALL, "PoolsView": RULES, "LimitView": RULES},
    "agent": {"PoolView": [*LOOK, "can_claim"], "CustomerView": RELEASE},
    "sales": {"PoolView": [*LOOK, "can_claim"], "CustomerView": RELEASE},
    "auditor": {"PoolView": SEES_ALL, "PoolsView": RULES_LOOK, "LimitView": RULES_LOOK},
    "executive": {"PoolView": SEES_ALL},
}
