"""Which built-in role gets which button of bank reconciliation. Seeds: an administrator may change them."""

LOOK = ["can_list", "can_show", "can_history", "can_export"]
WORK = [*LOOK, "can_confirm", "can_ignore", "can_look_again"]
STATEMENTS = ["can_list", "can_show", "can_import", "can_export"]

GRANTS = {
    "admin": {
        "BankLineView": WORK,
        "BankStatementView": STATEMENTS,
        "LearnedPayerView": ["can_list", "can_delete"],
    },
    "finance": {
        "BankLineView": WORK,
        "BankStatementView": STATEMENTS,
        "LearnedPayerView": ["can_list", "can_delete"],
    },
    "auditor": {
        "BankLineView": LOOK,
        "BankStatementView": ["can_list", "can_show", "can_export"],
        "LearnedPayerView": ["can_list"],
    },
}
