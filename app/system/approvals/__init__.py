"""Approvals 审批: records of other domains wait here for somebody's yes, step by step, by rules that the house draws.

Words      flow, edition, step, condition, case, seat, delegation, named person, limit
Lifecycle  waiting → approved | rejected | returned | withdrawn | gone; what is submitted again is a new case
Announces  facts.CasesMoved
Uses       security, sign_in, audit
"""
