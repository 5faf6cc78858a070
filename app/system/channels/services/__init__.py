"""What is done with channels: carry, send, resend, set up, test, choose."""

from app.system.channels.services.carrying import carry, hushed, wishes_in
from app.system.channels.services.choosing import as_usual, choose
from app.system.channels.services.keeping import (
    change,
    change_template,
    check,
    create,
    create_template,
    delete,
    delete_template,
    places_of,
    source_of,
    switch_off,
    switch_on,
)
from app.system.channels.services.resending import resend, resend_many, sweep
from app.system.channels.services.sending import send_waiting
from app.system.channels.services.trying import try_out
from app.system.channels.services.wire import Limits, Undelivered
from app.system.channels.services.writing import values_of

__all__ = [
    "Limits",
    "Undelivered",
    "as_usual",
    "carry",
    "change",
    "change_template",
    "check",
    "choose",
    "create",
    "create_template",
    "delete",
    "delete_template",
    "hushed",
    "places_of",
    "resend",
    "resend_many",
    "send_waiting",
    "source_of",
    "sweep",
    "switch_off",
    "switch_on",
    "try_out",
    "values_of",
    "wishes_in",
]
