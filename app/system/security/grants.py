"""Which built-in role gets which screen and button of departments and roles."""

LOOK = ["can_list", "can_show"]
WORK = [*LOOK, "can_add", "can_edit", "can_delete"]

GRANTS = {
    "admin": {"DepartmentView": WORK, "RoleView": WORK},
    "auditor": {"DepartmentView": LOOK, "RoleView": LOOK},
}
