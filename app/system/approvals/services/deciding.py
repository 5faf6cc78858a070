"""Approve, reject, give back: called inside the transaction of the domain whose records these are."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from app.base.actor import Actor
from app.base.history import change_set
from app.base.transaction import transaction
from app.system.approvals import queries
from app.system.approvals.rules.cases import BACK, LIFECYCLE, NO, NOT_WAITING, State, note_of
from app.system.approvals.rules.deciding import LOOK_AGAIN, Voice, barred, refusal
from app.system.approvals.services import telling
from app.system.approvals.services.docket import Chair, Docket, Sheet
from app.system.approvals.services.turns import settle


@dataclass
class Decided:
    """What became of records: which are through, which wait at their next step, and why others were not decided on."""

    ended: list[int] = field(default_factory=list)
    moved_on: list[int] = field(default_factory=list)
    refused: dict[int, object] = field(default_factory=dict)  # id → sentence


_looked_at: ContextVar[Mapping[int, int]] = ContextVar("looked_at", default={})  # noqa: B039 - never written to


@contextmanager
def looked_at(edits: Mapping[int, int]) -> Iterator[None]:
    """Within the block, decide only on records as they were shown. ``edits``: record → ``Case.edits`` of its page."""
    token = _looked_at.set(edits)
    try:
        yield
    finally:
        _looked_at.reset(token)


@transaction
def approve(code: str, ids: Sequence[int], *, note: str = "", actor: Actor) -> Decided:
    """Say yes to records that wait for the actor. What cannot be decided by them is refused with a sentence, each."""
    said, decided = note_of(note), Decided()
    docket = Docket(code, actor).read(ids)
    for sheet, chairs in _decidable(docket, ids, decided):
        is_done = _say_yes(docket, sheet, chairs, said)
        if is_done and docket.advance(sheet):
            docket.end(sheet, LIFECYCLE.after("approve", State(sheet.state)))
            decided.ended.append(sheet.record_id)
        else:
            decided.moved_on.append(sheet.record_id)
    docket.write()
    telling.asked(docket)
    telling.decided(docket, "approval_approved", decided.ended)
    return decided


def _say_yes(docket: Docket, sheet: Sheet, chairs: Sequence[tuple[Chair, int]], note: str) -> bool:
    """Note the yes on every seat that is the actor's to decide; return whether the step is done."""
    mode, is_done = docket.mode(sheet), False
    for chair, principal in chairs:
        if chair.state == "open":
            _sign(docket, chair, principal, note)
            docket.note(sheet, "approved", for_id=chair.for_id, note=note or None)
            is_done = settle(sheet.here, chair, mode)
    sheet.since_number = change_set().id
    return is_done


def _sign(docket: Docket, chair: Chair, principal: int, note: str) -> None:
    chair.decided_by_id, chair.decided_at, chair.note = docket.actor.id, docket.now, note or None
    chair.for_id = principal if principal != docket.actor.id else None


@transaction
def reject(code: str, ids: Sequence[int], *, reason: str, actor: Actor) -> Decided:
    """End the way of records with a no. Raises Invalid without a reason."""
    return _turn_down("reject", code, ids, note_of(reason, is_required=True), actor)


@transaction
def give_back(code: str, ids: Sequence[int], *, note: str, actor: Actor) -> Decided:
    """Give records back to whoever submitted them, to be mended and submitted again. Raises Invalid without a note."""
    return _turn_down("give_back", code, ids, note_of(note, is_required=True), actor)


def _turn_down(verb: str, code: str, ids: Sequence[int], note: str, actor: Actor) -> Decided:
    decided, kind = Decided(), "rejected" if verb == "reject" else "returned"
    docket = Docket(code, actor).read(ids)
    for sheet, chairs in _decidable(docket, ids, decided):
        chair, principal = chairs[0]
        _sign(docket, chair, principal, note)
        chair.state = NO if verb == "reject" else BACK
        docket.note(sheet, kind, for_id=chair.for_id, note=note)
        sheet.since_number = change_set().id
        docket.end(sheet, LIFECYCLE.after(verb, State(sheet.state)))
        decided.ended.append(sheet.record_id)
    docket.write()
    telling.decided(docket, f"approval_{kind}", decided.ended)
    return decided


def _decidable(
    docket: Docket, ids: Sequence[int], decided: Decided
) -> Iterator[tuple[Sheet, Sequence[tuple[Chair, int]]]]:
    """Yield the cases that the actor may decide on, with the seats that are theirs; the others are refused."""
    voice, shown = queries.voice(docket.code, docket.actor), _looked_at.get()
    for key in dict.fromkeys(ids):
        sheet = docket.sheets.get(key)
        sentence = NOT_WAITING if sheet is None else _refusal(voice, sheet, shown)
        if sentence is not None:
            decided.refused[key] = sentence
        elif sheet is not None:
            yield sheet, _theirs(voice, sheet)


def _refusal(voice: Voice, sheet: Sheet, shown: Mapping[int, int]) -> object | None:
    if shown.get(sheet.record_id, sheet.edits) != sheet.edits:
        return LOOK_AGAIN
    return refusal(voice, sheet.open, applicant_id=sheet.applicant_id, deciders=sheet.deciders)


def _theirs(voice: Voice, sheet: Sheet) -> Sequence[tuple[Chair, int]]:
    found = []
    for chair in sheet.open:
        who = barred(applicant_id=sheet.applicant_id, deciders=sheet.deciders, is_other=chair.is_other)
        principal = voice.of(chair, barred=who)
        if principal is not None:
            found.append((chair, principal))
    return found
