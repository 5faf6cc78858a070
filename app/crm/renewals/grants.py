"""Which built-in role gets which button of renewals. Seeds: an administrator may change them."""

LOOK = ["can_list", "can_show", "can_history", "can_export"]
WORK = [*LOOK, "can_end", "can_renew"]

GRANTS = {
    "admin": {"RenewalView": [*WORK, "can_dry_run"]},
    "supervisor": {"RenewalView": [*LOOK, "can_dry_run"]},
    "service_manager": {"RenewalView": LOOK},
    "agent": {"RenewalView": WORK},
    "finance": {"RenewalView": [*WORK, "can_dry_run"]},
    "sales": {"RenewalView": LOOK},
    "auditor": {"RenewalView": LOOK},
    "executive": {"RenewalView": LOOK},
}
