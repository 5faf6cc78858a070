"""Steps of these tests."""

from datetime import datetime
from email import message_from_bytes, policy

from sqlalchemy import select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.extensions import db
from app.system.channels import services
from app.system.channels.models import Delivery
from app.system.notifications import services as notifications
from tests.system.channels.servers import HOST

MAIL = {
    "name": "公司邮箱",
    "usual": "all",
    "host": HOST,
    "port": 25,
    "security": "none",
    "from_address": "crm@zhike.example",
}


def a_channel(app, kind="email", *, is_on=True, **given):
    """Set a channel up, past the check of its host; return its id."""
    with app.app_context(), acting(SYSTEM):
        channel = services.create(
            kind, (MAIL if kind == "email" else {"name": kind, "usual": "all"}) | given, actor=SYSTEM
        )
        if is_on:
            services.switch_on(channel, actor=SYSTEM)
        key = channel.id
        db.session.remove()
        return key


def tell(app, *people, kind="own_rights", **given):
    """Tell people of the cast something."""
    with app.app_context(), acting(SYSTEM):
        notifications.tell([one.id for one in people], kind, **({"actor": SYSTEM} | given))
        db.session.remove()


def deliveries(app, *names):
    """Return columns of all deliveries, in their order."""
    with app.app_context(), acting(SYSTEM):
        found = db.session.scalars(select(Delivery).order_by(Delivery.id))
        rows = [tuple(getattr(one, name) for name in names or ("state",)) for one in found]
        db.session.remove()
        return rows


def read(content):
    """Return a mail as it is read."""
    return message_from_bytes(content, policy=policy.default)


def now_at(monkeypatch, text):
    """Let it be a moment of the business's zone."""
    moment = clock.stored(datetime.fromisoformat(text))
    monkeypatch.setattr(clock, "now", lambda: moment)
