"""Which built-in role gets which button of the log."""

READ = ["can_list", "can_show", "can_export", "can_verify"]

GRANTS = {"admin": {"LogView": READ}, "auditor": {"LogView": READ}}
