"""Assignments: who gives customers to whom, takes them back, and hands over what somebody owns.

Words      assign, recall, reassign, share (how many somebody gets), spell, hand over, move along
Lifecycle  none of its own: a customer has an owner or stands in the pool
Announces  nothing
Uses       security, runs, imports, customers, pool
"""
