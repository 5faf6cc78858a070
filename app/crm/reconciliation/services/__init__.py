"""What can be done with statements and bank lines. One verb, one transaction."""

from app.crm.reconciliation.queries import matched_state
from app.crm.reconciliation.services.confirming import confirm, explained, take_back
from app.crm.reconciliation.services.following import follow
from app.crm.reconciliation.services.importing import Preview, bring_in, columns_of, discard, preview, samples, waiting
from app.crm.reconciliation.services.learning import forget
from app.crm.reconciliation.services.many import (
    BULK_COLUMNS,
    check_least,
    check_reason,
    confirm_many,
    ignore_many,
    plan_confirm,
    settle,
)
from app.crm.reconciliation.services.proposing import let_go, look_again, mark, propose
from app.crm.reconciliation.services.setting_aside import ignore, take_up
from app.crm.reconciliation.services.uploading import upload

__all__ = [
    "BULK_COLUMNS",
    "Preview",
    "bring_in",
    "check_least",
    "check_reason",
    "columns_of",
    "confirm",
    "confirm_many",
    "discard",
    "explained",
    "follow",
    "forget",
    "ignore",
    "ignore_many",
    "let_go",
    "look_again",
    "mark",
    "matched_state",
    "plan_confirm",
    "preview",
    "propose",
    "samples",
    "settle",
    "take_back",
    "take_up",
    "upload",
    "waiting",
]
