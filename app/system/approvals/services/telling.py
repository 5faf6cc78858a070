"""Messages: who is asked, what was decided, what waits for too long. One message per person and call."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from app.base import clock
from app.base.inbox import Place, tell
from app.system.approvals import queries
from app.system.approvals.rules.cases import OPEN, WAITING
from app.system.approvals.rules.deciding import barred
from app.system.approvals.services.docket import Chair, Docket, Sheet


def asked(docket: Docket) -> None:
    """Tell whoever is asked now, and was not before; applicants who have yet to choose somebody, too."""
    fresh = {sheet.id: [one for one in sheet.open if not one.is_told] for sheet in docket.sheets.values()}
    _tell(docket, "approval_asked", _whom(docket, fresh))
    choosing = defaultdict(list)
    for sheet in docket.sheets.values():
        if sheet.state == WAITING and not sheet.open and sheet.standing() != sheet.was:
            choosing[sheet.applicant_id].append(sheet.id)
    _tell(docket, "approval_choose", choosing)


def late(docket: Docket, sheets: Sequence[Sheet]) -> None:
    """Remind whoever is asked."""
    _tell(docket, "approval_late", _whom(docket, {sheet.id: sheet.open for sheet in sheets}))


def decided(docket: Docket, kind: str, records: Iterable[int]) -> None:
    """Tell applicants what became of their records."""
    found = defaultdict(list)
    for key in records:
        sheet = docket.sheets[key]
        if sheet.applicant_id != docket.actor.id:
            found[sheet.applicant_id].append(sheet.id)
    _tell(docket, kind, found)


def _whom(docket: Docket, chairs: dict[int, list[Chair]]) -> dict[int, list[int]]:
    """Return who hears of which cases: whoever sits there, holds the role, or represents one of them today."""
    found: dict[int, list[int]] = defaultdict(list)
    for sheet in docket.sheets.values():
        people = {key for one in chairs.get(sheet.id, ()) for key in _sitting(docket, sheet, one)}
        for key in people:
            found[key].append(sheet.id)
    meanwhile = queries.delegates(docket.code, found, clock.today())
    barred_of = {sheet.id: sheet.applicant_id for sheet in docket.sheets.values()}
    for key, delegates in meanwhile.items():
        for delegate in delegates:
            found[delegate] += [one for one in found[key] if barred_of[one] != delegate and one not in found[delegate]]
    return found


def _sitting(docket: Docket, sheet: Sheet, chair: Chair) -> Sequence[int]:
    if chair.state != OPEN:
        return ()
    if chair.employee_id is not None:
        return [chair.employee_id]
    who = barred(applicant_id=sheet.applicant_id, deciders=sheet.deciders, is_other=chair.is_other)
    return [key for key in docket.house.holders(chair.role_id or 0) if key not in who]


def _tell(docket: Docket, kind: str, found: dict[int, list[int]]) -> None:
    alike: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for person, ids in found.items():
        if ids and person != docket.actor.id:
            alike[tuple(ids)].append(person)
    for cases, people in alike.items():
        if len(cases) == 1:
            tell(people, kind, link=Place("CaseView.show", cases[0]), actor=docket.actor)
        else:
            many = {"count": len(cases), "subject": docket.code}
            tell(people, f"{kind}_many", params=many, link=Place(PLACES.get(kind, "MineView.list")), actor=docket.actor)


PLACES = {"approval_asked": "WaitingView.list", "approval_late": "WaitingView.list"}
