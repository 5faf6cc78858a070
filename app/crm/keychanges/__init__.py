"""Changes of key data 关键资料变更: what somebody may not change alone is proposed, and changed once it is approved.

Words      change of key data, proposed, waits, approved, rejected, withdrawn
Lifecycle  waiting → approved | rejected | returned | withdrawn | gone, as its approval goes
Announces  nothing: the customer's own facts tell of what was changed
Uses       approvals, audit, customers
"""
