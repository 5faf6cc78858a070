"""Which built-in role gets which button of approvals. Seeds: an administrator may change them.

Whoever works here may be asked by a flow, and may be away: everybody decides on what waits for them, and delegates.
"""

LOOK = ["can_list", "can_show", "can_export"]
DELEGATIONS = ["can_list", "can_show", "can_history", "can_export"]
AWAY = [*DELEGATIONS, "can_add", "can_edit", "can_delete"]
FLOWS = ["can_list", "can_show"]
STAFF = (
    *("supervisor", "dispatcher", "agent", "service_manager", "technician", "finance", "sales", "marketing"),
    *("hr", "kb_editor", "executive"),
)

GRANTS = {
    "admin": {"CaseView": [*LOOK, "can_decide"], "DelegationView": AWAY, "FlowView": [*FLOWS, "can_edit"]},
    **{role: {"CaseView": [*LOOK, "can_decide"], "DelegationView": AWAY} for role in STAFF},
    "auditor": {"CaseView": LOOK, "DelegationView": DELEGATIONS, "FlowView": FLOWS},
}
