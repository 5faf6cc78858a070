"""The inbox: what concerns a person, told once, in their language, live on the page.

Words      message, kind, recipient, inbox, unread; tell, read
Lifecycle  none: a message is unread, then read, and removed half a year after
Announces  nothing
Uses       security, sign_in
"""
