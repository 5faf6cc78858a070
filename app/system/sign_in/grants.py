"""Which built-in role gets which screen and button of users and sign-ins."""

LOOK = ["can_list", "can_show"]
ACCOUNT = ["can_disable", "can_enable", "can_unlock", "can_reset", "can_end_sessions"]

GRANTS = {
    "admin": {"EmployeeView": [*LOOK, "can_add", "can_edit", "can_assign", *ACCOUNT]},
    "auditor": {"EmployeeView": LOOK},
}
