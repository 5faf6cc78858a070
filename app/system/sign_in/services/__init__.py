"""Coming in and going out: the door, passwords, the keys of programs. Each function is one verb and one transaction."""

from app.system.sign_in.services.door import (
    come_in,
    end_other_sessions,
    end_session,
    end_sessions,
    open_session,
    see_session,
    sign_out,
    sign_out_everywhere,
    unlock,
)
from app.system.sign_in.services.passwords import (
    change_password,
    choose_language,
    first_password,
    hire_with_password,
    reset_password,
)
from app.system.sign_in.services.tokens import TOKEN_PREFIX, issue_token, revoke_token, revoke_tokens, see_token

__all__ = [
    "TOKEN_PREFIX",
    "change_password",
    "choose_language",
    "come_in",
    "end_other_sessions",
    "end_session",
    "end_sessions",
    "first_password",
    "hire_with_password",
    "issue_token",
    "open_session",
    "reset_password",
    "revoke_token",
    "revoke_tokens",
    "see_session",
    "see_token",
    "sign_out",
    "sign_out_everywhere",
    "unlock",
]
