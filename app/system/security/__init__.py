"""Who may come in, and what they may see and do.

Words      employee, department, role, grant, data scope
Lifecycle  none: an account is active or not
Announces  facts.AccountDisabled, facts.RightsChanged
Uses       nothing
"""
