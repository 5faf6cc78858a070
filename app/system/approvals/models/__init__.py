"""Flows and their editions, cases with their seats and what happened to them, delegations."""

from app.system.approvals.models.case import CASE_SCOPE, Case, Event, Seat, keep_record, waits_for
from app.system.approvals.models.delegation import Delegation, DelegationSubject, standing_in
from app.system.approvals.models.flow import Condition, Edition, Flow, FlowStep
from app.system.approvals.models.subject import Subject, register, subject_of, subjects

__all__ = [
    "CASE_SCOPE",
    "Case",
    "Condition",
    "Delegation",
    "DelegationSubject",
    "Edition",
    "Event",
    "Flow",
    "FlowStep",
    "Seat",
    "Subject",
    "keep_record",
    "register",
    "standing_in",
    "subject_of",
    "subjects",
    "waits_for",
]
