"""Which built-in role gets the screen of runs: whoever has an action over many rows takes it back there."""

OWN = {"RunView": ["can_list", "can_show", "can_take_back"]}
GRANTS = dict.fromkeys("admin supervisor dispatcher agent sales finance".split(), OWN) | {
    "auditor": {"RunView": ["can_list", "can_show"]}
}
