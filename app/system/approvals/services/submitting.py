"""Submit records, say that they were changed, withdraw them, let them go: called by the domain of the records."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from app.base.actor import Actor
from app.base.among import among
from app.base.errors import NotAllowed, WrongState
from app.base.i18n import _
from app.base.scope import unscoped
from app.base.transaction import transaction
from app.extensions import db
from app.system.approvals.models import Case, Edition
from app.system.approvals.rules.cases import LIFECYCLE, NOT_WAITING, State
from app.system.approvals.services import telling
from app.system.approvals.services.docket import CASE, Docket, Sheet
from app.system.approvals.services.flows import edition_now

ALREADY = _("This waits for approval already.")


@transaction
def begin(code: str, ids: Collection[int], *, applicant_id: int, actor: Actor) -> None:
    """Submit records: each gets a case, and whoever is asked first hears of it.

    Raises WrongState if one of them waits already. The record must be in the database: it is read as it is now.
    """
    db.session.flush()
    docket, wanted = Docket(code, actor), sorted(set(ids))
    rows = _rows(docket, wanted, applicant_id, edition_now(code))
    for sheet in _inserted(docket, rows):
        docket.advance(sheet, is_first=True)
        docket.note(sheet, "begun")
    docket.write()
    telling.asked(docket)


def _rows(docket: Docket, ids: Sequence[int], applicant_id: int, edition: Edition) -> list[dict[str, Any]]:
    since = _last_decided(docket.code, ids)
    docket.sheets = {key: Sheet(0, key, edition.id, applicant_id, None) for key in ids}
    docket.look_again()
    return [
        {
            "subject": docket.code,
            "record_id": key,
            "edition_id": edition.id,
            "state": State.WAITING,
            "applicant_id": applicant_id,
            "department_id": sheet.department_id,
            "amount": sheet.amount,
            "place": 0,
            "round": 1,
            "edits": 0,
            "since_number": since.get(key),
            "opened_at": docket.now,
        }
        for key, sheet in docket.sheets.items()
    ]


def _last_decided(code: str, ids: Sequence[int]) -> Mapping[int, int | None]:
    """Return the change set of the last decision on records that had a case before."""
    last = select(func.max(CASE.c.id)).where(CASE.c.subject == code, among(CASE.c.record_id, ids))
    wanted = select(CASE.c.record_id, CASE.c.since_number).where(CASE.c.id.in_(last.group_by(CASE.c.record_id)))
    with unscoped("the caller's domain says whose records these are"):
        return {key: number for key, number in db.session.connection().execute(wanted)}  # noqa: C416 - rows, no pairs


def _inserted(docket: Docket, rows: Sequence[dict[str, Any]]) -> list[Sheet]:
    if not rows:
        return []
    made = insert(CASE).returning(CASE.c.id, CASE.c.record_id)
    try:
        ids = {key: case for case, key in db.session.connection().execute(made, rows)}
    except IntegrityError as error:  # the index of those that wait
        raise WrongState(ALREADY) from error
    names = Sheet.__dataclass_fields__
    for row in rows:
        known = {name: value for name, value in row.items() if name in names}
        docket.take(Sheet(id=ids[row["record_id"]], **known))
    return list(docket.sheets.values())


@transaction
def changed(code: str, ids: Collection[int], names: Collection[str], *, actor: Actor) -> None:
    """Say that waiting records were edited. What the flow starts anew for (an amount) leads back to the first step.

    ``names``: of the fields that changed. Records that do not wait are left alone.
    """
    db.session.flush()
    docket, told = Docket(code, actor).read(list(ids)), sorted(names)
    if not told:
        return
    docket.look_again()
    starts = bool(docket.subject.restarts & set(told))
    for sheet in docket.sheets.values():
        sheet.edits += 1
        if starts:
            docket.start_again(sheet)
        docket.note(sheet, "restarted" if starts else "changed", names=told)
    docket.write()
    if starts:
        telling.asked(docket)


@transaction
def withdraw(code: str, ids: Collection[int], *, actor: Actor) -> None:
    """Take back what one has submitted. Raises WrongState for what was decided meanwhile, NotAllowed for others'."""
    docket = Docket(code, actor).read(list(ids))
    if set(ids) - set(docket.sheets):
        raise WrongState(NOT_WAITING)
    for sheet in docket.sheets.values():
        check_applicant(sheet, actor=actor)
    _end(docket, "withdraw", "withdrawn")


def check_applicant(case: Case | Sheet, *, actor: Actor) -> None:
    """Raise NotAllowed for what somebody else has submitted."""
    if not actor.is_system and case.applicant_id != actor.id:
        raise NotAllowed(_("Only whoever submitted this can withdraw it, or submit it again."))


@transaction
def drop(code: str, ids: Collection[int], *, actor: Actor) -> None:
    """Let go of whatever of these waits: the record was deleted, voided or decided by other means."""
    _end(Docket(code, actor).read(list(ids)), "drop", "gone")


def _end(docket: Docket, verb: str, kind: str) -> None:
    for sheet in docket.sheets.values():
        docket.note(sheet, kind)
        docket.end(sheet, LIFECYCLE.after(verb, State(sheet.state)))
    docket.write()
