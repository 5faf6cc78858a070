"""Which built-in role gets which button of products: all read, those who set prices change. Seeds."""

LOOK = ["can_list", "can_show", "can_history", "can_export"]
KEEP = [*LOOK, "can_add", "can_edit", "can_retire", "can_delete", "can_revert", "can_import"]

GRANTS = {
    "admin": {"ProductView": KEEP},
    "supervisor": {"ProductView": KEEP},
    "finance": {"ProductView": KEEP},
    **{
        role: {"ProductView": LOOK}
        for role in (
            "dispatcher",
            "agent",
            "service_manager",
            "technician",
            "sales",
            "marketing",
            "kb_editor",
            "auditor",
            "executive",
        )
    },
}
