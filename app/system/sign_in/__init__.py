"""Coming in: attempts, browser sessions, personal tokens, lockout, passwords.

Words      sign-in, attempt, session, personal token, lockout
Lifecycle  none: a session or token is open until it is ended, revoked or expired
Announces  nothing yet
Uses       security
"""
