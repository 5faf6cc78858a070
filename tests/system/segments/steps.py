"""Segments as the tests of them make and use them."""

import json

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.extensions import db
from app.system.segments import services
from app.system.segments.models import Segment
from app.system.segments.services import Audience
from tests.cast import LIN

LIST = "CustomerView"


def one(field, op, value=None):
    """Return a filter of one condition as JSON."""
    node = {"field": field, "op": op} | ({} if value is None else {"value": value})
    return json.dumps({"all": [node]})


LEVEL_B = one("level", "is", "b")


def kept(name="重点", text=LEVEL_B, *, who=LIN, subject=LIST, sort="", to=()):
    """Save a segment of ``who``; return its id. ``to``: people, roles (names) and departments of the cast."""
    with acting(who.actor):
        segment = services.save(subject, name=name, filter_text=text, sort=sort, audience=Audience(), actor=who.actor)
        if to:
            services.share(segment, audience(*to), actor=who.actor)
        return segment.id


def audience(*to):
    people = tuple(person.id for person in to if hasattr(person, "username"))
    names = [name for name in to if isinstance(name, str)]
    roles = tuple(db.session.scalars(select(Role.id).where(Role.name.in_(names))))
    assert len(roles) == len(names)
    return Audience(people, roles, tuple(key for key in to if isinstance(key, int)))


def the_segment(key):
    with acting(SYSTEM):
        db.session.expire_all()
        segment = db.session.get(Segment, key)
        assert segment.shares is not None  # loaded while somebody acts
        return segment


def by(who, verb, key, *given, **more):
    """Let somebody do something with a segment they can see."""
    with acting(who.actor):
        segment = db.session.get(Segment, key)
        assert segment is not None, f"{who.username} does not see it"
        return verb(segment, *given, actor=who.actor, **more)


def shown(browser, address):
    text = browser.get(address).text
    return {name for name in ("甲家", "乙家", "丙家", "丁家") if f">{name}<" in text}
