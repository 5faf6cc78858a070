"""Before deciding: ask one more 加签; and whom the applicant chooses."""

from collections.abc import Sequence

from app.base.actor import Actor
from app.base.errors import Invalid, NotAllowed, WrongState
from app.base.i18n import _
from app.base.transaction import transaction
from app.system.approvals import queries
from app.system.approvals.models import Case
from app.system.approvals.rules.cases import LATER, NOT_WAITING, OPEN, note_of
from app.system.approvals.rules.deciding import refusal
from app.system.approvals.rules.flows import CHOSEN
from app.system.approvals.services import telling
from app.system.approvals.services.docket import Chair, Docket, Sheet
from app.system.approvals.services.turns import put_before

MOST_CHOSEN = 10


@transaction
def add_approver(case: Case, *, employee_id: int, note: str = "", actor: Actor) -> None:
    """Ask one more person before deciding oneself. Raises NotAllowed unless it waits for the actor, Invalid."""
    docket, sheet = _at_hand(case, actor)
    said, voice = note_of(note), queries.voice(case.subject, actor)
    sentence = refusal(voice, sheet.open, applicant_id=sheet.applicant_id, deciders=sheet.deciders)
    if sentence is not None:
        raise NotAllowed(sentence)
    _check_person(docket, sheet, employee_id)
    if any(one.employee_id == employee_id for one in sheet.here if one.state in (OPEN, LATER)):
        raise Invalid(_("This person is asked already."))
    turn = put_before(sheet.here)
    sheet.chairs.append(Chair(turn, OPEN, sheet.place, employee_id=employee_id, why="added"))
    docket.note(sheet, "added", about_id=employee_id, note=said or None)
    docket.write()
    telling.asked(docket)


@transaction
def choose(case: Case, *, people: Sequence[int], actor: Actor) -> None:
    """Say who approves, where the flow leaves it to the applicant. Raises NotAllowed, WrongState, Invalid."""
    docket, sheet = _at_hand(case, actor)
    if sheet.applicant_id != actor.id:
        raise NotAllowed(_("Only whoever submitted this chooses who approves."))
    step = docket.step(sheet)
    if step.kind != CHOSEN or sheet.open:
        raise WrongState(_("Nobody has to be chosen at this step."))
    if not 0 < len(set(people)) <= MOST_CHOSEN:
        raise Invalid(_("Choose one to 10 people."))
    for key in people:
        _check_person(docket, sheet, key)
    docket.seat(sheet, step, chosen=tuple(dict.fromkeys(people)))
    docket.note(sheet, "chosen")
    docket.write()
    telling.asked(docket)


def _at_hand(case: Case, actor: Actor) -> tuple[Docket, Sheet]:
    docket = Docket(case.subject, actor).read([case.record_id])
    sheet = docket.sheets.get(case.record_id)
    if sheet is None or sheet.id != case.id:
        raise WrongState(NOT_WAITING)
    return docket, sheet


def _check_person(docket: Docket, sheet: Sheet, key: int) -> None:
    if not docket.house.is_active(key):
        raise Invalid(_("This person does not work here any more. Choose somebody else."))
    if key == sheet.applicant_id:
        raise Invalid(_("Whoever submitted this cannot approve it. Choose somebody else."))
