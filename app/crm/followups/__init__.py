"""Follow-ups 跟进: every contact with a customer, what came of it, and when the next one is due.

Words      follow-up, progress, next contact, contact cycle, work list, calendar feed
Lifecycle  none of its own: a follow-up is there, or logically deleted and can be restored
Announces  facts.FollowupRecorded
Uses       security, sign_in, files, audit, recycle, runs, search, customers
"""
