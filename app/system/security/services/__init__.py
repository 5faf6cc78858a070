"""What can be done to people, departments, roles and their reach. One verb, one transaction."""

from app.system.security.services.departments import close_department, save_department
from app.system.security.services.people import change_employee, disable, enable, hire
from app.system.security.services.roles import (
    delete_role,
    grant,
    make_role,
    rename_role,
    save_rights,
    set_reach,
    withdraw,
)
from app.system.security.services.seeds import know, seed, seed_reaches

__all__ = [
    "change_employee",
    "close_department",
    "delete_role",
    "disable",
    "enable",
    "grant",
    "hire",
    "know",
    "make_role",
    "rename_role",
    "save_department",
    "save_rights",
    "seed",
    "seed_reaches",
    "set_reach",
    "withdraw",
]
