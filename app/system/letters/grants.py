"""Which built-in role gets which button of letters. Seeds: an administrator may change them."""

WRITE = ["can_list", "can_show", "can_add", "can_delete"]
ROLES = "admin supervisor dispatcher agent service_manager technician finance sales marketing".split()
ROLES += "kb_editor hr executive".split()
GRANTS = {role: {"LetterView": WRITE} for role in ROLES} | {"auditor": {"LetterView": ["can_list", "can_show"]}}
