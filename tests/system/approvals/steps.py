"""What the tests of approvals share: a kind of record that waits (follow-ups; their call seconds are the amount)."""

from contextlib import contextmanager
from decimal import Decimal

from sqlalchemy import select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.bulk import Applied
from app.base.scope import unscoped
from app.base.transaction import lock, transaction
from app.crm.followups.models import Followup
from app.extensions import db
from app.system.approvals import queries, services
from app.system.approvals.models import Case, Event, Flow, Seat, Subject, subjects
from app.system.approvals.services.flows import edition_now
from app.system.notifications.models import Message
from app.system.security.models import Department, Employee
from app.system.security.queries import Role
from tests.cast import LIN
from tests.factories import a_customer, a_followup

CODE = "trial"
LIMITS = {"finance": None, "executive": Decimal(500)}


def _limit(actor):
    held = [LIMITS[role] for role in actor.roles if role in LIMITS]
    return None if None in held else max(held, default=Decimal(0))


@transaction
def approve(ids, note, actor):
    """What a domain does: lock its rows, ask the approvals, change what is through."""
    with unscoped("finance sees no follow-ups"):
        rows = {
            row.id: row for row in db.session.scalars(select(Followup).where(Followup.id.in_(ids)).with_for_update())
        }
    decided = services.approve(CODE, ids, note=note, actor=actor)
    for key in decided.ended:
        rows[key].result = "approved"
    return Applied(decided.ended + decided.moved_on, decided.refused)


@transaction
def reject(ids, reason, actor):
    decided = services.reject(CODE, ids, reason=reason, actor=actor)
    return Applied(decided.ended, decided.refused)


TRIAL = Subject(
    code=CODE,
    label="Trial record",
    icon="gavel",
    model=Followup,
    fields=("content", "call_seconds", "next_contact_at"),
    asked=("call_seconds", "channel", "next_contact_at"),
    restarts=frozenset({"call_seconds"}),
    limit=_limit,
    amount="call_seconds",
    url=lambda key: f"/followups/{key}",
    approve=approve,
    reject=reject,
)


@contextmanager
def known(subject=TRIAL):
    """Make the subject known within the block."""
    services.register(subject)
    try:
        yield subject
    finally:
        subjects.pop(subject.code, None)


def role(name):
    return db.session.scalars(select(Role.id).where(Role.name == name)).one()


def flow(*steps, fallback=None):
    """Save a flow of these steps; a role may be named by its code."""
    with acting(SYSTEM):
        edition_now(CODE)
        made = db.session.scalars(select(Flow).where(Flow.subject == CODE)).one()
        full = [one | {"role_id": role(one["role"])} if "role" in one else one for one in steps]
        services.save_flow(made, full, fallback_id=fallback and fallback.id, actor=SYSTEM)
        return made


def person(who, **more):
    return {"kind": "person", "person_id": who.id} | more


def by_role(name, **more):
    return {"kind": "role", "role": name} | more


def record(seconds=100, **more):
    """Save a record of Lin's; return its id."""
    with acting(SYSTEM):
        customer = a_customer(name=f"河南{db.session.scalar(select(db.func.count(Followup.id)))}商贸有限公司")
        return a_followup(customer=customer.id, content="first words", call_seconds=seconds, **more).id


def begin(*keys, by=LIN):
    with acting(by.actor) as actor:
        services.begin(CODE, keys, applicant_id=by.id, actor=actor)


def waiting(seconds=100, by=LIN):
    """Save a record and submit it; return its id."""
    key = record(seconds)
    begin(key, by=by)
    return key


def yes(who, *keys, note=""):
    with acting(who.actor) as actor:
        return services.approve(CODE, keys, note=note, actor=actor)


def no(who, *keys, reason="wrong"):
    with acting(who.actor) as actor:
        return services.reject(CODE, keys, reason=reason, actor=actor)


def back(who, *keys, note="mend it"):
    with acting(who.actor) as actor:
        return services.give_back(CODE, keys, note=note, actor=actor)


def case(key):
    with acting(SYSTEM):
        return db.session.scalars(select(Case).where(Case.record_id == key).order_by(Case.id.desc()).limit(1)).one()


def asked(key):
    """Return who is asked now: ids of people, names of roles."""
    with acting(SYSTEM):
        wanted = select(Seat).where(Seat.case_id == case(key).id, Seat.state == "open").order_by(Seat.id)
        return [one.employee_id or one.role.name for one in db.session.scalars(wanted)]


def told(key):
    """Return what happened to a case: (kind, by, for)."""
    with acting(SYSTEM):
        rows = db.session.scalars(select(Event).where(Event.case_id == case(key).id).order_by(Event.id))
        return [(one.kind, one.by_id, one.for_id) for one in rows]


def messages(who, kind=None):
    with acting(SYSTEM):
        rows = db.session.scalars(select(Message).where(Message.recipient_id == who.id).order_by(Message.id))
        return [one.kind for one in rows if one.kind.startswith("approval") and kind in (None, one.kind)]


def waits(who):
    """Return the records that wait for somebody, by the statement that screens use."""
    with acting(who.actor) as actor:
        wanted = select(Followup.id).where(Followup.id.in_(queries.waiting_for(CODE, actor))).order_by(Followup.id)
        with acting(SYSTEM):
            return list(db.session.scalars(wanted))


def refusal(who, key):
    with acting(who.actor) as actor:
        said = queries.may_decide(CODE, key, actor)
        return None if said is None else str(said)


def head(department, who):
    with acting(SYSTEM):
        db.session.get(Department, department).head_id = who and who.id
        db.session.commit()


def edit(key, by=LIN, **values):
    """Change a waiting record as its domain would."""

    @transaction
    def change(actor):
        row = db.session.get(Followup, key)
        lock(row)
        for name, value in values.items():
            setattr(row, name, value)
        services.changed(CODE, [key], set(values), actor=actor)

    with acting(by.actor) as actor:
        change(actor)


def leave(who):
    """Shut somebody's account without telling anybody."""
    with acting(SYSTEM):
        db.session.get(Employee, who.id).account.active = False
        from app.base.stamps import raise_stamp  # noqa: PLC0415 - only here

        raise_stamp("security")
        db.session.commit()


def delegation(who, delegate):
    """Let somebody decide for somebody today."""
    today = clock.today()
    values = {"from": who.id, "to": delegate.id, "from_on": today, "to_on": today}
    return services.delegate(values, actor=SYSTEM)
