"""Name who decides in one's place while one is away; change that, and end it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm.attributes import flag_modified

from app.base import clock
from app.base.actor import Actor, Level
from app.base.errors import InvalidFields, NotAllowed
from app.base.i18n import _
from app.base.inbox import Place, tell
from app.base.transaction import announce, check_revision, is_new, lock, transaction
from app.extensions import db
from app.system.approvals.facts import CasesMoved
from app.system.approvals.models import Delegation, DelegationSubject
from app.system.approvals.queries import House
from app.system.approvals.rules.delegations import check_days


@transaction
def delegate(values: Mapping[str, Any], *, actor: Actor) -> Delegation:
    """Let somebody decide for somebody. Raises InvalidFields; NotAllowed for others, unless one keeps all approvals."""
    made = Delegation()
    _assign(made, values, actor)
    db.session.add(made)
    db.session.flush()
    _tell(made, "approval_delegated", actor)
    announce(CasesMoved(""))
    return made


@transaction
def change_delegation(record: Delegation, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Change a delegation. Raises Conflict if it was saved since, else as ``delegate``."""
    lock(record)
    check_revision(record, revision=revision)
    _check_own(record.from_id, actor)
    former = record.to_id
    with db.session.no_autoflush:
        _assign(record, values, actor)
    db.session.flush()
    announce(CasesMoved(""))
    if record.to_id != former:
        _tell(record, "approval_delegated", actor)


@transaction
def end_delegation(record: Delegation, *, actor: Actor) -> None:
    """End a delegation: from now on nobody decides by it. What was decided stays."""
    _check_own(record.from_id, actor)
    db.session.delete(record)
    announce(CasesMoved(""))


def _check_own(key: int | None, actor: Actor) -> None:
    if key != actor.id and not actor.is_system and actor.reach("approvals").write != Level.ALL:
        raise NotAllowed(_("You can only name who decides in your own place. Ask an administrator for others."))


def _assign(record: Delegation, values: Mapping[str, Any], actor: Actor) -> None:
    for name in ("from", "to"):
        if name in values:
            setattr(record, f"{name}_id", values[name])
    if record.from_id is None:
        record.from_id = actor.id
    _check_own(record.from_id, actor)
    for name in ("from_on", "to_on", "reason"):
        if name in values:
            setattr(record, name, values[name])
    _check(record)
    if "subjects" in values:
        _limit(record, values["subjects"])


def _limit(record: Delegation, codes: Sequence[str]) -> None:
    kept = {one.code: one for one in record.kinds}
    if set(kept) == set(codes):
        return
    record.kinds = [kept.get(code) or DelegationSubject(code=code) for code in codes]
    if not is_new(record):
        flag_modified(record, "reason")  # rows of another table alone would leave the revision as it is


def _check(record: Delegation) -> None:
    if record.from_id == record.to_id:
        raise InvalidFields({"to": _("Choose somebody else than the person who is away.")})
    if not House().is_active(record.to_id):
        raise InvalidFields({"to": _("This person does not work here any more. Choose somebody else.")})
    check_days(record.from_on, record.to_on, today=clock.today())


def _tell(record: Delegation, kind: str, actor: Actor) -> None:
    days = {"from_on": record.from_on.isoformat(), "to_on": record.to_on.isoformat()}
    people = {record.to_id, record.from_id} - {actor.id}
    tell(sorted(people), kind, params=days, link=Place("DelegationView.show", record.id), actor=actor)
