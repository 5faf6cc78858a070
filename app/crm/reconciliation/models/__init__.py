"""Accounts of the house, statements, their lines, proposals, matches, and payers that were learned."""

from app.crm.reconciliation.models.line import REACH, Line
from app.crm.reconciliation.models.match import Match, Payer, Proposal
from app.crm.reconciliation.models.statement import Account, Statement

__all__ = ["REACH", "Account", "Line", "Match", "Payer", "Proposal", "Statement"]
