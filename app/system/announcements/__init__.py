"""Announcements 公告: what the house tells many people, and who has read it.

Words      announcement, audience, publish, withdraw, receipt, confirm
Lifecycle  rules.LIFECYCLE
Announces  nothing
Uses       security, audit
"""
