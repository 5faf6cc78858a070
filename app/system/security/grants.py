"""Which built-in role gets which screen and button of users, departments and roles."""

EMPLOYEES = ["can_list", "can_show", "can_add", "can_edit", "can_disable", "can_unlock", "can_password", "can_sessions"]
GRANTS = {
    "admin": {
        "EmployeeView": EMPLOYEES,
        "DepartmentView": ["can_list", "can_show", "can_add", "can_edit", "can_delete", "can_history"],
        "RoleView": ["can_list", "can_show", "can_add", "can_edit"],
    },
    "auditor": {
        "EmployeeView": ["can_list", "can_show"],
        "DepartmentView": ["can_list", "can_show", "can_history"],
        "RoleView": ["can_list", "can_show"],
    },
}
