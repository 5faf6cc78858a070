"""Letters in words: in the recipient's language, and of what the recipient may see at the moment of sending."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.base import inbox
from app.base.actor import acting
from app.base.i18n import _, ngettext, speaking
from app.base.inbox import Kind, Place
from app.base.public import House
from app.extensions import db
from app.system.channels import queries
from app.system.channels.rules import words
from app.system.channels.rules.lifecycle import EMAIL, ROBOT, SMS, family_of
from app.system.channels.services.letters import Account, Letter
from app.system.channels.services.mail import page
from app.system.channels.services.wire import Undelivered
from app.system.notifications import queries as notifications
from app.system.notifications.queries import Told
from app.system.security import queries as security
from app.system.security.queries import Employee

INBOX, MINE = Place("InboxView.list"), Place("NotificationsView.mine")


@dataclass(frozen=True)
class Person:
    """Somebody who is written to."""

    id: int
    name: str
    email: str
    phone: str
    language: str


def person_of(key: int) -> Person:
    """Return who somebody is, to be written to. Raises Undelivered for an account that is disabled or gone."""
    chosen = select(Employee.id, Employee.name, User.email, Employee.phone, Employee.language)
    row = db.session.execute(chosen.join(User, User.id == Employee.id).where(Employee.id == key, User.active)).first()
    if row is None:
        raise Undelivered(_("The account was disabled."), is_final=True)
    return Person(row.id, row.name, row.email or "", row.phone or "", row.language)


def written(account: Account, people: Sequence[int], messages: Sequence[int], mail_id: str, *, house: House) -> Letter:
    """Return the letter about some messages. Raises Undelivered where there is nobody, or nowhere, to send it to."""
    found = notifications.by_ids(messages)
    if not found:
        raise Undelivered(_("The message is gone."), is_final=True)
    if family_of(account.kind) == ROBOT:
        return _for_group(found[0].kind, _still_here(people), mail_id, house)
    person = person_of(people[0])
    with as_reader(person):
        told = notifications.told(found)
        return (_mail if account.kind == EMAIL else _text_message)(told, person, mail_id, house)


def _still_here(people: Sequence[int]) -> list[Person]:
    """Return those whose accounts are in use. Raises Undelivered for nobody."""
    found, refused = [], None
    for key in people:
        try:
            found.append(person_of(key))
        except Undelivered as refusal:
            refused = refusal
    if not found and refused:
        raise refused
    return found


@contextmanager
def as_reader(person: Person) -> Iterator[None]:
    """Let the block read and speak as somebody would. Raises Undelivered for an account that is disabled."""
    actor = security.actor(person.id)
    if actor is None:
        raise Undelivered(_("The account was disabled."), is_final=True)
    with acting(actor), speaking(person.language):
        yield


def _mail(told: Sequence[Told], person: Person, mail_id: str, house: House) -> Letter:
    if not person.email:
        raise Undelivered(_("No e-mail address is known."), is_final=True)
    parts = [_part(one, person, EMAIL, house) for one in told]
    subject = parts[0][0] if len(parts) == 1 else _digest_subject(house, len(parts))
    foot = str(_("%(site)s sent you this. What comes by mail is chosen here:", site=house.name))
    foot_url = house.at(MINE)
    plain = "\n\n".join("\n".join(filter(None, part)) for part in parts)
    html = page(parts, foot=foot, foot_url=foot_url)
    text = f"{plain}\n\n-- \n{foot}\n{foot_url}\n"
    return Letter(mail_id, person.email, person.name, subject, text, house.name, person.language, html)


def _digest_subject(house: House, count: int) -> str:
    said = ngettext("%(site)s: %(num)s message", "%(site)s: %(num)s messages", count, site=house.name)
    return str(said)


def _part(told: Told, person: Person, family: str, house: House) -> tuple[str, str, str]:
    """Return heading, text and address of one message, in the words of its template if somebody wrote one."""
    one = told.message
    places = [Place(one.endpoint, one.record_id)] if told.is_named and one.endpoint else []
    url = house.at(*places, INBOX)
    own = {"title": told.title, "text": told.text, "link": url}
    values = dict(told.values) | own | of_any(told.kind, person, house)
    written_ = queries.templates().get((one.kind, family, person.language))
    heading, text = written_ or (told.title, told.text)
    if written_ is None:
        return words.one_line(heading), text, url
    return words.one_line(words.filled(heading, values)), words.filled(text, values), "" if "{link}" in text else url


def of_any(kind: Kind, person: Person, house: House) -> dict[str, str]:
    """Return what any template may name."""
    return {"kind": str(kind.label), "name": person.name, "site": house.name}


def _text_message(told: Sequence[Told], person: Person, mail_id: str, house: House) -> Letter:
    if not words.is_mobile(person.phone):
        raise Undelivered(_("No mobile number is known."), is_final=True)
    heading, text, _url = _part(told[0], person, SMS, house)
    values = {"title": heading, "text": text} | of_any(told[0].kind, person, house)
    phone = words.mobile(person.phone)
    return Letter(mail_id, phone, person.name, heading, text, house.name, person.language, values=values)


def _for_group(code: str, people: Sequence[Person], mail_id: str, house: House) -> Letter:
    """Return what a robot says: for whom there is something, of what kind, and where; a group may not see more."""
    with speaking(house.language):
        kind = inbox.kinds.get(code, notifications.UNKNOWN)
        names = "、".join(dict.fromkeys(one.name for one in people))
        url = house.at(INBOX)
        values = {"kind": str(kind.label), "name": names, "site": house.name, "link": url}
        usual = (str(_("%(site)s: %(kind)s")) % values, str(_("For %(name)s. To be read here: %(link)s")) % values)
        heading, text = queries.templates().get((code, ROBOT, house.language)) or usual
        said = "\n".join(filter(None, [words.filled(heading, values), words.filled(text, values)]))
    mobiles = [words.mobile(one.phone) for one in people if words.is_mobile(one.phone)]
    return Letter(mail_id, "", names, heading, said, house.name, house.language, mobiles=mobiles)


def sample(account: Account, person: Person, mail_id: str, *, house: House) -> Letter:
    """Return the letter with which a channel is tested. Raises Undelivered where somebody cannot be reached by it."""
    subject = str(_("Test of %(site)s", site=house.name))
    text = str(_("This is a test. If you can read it, messages arrive by this channel."))
    url = house.at(MINE)
    if account.kind == EMAIL:
        html = page([(subject, text, "")], foot=house.name, foot_url=url)
        return Letter(mail_id, person.email, person.name, subject, text, house.name, person.language, html)
    if account.kind == SMS:
        if not words.is_mobile(person.phone):
            raise Undelivered(_("Your account has no mobile number: have one entered first."))
        values = {"title": subject, "text": text, "name": person.name, "site": house.name, "kind": subject}
        return Letter(mail_id, words.mobile(person.phone), person.name, subject, text, house.name, values=values)
    mobiles = [words.mobile(person.phone)] if words.is_mobile(person.phone) else []
    return Letter(mail_id, "", person.name, subject, f"{subject}\n{text}", house.name, mobiles=mobiles)


def values_of(texts: Sequence[str], kind: Kind) -> Mapping[str, Any]:
    """Return what a preview fills the placeholders of a kind with: their own names in brackets."""
    found = words.places_of(texts, family=EMAIL)
    return {name: f"‹{name}›" for name in found} | {"kind": str(kind.label)}
