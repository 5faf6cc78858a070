"""Which built-in role gets which screen and button of customers. Seeds: an administrator may change them."""

LOOK = ["can_list", "can_show", "can_history", "can_export"]
REVEAL = ["can_reveal"]
WORK = [*LOOK, *REVEAL, "can_add", "can_edit", "can_share", "can_revert"]
#: Owner and supervisors of a record see its personal data without these. Source: docs/decisions/personal.md.
PERSONAL = ["can_phones", "can_accounts"]
KEYS = ["can_edit_key"]  # change key data that is filled in. Source: CUS-20
SENSITIVE = [*PERSONAL, "can_identity"]
ALL = [*WORK, "can_delete", "can_import", "can_bulk_edit"]

CONTACTS_LOOK = ["can_list", "can_show", "can_history", "can_export"]
CHANGES = ["can_list", "can_export"]
CONTACTS_WORK = [*CONTACTS_LOOK, *REVEAL, "can_add", "can_edit", "can_delete", "can_revert"]

GRANTS = {
    "admin": {"CustomerView": [*ALL, *SENSITIVE, *KEYS], "ContactView": CONTACTS_WORK, "ChangesView": CHANGES},
    "supervisor": {"CustomerView": [*ALL, *PERSONAL, *KEYS], "ContactView": CONTACTS_WORK, "ChangesView": CHANGES},
    "dispatcher": {
        "CustomerView": [*WORK, "can_delete", "can_import", "can_bulk_edit", *KEYS],
        "ContactView": [*CONTACTS_LOOK, *REVEAL],
    },
    "agent": {"CustomerView": WORK, "ContactView": CONTACTS_WORK},
    "service_manager": {"CustomerView": [*LOOK, *PERSONAL, *REVEAL], "ContactView": [*CONTACTS_LOOK, *REVEAL]},
    "finance": {"CustomerView": ["can_list", "can_show", *PERSONAL]},
    "sales": {"CustomerView": WORK, "ContactView": CONTACTS_WORK},
    "marketing": {"CustomerView": ["can_list", "can_show"]},
    "auditor": {"CustomerView": [*LOOK, *SENSITIVE], "ContactView": CONTACTS_LOOK, "ChangesView": CHANGES},
    "executive": {
        "CustomerView": [*LOOK, *REVEAL],
        "ContactView": [*CONTACTS_LOOK, *REVEAL],
        "ChangesView": ["can_list"],
    },
}
