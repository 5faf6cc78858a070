"""Which built-in role gets which button of the settings. The auditor reads them, and who changed what."""

LOOK = ["can_list", "can_history"]

GRANTS = {
    "admin": {"SettingView": [*LOOK, "can_edit", "can_default", "can_revert"]},
    "auditor": {"SettingView": LOOK},
}
