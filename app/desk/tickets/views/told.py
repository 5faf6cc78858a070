"""What tickets tell people."""

from app.base import inbox
from app.base.i18n import _

KINDS = {
    "ticket_opened": inbox.Kind(
        _("New ticket"),
        "ticket",
        _("%(who)s took in the ticket %(what)s"),
        _("It is to be dispatched."),
        names="ticket",
    ),
    "ticket_urgent": inbox.Kind(
        _("Urgent ticket"),
        "urgent",
        _("Urgent: %(who)s took in the ticket %(what)s"),
        _("It is to be dispatched."),
        names="ticket",
        may_be_muted=False,
        is_urgent=True,
    ),
    "ticket_key_complaint": inbox.Kind(
        _("Complaint of a key customer"),
        "urgent",
        _("A key customer complains: %(what)s"),
        _("%(who)s took it in."),
        names="ticket",
        is_urgent=True,
    ),
    "ticket_given": inbox.Kind(
        _("Ticket given to me"), "ticket", _("%(who)s gave you the ticket %(what)s"), "%(words)s", names="ticket"
    ),
    "tickets_given": inbox.Kind(
        _("Tickets given to me"),
        "ticket",
        _("%(who)s gave you %(count)s tickets"),
        "%(words)s",
    ),
    "ticket_returned": inbox.Kind(
        _("Ticket returned"), "arrow-back-up", _("%(who)s returned the ticket %(what)s"), "%(words)s", names="ticket"
    ),
    "ticket_solved": inbox.Kind(
        _("Ticket solved"),
        "check",
        _("%(who)s solved the ticket %(what)s"),
        _("Ask the customer how it was."),
        names="ticket",
    ),
    "ticket_reopened": inbox.Kind(
        _("Ticket reopened"), "rotate", _("%(who)s reopened the ticket %(what)s"), "%(words)s", names="ticket"
    ),
    "ticket_noted": inbox.Kind(
        _("Note on a ticket"), "message", _("%(who)s wrote about the ticket %(what)s"), "%(words)s", names="ticket"
    ),
    "ticket_part": inbox.Kind(
        _("Taking part in a ticket"), "users", _("%(who)s lets you take part in the ticket %(what)s"), names="ticket"
    ),
}
ICONS = ("ticket", "urgent", "arrow-back-up", "rotate", "message", "users")  # for the sprite
