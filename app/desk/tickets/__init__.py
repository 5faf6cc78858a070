"""Tickets 工单: what customers ask for, from the first call until it is closed, along flows that the house edits.

Words      ticket, flow, edition, state, phase, transition, queue, route, dispatch, take, return, transfer, solve
Lifecycle  rules.phases.VERB_BETWEEN, and the flows' editions
Announces  nothing
Uses       security, audit, approvals, sign_in, recycle, runs, search, imports, files, logs, customers, followups,
  products, renewals, assignments, opportunities
"""
