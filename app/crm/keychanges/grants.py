"""Which built-in role gets which button of changes of key data. Seeds: an administrator may change them."""

LOOK = ["can_list", "can_show", "can_export"]

GRANTS = {role: {"KeyChangeView": LOOK} for role in ("admin", "supervisor", "dispatcher", "agent", "sales", "auditor")}
