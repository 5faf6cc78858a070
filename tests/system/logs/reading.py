"""Reading the log as tests do: everything, newest first."""

from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.extensions import db
from app.system.logs.models import Entry


def entries(app, *kinds, since=0):
    """Return the entries of these kinds, loose from any session, newest first. ``since``: behind this id."""
    with app.app_context(), acting(SYSTEM):
        wanted = select(Entry).where(Entry.id > since).order_by(Entry.id.desc())
        found = db.session.scalars(wanted.where(Entry.kind.in_(kinds)) if kinds else wanted).all()
        for one in found:
            db.session.expunge(one)
        return found


def newest(app):
    """Return the id of the newest entry."""
    return max((one.id for one in entries(app)), default=0)


def told(app, kind, since=0):
    """Return (person, title, details) of each entry of a kind, newest first."""
    return [(one.person_id, one.title, dict(one.details)) for one in entries(app, kind, since=since)]
