"""Which built-in role sees the recycle bin, restores from it, and deletes for good."""

LOOK = ["can_list", "can_show"]
RESTORE = [*LOOK, "can_restore"]

GRANTS = {
    "admin": {"RecycleView": [*RESTORE, "can_export", "can_purge"]},
    "supervisor": {"RecycleView": [*RESTORE, "can_export"]},
    "dispatcher": {"RecycleView": RESTORE},
    "agent": {"RecycleView": RESTORE},
    "sales": {"RecycleView": RESTORE},
    "auditor": {"RecycleView": LOOK},
}
