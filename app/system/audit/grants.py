"""Which built-in role gets which screen of the logs."""

GRANTS = {"admin": {"ExportLogView": ["can_list"]}, "auditor": {"ExportLogView": ["can_list"]}}
