"""Which built-in role gets which button of jobs: everybody looks after the own ones."""

OWN = {"JobView": ["can_list", "can_show", "can_cancel", "can_retry"]}
ROLES = (
    "admin supervisor dispatcher agent service_manager technician finance sales marketing kb_editor hr executive"
).split()
GRANTS = dict.fromkeys(ROLES, OWN) | {
    "admin": OWN | {"TurnView": ["can_list"]},
    "auditor": {"JobView": ["can_list", "can_show"], "TurnView": ["can_list"]},
}
