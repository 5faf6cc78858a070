"""The pool 公海: customers whom nobody holds, who may take them from it, and how many anybody may hold.

Words      pool (ownerless customers of some regions and departments, with members), claim, release; limit (how many
           customers somebody may hold), room (what is left of it), hand (a person's row to lock)
Lifecycle  none of its own: a customer has an owner or stands in the pool
Announces  nothing
Uses       audit, dictionary, runs, security, customers
"""
