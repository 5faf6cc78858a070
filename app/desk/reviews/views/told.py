"""What ratings tell people."""

from app.base import inbox
from app.base.i18n import _

KINDS = {
    "rating_given": inbox.Kind(
        _("I was rated"), "star", _("A ticket of yours was rated: %(what)s"), _("You may reply once."), names="rating"
    ),
    "rating_low": inbox.Kind(
        _("Low rating"),
        "alert-triangle",
        _("Low: %(what)s"),
        "%(words)s",
        names="rating",
        is_urgent=True,
    ),
    "rating_low_key": inbox.Kind(
        _("Low rating of a key customer"),
        "alert-triangle",
        _("A key customer is not content: %(what)s"),
        _("Those who answer for the customer are told."),
        names="rating",
        is_urgent=True,
    ),
    "rating_replied": inbox.Kind(
        _("Rating replied to"), "message", _("%(who)s replied to the %(what)s"), "%(words)s", names="rating"
    ),
    "rating_objected": inbox.Kind(
        _("Rating objected to"), "gavel", _("%(who)s objects to the %(what)s"), "%(words)s", names="rating"
    ),
    "rating_upheld": inbox.Kind(
        _("Rating upheld"), "gavel", _("%(who)s lets the %(what)s stand"), "%(words)s", names="rating"
    ),
    "rating_void": inbox.Kind(
        _("Rating void"), "gavel", _("%(who)s made the %(what)s void"), "%(words)s", names="rating"
    ),
}
