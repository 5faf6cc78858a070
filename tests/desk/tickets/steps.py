"""Steps of tickets, as tests take them. Inside an app context."""

from app.base.actor import SYSTEM, acting
from app.desk.tickets import services
from app.desk.tickets.models import Ticket
from app.extensions import db
from tests.cast import GAO, JI, LIN
from tests.factories import a_ticket


def ticket(key):
    """Return a ticket as it stands now."""
    with acting(SYSTEM):
        return db.session.get_one(Ticket, key, populate_existing=True)


def by(person, service, key, *values, **more):
    """Let somebody of the cast press a button."""
    with acting(person.actor) as actor:
        return service(ticket(key), *values, actor=actor, **({"revision": None} | more))


def dispatched(*, to=JI, **given):
    """A ticket that Gao has dispatched; its id."""
    key = a_ticket(**given).id
    by(GAO, services.dispatch, key, {"assignee": to.id})
    return key


def in_work(**given):
    """A ticket that Ji works on; its id."""
    key = dispatched(**given)
    by(JI, services.accept, key)
    return key


def solved(**given):
    """A ticket that Ji has solved; its id."""
    key = in_work(**given)
    by(JI, services.solve, key, {"solution": "换了打印头"})
    return key


def closed(key):
    """Let Lin revisit and close a solved ticket; its id."""
    by(LIN, services.revisit, key, {})
    by(LIN, services.close, key, {})
    return key


def closed_one(**given):
    """A ticket that was solved, revisited and closed; its id."""
    return closed(solved(**given))
