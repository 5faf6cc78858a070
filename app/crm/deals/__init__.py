"""Deals 成交: what a customer bought, when, and where the record comes from.

Words      deal, deal customer, origin, transactions
Lifecycle  none of its own: a deal is there, or logically deleted; those that follow from something else go with it
Announces  nothing
Uses       security, sign_in, audit, recycle, customers, products
"""
