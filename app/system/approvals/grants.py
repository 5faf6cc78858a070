"""Which built-in role gets which button of approvals. Seeds: an administrator may change them."""

GRANTS: dict[str, dict[str, list[str]]] = {}
