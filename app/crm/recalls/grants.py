"""Which built-in role gets which button of recall. Seeds: an administrator may change them."""

LOOK = ["can_list", "can_show", "can_history"]
KEEP = [*LOOK, "can_add", "can_edit", "can_dry_run", "can_switch"]
MINE = ["can_soon"]  # what is recalled soon, or was recalled, of one's own customers

GRANTS = {
    "admin": {"RecallRuleView": [*KEEP, *MINE]},
    "dispatcher": {"RecallRuleView": [*KEEP, *MINE]},
    "supervisor": {"RecallRuleView": [*LOOK, *MINE]},
    "auditor": {"RecallRuleView": LOOK},
    "executive": {"RecallRuleView": LOOK},
    "agent": {"RecallRuleView": MINE},
    "sales": {"RecallRuleView": MINE},
}
