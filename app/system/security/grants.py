"""Which built-in role gets which screen and button of users, departments and roles."""

GRANTS = {
    "admin": {"DepartmentView": ["can_list", "can_show", "can_add", "can_edit", "can_delete"]},
    "auditor": {"DepartmentView": ["can_list", "can_show"]},
}
