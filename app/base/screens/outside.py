"""What is there, and what is not for this person: 404 either way, and a line in the log if the row is real."""

from typing import Any, NoReturn

from flask import abort, request
from sqlalchemy import select

from app.base import logbook
from app.base.logbook import Kind
from app.base.scope import unscoped
from app.base.web import A_MINUTE
from app.extensions import db


def not_found(model: Any, key: int) -> NoReturn:
    """Answer 404. That the row exists, outside of what the person may see, is told to the log alone."""
    column = model.__mapper__.primary_key[0]
    with unscoped("whether a typed key is real is told to the log alone"):
        found = db.session.scalar(select(model).where(column == key))
        about = logbook.about(found) if found is not None else {}
    if found is not None:
        detail = {"asked": f"{request.method} {request.path}"[:300], "outside": True}
        logbook.note_afterwards(Kind.REFUSED, **about, detail=detail, once_within=A_MINUTE)
    abort(404)


def is_there(model: Any, key: int) -> bool:
    """Tell whether a record is there for the person who asks."""
    column = getattr(model, model.__mapper__.primary_key[0].key)
    return db.session.scalar(select(column).where(column == key)) is not None
