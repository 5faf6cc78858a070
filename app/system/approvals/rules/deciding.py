"""Who may decide on a seat, in whose name. Pure. ``waiting_for`` in queries says the same as a statement."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.base.i18n import _

OWN_ENTRY = _("Nobody approves what they entered themselves.")
NOT_ASKED = _("It is not your turn: it waits for somebody else.")
AGAIN = _("You have approved an earlier step: another person must decide on this one.")
LOOK_AGAIN = _("The record was changed since you opened this page. Look at it again, then decide.")


class Chair(Protocol):
    """A seat that is asked now."""

    employee_id: int | None
    role_id: int | None
    is_other: bool


@dataclass(frozen=True)
class Voice:
    """In whose name somebody may speak: their own, or of those whom they represent."""

    principals: Mapping[int, Collection[int]]  # person → the roles they hold, the actor first
    actor_id: int | None

    def of(self, seat: Chair, *, barred: Collection[int]) -> int | None:
        """Return in whose name the actor may decide on a seat; None if in nobody's."""
        if self.actor_id in barred:
            return None
        for key, roles in self.principals.items():
            if key not in barred and (seat.employee_id == key or (seat.role_id is not None and seat.role_id in roles)):
                return key
        return None


def barred(*, applicant_id: int, deciders: Collection[int], is_other: bool) -> frozenset[int]:
    """Return who may not decide: the applicant, and where another person is needed, whoever approved before."""
    return frozenset({applicant_id, *(deciders if is_other else ())})


def refusal(voice: Voice, seats: Sequence[Chair], *, applicant_id: int, deciders: Collection[int]) -> object | None:
    """Return why the actor may not decide on any of these seats, which are asked now; None if they may."""
    if voice.actor_id == applicant_id:
        return OWN_ENTRY
    for seat in seats:
        who = barred(applicant_id=applicant_id, deciders=deciders, is_other=seat.is_other)
        if voice.of(seat, barred=who) is not None:
            return None
    return _why_not(voice, seats, applicant_id)


def _why_not(voice: Voice, seats: Sequence[Chair], applicant_id: int) -> object:
    for seat in seats:
        if voice.of(seat, barred=()) is not None:
            return OWN_ENTRY if voice.of(seat, barred={applicant_id}) is None else AGAIN
    return NOT_ASKED
