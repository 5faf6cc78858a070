"""Who comes next within a step: seats of equal turn are asked at once, then those of the next turn."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.system.approvals.rules.cases import CLOSED, LATER, OPEN, YES
from app.system.approvals.rules.flows import ALL


@dataclass
class Place:
    """A seat as the order within a step sees it."""

    turn: int
    state: str


def settle(seats: Sequence[Place], decided: Place, mode: str) -> bool:
    """Close and open the seats of a step after ``decided`` said yes; return whether the step is done.

    Seats of equal turn are asked at once: of these one yes is enough, unless ``mode`` is all. Then the next turn comes.
    """
    decided.state = YES
    beside = [one for one in seats if one.turn == decided.turn and one.state == OPEN]
    if mode == ALL and beside:
        return False
    for one in beside:
        one.state = CLOSED
    return not open_next(seats)


def open_next(seats: Sequence[Place]) -> bool:
    """Open the seats of the next turn; return whether there are any."""
    turn = min((one.turn for one in seats if one.state == LATER), default=None)
    for one in seats:
        if one.state == LATER and one.turn == turn:
            one.state = OPEN
    return turn is not None


def close(seats: Iterable[Place]) -> None:
    """Ask nobody any more."""
    for one in seats:
        if one.state in (OPEN, LATER):
            one.state = CLOSED


def put_before(seats: Sequence[Place]) -> int:
    """Let those who are asked now wait for one more; return that one's turn."""
    turn = min(one.turn for one in seats) - 1
    for one in seats:
        if one.state == OPEN:
            one.state = LATER
    return turn
