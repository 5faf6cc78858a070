"""Loads the demo into an empty installation, with a history as if people had worked for two years."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.base import clock
from app.base.actor import SYSTEM, Actor, Channel, acting
from app.base.history import change_set, insert_versioned
from app.base.transaction import transaction
from app.crm.customers.models import Contact, ContactLink, ContactPhone, Customer, CustomerTag
from app.crm.customers.services import phones, share
from app.demo.approvals import change_keys
from app.demo.bank import book
from app.demo.channels import keep_channels
from app.demo.companies import Maker
from app.demo.exceptions import let_be_asked
from app.demo.fees import collect_fees
from app.demo.followups import follow_up
from app.demo.letters import write as write_letters
from app.demo.people import DEPARTMENTS, HEADS, OWNERS, PASSWORD, PEOPLE
from app.demo.pools import keep_pools
from app.demo.products import offer_products
from app.demo.ratings import rate
from app.demo.renewals import end_services
from app.demo.sales import sell
from app.demo.segments import keep_segments
from app.demo.tickets import serve
from app.extensions import db
from app.system.security import queries as security
from app.system.security import services
from app.system.security.models import Department, Employee
from app.system.sign_in import services as sign_in

COMPANIES, PERSONS, BATCH, EDITS, DAYS, SHARES = 2700, 300, 100, 360, 720, 24
LAST_YEAR, LAST_REGISTER, TODAY = 360, 20, 9  # days; changes of today
OPENING, WORKING_MINUTES, FRIDAY = time(9), 540, 4
SEED = 20261122


def load(settings: Any) -> tuple[int, int]:
    """Fill the installation; return how many people and customers it has now. At most about 15 seconds."""
    with acting(SYSTEM):
        _hire(settings)
        people = {row.username: row.id for row in db.session.scalars(select(User))}
        actors = {name: security.actor(key) for name, key in people.items()}
    maker = Maker(SEED)
    products = offer_products(actors)
    _two_years(maker, actors)
    follow_up(maker, actors)
    collect_fees(maker, actors, products)
    end_services(maker, actors)
    book(maker, actors["mahuimin"])
    sell(maker, actors)
    serve(maker, actors)
    rate(maker, actors)
    let_be_asked(actors)
    keep_pools(actors)
    keep_segments(actors)
    write_letters(actors)
    keep_channels(actors)
    change_keys(actors)
    return len(PEOPLE), COMPANIES + PERSONS


@transaction
def _hire(settings: Any) -> None:
    houses: dict[str, Department] = {}
    for name, (above, kind) in DEPARTMENTS.items():
        parent_id = houses[above].id if above else None
        values = {"name": name, "kind": kind, "parent": parent_id}
        houses[name] = Department()
        services.save_department(houses[name], values, actor=SYSTEM, revision=None)
        db.session.flush()
    staff = {person.username: _employ(person, houses, place) for place, person in enumerate(PEOPLE, start=1)}
    for name, username in HEADS.items():
        houses[name].head_id = staff[username].id
    first = staff["admin"].account
    sign_in.first_password(first, new=PASSWORD, settings=settings)
    for employee in staff.values():
        employee.account.password = first.password  # one slow hash for all: they share the password
        employee.password_changed_at, employee.must_change_password = clock.now(), False


def _employ(person: Any, houses: Mapping[str, Department], place: int) -> Employee:
    return services.hire(
        {
            "username": person.username,
            "email": f"{person.username}@zhike.example",
            "name": person.name,
            "number": f"QX{place:04d}",
            "department": houses[person.department].id,
            "position": person.position,
            "phone": f"+8613800{138_000 + place:06d}",
            "language": "zh_Hans",
            "roles": [person.role],
        },
        actor=SYSTEM,
    )


def _two_years(maker: Maker, actors: Mapping[str, Actor]) -> None:
    """Let everything happen in the order of time: registers are imported, owners change and share what they hold."""
    rows = [*maker.companies(COMPANIES), *[maker.individual() for _number in range(PERSONS)]]
    maker.random.shuffle(rows)
    batches = [rows[start : start + BATCH] for start in range(0, len(rows), BATCH)]
    events: list[tuple[datetime, str, Any]] = [
        (_at_work(maker, DAYS - (DAYS - LAST_REGISTER) * place // len(batches)), "import", batch)
        for place, batch in enumerate(batches)
    ]
    late = [int(LAST_YEAR * maker.random.random() ** 2.5) for _number in range(EDITS)]  # most of it lately
    events += [(_at_work(maker, days), "edit", None) for days in [*late, *([0] * TODAY)]]
    events += [(_at_work(maker, maker.random.randrange(2, 300)), "share", None) for _number in range(SHARES)]
    held: list[tuple[int, int]] = []
    for when, kind, batch in sorted(events, key=lambda event: event[:2]):
        if kind == "import":
            held += _import(maker, batch, when=when, actors=actors)
        else:
            _work(maker, kind, maker.random.choice(held), when=when, actors=actors)


def _at_work(maker: Maker, days: int) -> datetime:
    """Return a moment of working hours some days ago, of the Friday before where that was a weekend."""
    day = clock.today() - timedelta(days=days)
    day -= timedelta(days=max(0, day.weekday() - FRIDAY)) if days else timedelta()
    found = clock.stored(datetime.combine(day, OPENING) + timedelta(minutes=maker.random.randrange(WORKING_MINUTES)))
    return min(found, clock.now() - timedelta(minutes=maker.random.randrange(1, 90)))


def _import(
    maker: Maker, rows: Sequence[dict[str, Any]], *, when: datetime, actors: Mapping[str, Actor]
) -> list[tuple[int, int]]:
    clerk = actors[maker.random.choice(("chenfang", "zhengkai"))].by(Channel.IMPORT)
    with acting(clerk):
        return _batch(maker, rows, clerk=clerk, when=when, actors=actors)


def _work(maker: Maker, kind: str, held: tuple[int, int], *, when: datetime, actors: Mapping[str, Actor]) -> None:
    key, owner_id = held
    owner = next(actor for actor in actors.values() if actor.id == owner_id)
    other = actors[maker.random.choice(OWNERS)]
    with acting(owner):
        if kind == "edit":
            _edit(maker, key, actor=owner, when=when)
        elif other.id != owner_id:
            _share(key, other.id or 0, actor=owner, when=when, can_write=maker.random.random() < 0.5)  # noqa: PLR2004


@transaction
def _batch(
    maker: Maker, rows: Sequence[dict[str, Any]], *, clerk: Actor, when: datetime, actors: Mapping[str, Actor]
) -> list[tuple[int, int]]:
    """Insert customers with what belongs to them; return the keys of those that have an owner, and the owner's."""
    change_set().issued_at, change_set().note = when, f"豫企名录 {when:%Y-%m}.xlsx"
    for row in rows:
        owner = actors[maker.random.choice(OWNERS)] if maker.random.random() < 0.8 else None  # noqa: PLR2004
        row["owner_id"] = owner.id if owner else None
        row["department_id"] = (owner or clerk).department_id
        row["assigned_at"] = when if owner else None
        row["converted_on"] = when.date() if row["status"] == "deal" else None
        row |= {"created_by_id": clerk.id, "updated_by_id": clerk.id, "created_at": when, "updated_at": when}
    ids = insert_versioned(Customer, rows)
    _tags(maker, ids)
    _contacts(maker, ids, rows, when)
    phones.index(ids)
    return [(key, row["owner_id"]) for key, row in zip(ids, rows, strict=True) if row["owner_id"]]


TAGS = ("old_customer", "erp_switch", "monthly_billing", "several_sites", "price_sensitive", "needs_training")


def _tags(maker: Maker, ids: Sequence[int]) -> None:
    chosen = [(key, maker.random.sample(TAGS, maker.random.choice((0, 0, 1, 1, 2)))) for key in ids]
    insert_versioned(CustomerTag, [{"customer_id": key, "code": code} for key, codes in chosen for code in codes])


def _contacts(maker: Maker, ids: Sequence[int], rows: Sequence[Mapping[str, Any]], when: datetime) -> None:
    pairs = [(key, row) for key, row in zip(ids, rows, strict=True) if row["kind"] == "company"]
    pairs = [pair for pair in pairs if maker.random.random() < 0.6]  # noqa: PLR2004 - three in five have one
    channel = ("phone", "wechat", "email")
    people = [
        {
            "name": row["finance_name"] or maker.person(),
            "sex": None,
            "email": None,
            "wechat": f"wx_{maker.random.randrange(10**6):06d}" if maker.random.random() < 0.4 else None,  # noqa: PLR2004
            "preferred_channel": maker.random.choice(channel),
            "birthday": None,
            "notes": None,
            "created_at": when,
            "created_by_id": row["created_by_id"],
            "updated_at": when,
            "deleted_at": None,
        }
        for _key, row in pairs
    ]
    contacts = insert_versioned(Contact, people)
    numbers = [
        (contact, row["finance_phone"] or maker.mobile()) for contact, (_key, row) in zip(contacts, pairs, strict=True)
    ]
    insert_versioned(ContactPhone, [{"contact_id": contact, "number": number} for contact, number in numbers])
    links = [
        {
            "customer_id": key,
            "contact_id": contact,
            "position": maker.random.choice(("finance", "finance", "operator", "it", "purchasing")),
            "is_primary": True,
        }
        for contact, (key, _row) in zip(contacts, pairs, strict=True)
    ]
    insert_versioned(ContactLink, links)


@transaction
def _edit(maker: Maker, key: int, *, actor: Actor, when: datetime) -> None:
    customer = db.session.get_one(Customer, key)
    fresh = maker.company()
    for name in maker.random.sample(("level", "followup_status", "status", "address", "finance_phone", "needs"), 2):
        if fresh[name] is not None and (customer.kind == "company" or name in {"level", "followup_status", "status"}):
            setattr(customer, name, fresh[name])
    customer.updated_at, customer.updated_by_id = when, actor.id
    change_set().issued_at = when
    phones.index([key])


@transaction
def _share(key: int, employee_id: int, *, actor: Actor, when: datetime, can_write: bool) -> None:
    customer = db.session.get_one(Customer, key)
    change_set().issued_at = when
    before = customer.updated_at
    share(customer, employee_id=employee_id, can_write=can_write, until_on=None, actor=actor)
    customer.updated_at = max(before, when)
