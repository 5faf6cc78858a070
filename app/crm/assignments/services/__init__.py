"""What can be done with who holds customers: assign, recall, hand over, move along. Each as a part of a run."""

from app.crm.assignments.rules import Receiver, Way, added, shares, way, weights
from app.crm.assignments.rules import check_receivers as check_people
from app.crm.assignments.services.assigning import assign, check_assign, plan_assign
from app.crm.assignments.services.by_file import AssignmentTarget
from app.crm.assignments.services.moving import MOVED, check_move, move_along
from app.crm.assignments.services.recalling import check_recall, recall
from app.crm.assignments.services.receivers import ReceiverNames
from app.crm.assignments.services.telling import tell_given, tell_recalled, tell_undone

__all__ = [
    "MOVED",
    "AssignmentTarget",
    "Receiver",
    "ReceiverNames",
    "Way",
    "added",
    "assign",
    "check_assign",
    "check_move",
    "check_people",
    "check_recall",
    "move_along",
    "plan_assign",
    "recall",
    "shares",
    "tell_given",
    "tell_recalled",
    "tell_undone",
    "way",
    "weights",
]
