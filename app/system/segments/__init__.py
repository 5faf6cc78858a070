"""Segments: filters of a list kept under a name, for oneself or shared with people, roles and departments.

A segment holds conditions and no rows: whoever uses it sees what they would see had they typed them.

Words      segment, owner, share, audience, tab, place; save, share, stop sharing, hide, take over
Lifecycle  none: a segment is there or deleted
Announces  nothing
Uses       audit, security
"""
