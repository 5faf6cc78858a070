"""What may be done with a segment. Pure: no database, no request, no clock."""

from collections.abc import Collection

from app.base.actor import Actor, Level
from app.base.errors import Invalid, InvalidFields, NotAllowed, WrongState
from app.base.i18n import _

LONGEST_NAME = 60
MOST_OWN = 100  # segments of one person on one list
MOST_SHARES = 50  # people, roles and departments to whom one segment is open


def name(typed: str) -> str:
    """Return a segment's name as it is kept. Raises InvalidFields for none, or for one that is too long."""
    kept = " ".join(typed.replace("\x00", "").split())
    if not kept:
        raise InvalidFields({"name": _("Give the segment a name.")})
    if len(kept) > LONGEST_NAME:
        raise InvalidFields({"name": _("The name may have at most %(count)s characters.") % {"count": LONGEST_NAME}})
    return kept


def check_own(owner_id: int, *, actor_id: int | None) -> None:
    """Raise NotAllowed unless the actor is the owner: nobody else changes what a segment means."""
    if owner_id != actor_id:
        raise NotAllowed(_("Only its owner may change this segment. Save a copy of your own, or take it over first."))


def check_past(owner_id: int, *, actor: Actor) -> None:
    """Raise NotAllowed for those with whom a segment is shared: what it asked for before was perhaps private."""
    if owner_id != actor.id and actor.reach("logs").read != Level.ALL:
        raise NotAllowed(_("What a segment asked for before is shown to its owner only."))


def check_others(owner_id: int, *, shown: int, actor_id: int | None) -> None:
    """Raise WrongState for one's own segment, or for one that has another owner than was ``shown``."""
    if owner_id == actor_id:
        raise WrongState(_("This segment is yours already."))
    if owner_id != shown:
        raise WrongState(_("Somebody else has taken this segment over meanwhile. Look again."))


def check_count(own: int) -> None:
    """Raise Invalid if a person would have too many segments on one list."""
    if own >= MOST_OWN:
        raise Invalid(_("You have %(count)s segments on this list. Delete some first."), count=own)


def check_free(taken: Collection[str], *, wanted: str) -> None:
    """Raise InvalidFields if the owner has another segment of this name on the list."""
    if wanted in taken:
        raise InvalidFields({"name": _("You have a segment of this name on this list already.")})


def check_shares(count: int) -> None:
    """Raise Invalid for too many people, roles and departments."""
    if count > MOST_SHARES:
        raise Invalid(
            _("A segment is open to at most %(count)s people, roles and departments: choose a department or role."),
            count=MOST_SHARES,
        )
