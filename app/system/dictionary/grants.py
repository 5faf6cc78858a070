"""Which built-in role gets which screen and button of the data dictionary."""

GRANTS = {
    "admin": {"DictionaryView": ["can_list", "can_show"], "ValueView": ["can_add", "can_edit", "can_retire"]},
    "auditor": {"DictionaryView": ["can_list", "can_show"]},
}
