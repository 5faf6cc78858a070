"""Filters too long for an address, kept under a short id. The same filter always has the same id."""

from datetime import datetime
from hashlib import sha256

from flask_appbuilder import Model
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.base import clock
from app.base.scope import PUBLIC
from app.base.sealed import SealedLater
from app.base.transaction import transaction
from app.extensions import db

LONGEST_IN_ADDRESS = 1500  # characters of JSON; encoded about three times that, browsers and proxies cope


class KeptFilter(Model):
    """The text of one filter. It holds conditions, no rows: whoever knows the id may use it within their scope."""

    __tablename__ = "base_kept_filter"
    __scope__ = PUBLIC

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    text: Mapped[str] = mapped_column(SealedLater("base_kept_filter.text"))
    kept_at: Mapped[datetime]


@transaction
def keep(text: str) -> str:
    """Keep a filter's JSON and return its id (16 hexadecimal digits)."""
    key = sha256(text.encode()).hexdigest()[:16]
    if db.session.get(KeptFilter, key) is None:
        db.session.add(KeptFilter(id=key, text=text, kept_at=clock.now()))
    return key


def text_of(key: str) -> str:
    """Return the JSON kept under an id; "" if there is none."""
    found = db.session.get(KeptFilter, key[:16]) if key.isascii() and key.isalnum() else None
    return found.text if found else ""
