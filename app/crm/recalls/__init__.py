"""Recall 收回: customers go back to the pool by rules, after so many days without follow-up or deal.

Words      rule, standing (what a rule looks at), limit (days), due (the day of the recall), stage (days of a warning)
Lifecycle  none of its own: a rule is off, was looked at by a dry run, and is switched on
Announces  nothing
Uses       runs, customers, security, audit
"""
