"""What can be done with approvals: by the domains whose records wait, by those who decide, by whoever is away."""

from app.system.approvals.models import Subject, register
from app.system.approvals.rules.cases import NOT_WAITING
from app.system.approvals.services.asking import add_approver, choose
from app.system.approvals.services.caring import remind, reseat
from app.system.approvals.services.deciding import Decided, approve, give_back, looked_at, reject
from app.system.approvals.services.delegating import change_delegation, delegate, end_delegation
from app.system.approvals.services.flows import save_flow, seed
from app.system.approvals.services.noting import forget_counts
from app.system.approvals.services.submitting import begin, changed, check_applicant, drop, withdraw

__all__ = [
    "NOT_WAITING",
    "Decided",
    "Subject",
    "add_approver",
    "approve",
    "begin",
    "change_delegation",
    "changed",
    "check_applicant",
    "choose",
    "delegate",
    "drop",
    "end_delegation",
    "forget_counts",
    "give_back",
    "looked_at",
    "register",
    "reject",
    "remind",
    "reseat",
    "save_flow",
    "seed",
    "withdraw",
]
