"""Opportunities 商机: what a customer may buy, how likely and when, from the first talk to won or lost.

Words      opportunity, stage, probability, weighted amount, win, lose, reopen, allocate, board, funnel
Lifecycle  rules.LIFECYCLE
Announces  nothing
Uses       security, sign_in, audit, recycle, runs, search, customers, followups, assignments, products, deals, fees
"""
