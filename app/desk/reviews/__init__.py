"""Revisits 回访 and ratings 评价: how the customer found what was done on a ticket.

Words      revisit, rating, grade, rating link, reply, objection
Lifecycle  rules.State
Announces  nothing
Uses       security, sign_in, audit, customers, tickets
"""
