"""Setting channels up, and the words they use."""

from collections.abc import Mapping
from typing import Any

from app.base import clock, inbox, logbook
from app.base.actor import Actor
from app.base.errors import Invalid, InvalidFields, WrongState
from app.base.i18n import LANGUAGES, _, speaking
from app.base.logbook import Kind
from app.base.stamps import raise_stamp
from app.base.transaction import check_revision, lock, transaction
from app.extensions import db
from app.system.channels import queries
from app.system.channels.models import Channel, ChannelMessageKind, Template
from app.system.channels.models.channel import SECRETS
from app.system.channels.rules import addresses, sms, words
from app.system.channels.rules.lifecycle import EMAIL, ROBOTS, SMS, check_alone
from app.system.channels.services import wire
from app.system.channels.services.wire import Limits

#: What each kind of channel is made of, and what must not be missing.
FIELDS: Mapping[str, tuple[str, ...]] = {
    EMAIL.value: ("host", "port", "security", "username", "from_address"),
    SMS.value: ("endpoint", "username", "sign_name", "template_code", "variables"),
} | {one.value: () for one in ROBOTS}
REQUIRED: Mapping[str, tuple[str, ...]] = {
    EMAIL.value: ("host", "port", "security", "from_address"),
    SMS.value: ("endpoint", "username", "sign_name", "template_code", "variables"),
} | {one.value: () for one in ROBOTS}
COMMON = {"name": "name", "usual": "usual", "department": "department_id"}
#: Where a password would go: it is asked anew when one of these changes, or it could be sent to somebody else.
BOUND: Mapping[str, tuple[str, ...]] = {EMAIL: ("host", "port", "username", "security"), SMS: ("endpoint", "username")}
MISSING = _("Please fill this in.")


def check(kind: str, values: Mapping[str, Any], limits: Limits) -> None:
    """Raise InvalidFields where a channel would send to what is not of the public net. Asks the net: hold nothing."""
    problems: dict[str, object] = {}
    if kind == EMAIL and values.get("host") and values.get("port"):
        _try(problems, "host", lambda: wire.check_host(values["host"], values["port"], limits))
    if kind == SMS and values.get("endpoint"):
        _try(problems, "endpoint", lambda: _check_url(values["endpoint"], limits))
    if kind in ROBOTS and values.get("webhook"):
        _try(problems, "webhook", lambda: _check_url(values["webhook"], limits))
    if problems:
        raise InvalidFields(problems)


def _check_url(url: str, limits: Limits) -> None:
    target = addresses.target(url, allowed=limits.allowed_hosts)
    wire.check_host(target.host, target.port, limits)


def _try(problems: dict[str, object], name: str, ask: Any) -> None:
    try:
        ask()
    except Invalid as refusal:
        problems[name] = refusal


@transaction
def create(kind: str, values: Mapping[str, Any], *, actor: Actor) -> Channel:
    """Set a channel up, switched off. Raises InvalidFields for what is missing."""
    channel = Channel(kind=kind, is_on=False, secrets={})
    _set(channel, values)
    db.session.add(channel)
    _told()
    return channel


@transaction
def change(channel: Channel, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Change a channel. Raises Conflict, or InvalidFields for what is missing: the password too, for another server."""
    lock(channel)
    check_revision(channel, revision=revision)
    _set(channel, values)
    _told()


def _set(channel: Channel, values: Mapping[str, Any]) -> None:
    with db.session.no_autoflush:
        before = {name: getattr(channel, name) for name in BOUND.get(channel.kind, ())}
        for name, column in {**COMMON, **{one: one for one in FIELDS[channel.kind]}}.items():
            if name in values:
                setattr(channel, column, values[name])
        given = {name: str(values.get(name) or "").strip() for name in SECRETS}
        _check_whole(channel, given, moved=any(getattr(channel, name) != was for name, was in before.items()))
        _keep_secrets(channel, {name: text for name, text in given.items() if text})
        if "kinds" in values:
            _keep_kinds(channel, values["kinds"])


def _check_whole(channel: Channel, given: Mapping[str, str], *, moved: bool) -> None:
    problems: dict[str, object] = {
        name: MISSING for name in REQUIRED[channel.kind] if getattr(channel, name) in (None, "")
    }
    kept = channel.secrets or {}
    if channel.kind in ROBOTS and not (given["webhook"] or kept.get("webhook")):
        problems["webhook"] = MISSING
    if channel.kind == SMS and not (given["password"] or kept.get("password")):
        problems["password"] = MISSING
    if moved and kept.get("password") and not given["password"] and channel.username:
        problems["password"] = _("Where it is sent to has changed: type the password again.")
    if channel.kind == SMS and channel.variables:
        _try(problems, "variables", lambda: sms.variables(channel.variables or ""))
    if problems:
        raise InvalidFields(problems)


def _keep_secrets(channel: Channel, given: Mapping[str, str]) -> None:
    """Keep what was typed; a new address of a robot ends the secret of the former one."""
    kept = dict(channel.secrets or {})
    if "webhook" in given:
        kept.pop("signing", None)
        channel.webhook_host = addresses.target(given["webhook"], allowed=[_host(given["webhook"])]).host
    if channel.kind == EMAIL and not channel.username:
        kept.pop("password", None)
    kept |= given
    if kept != (channel.secrets or {}):
        channel.secrets, channel.secrets_at = kept, clock.now()


def _host(url: str) -> str:
    return url.strip().partition("://")[2].partition("/")[0].partition(":")[0]


def _keep_kinds(channel: Channel, codes: Any) -> None:
    known = {row.code: row for row in channel.told_kinds}
    channel.told_kinds = [known.get(code) or ChannelMessageKind(code=code) for code in codes]


@transaction
def switch_on(channel: Channel, *, actor: Actor) -> None:
    """Let a channel carry messages. Raises WrongState if it does, or if everything would arrive twice."""
    lock(channel)
    if channel.is_on:
        raise WrongState(_("This channel is switched on already."))
    raise_stamp(queries.STAMP)  # its row is the same for all channels: who switches another one on waits here
    check_alone(channel.kind, queries.others_on(channel))
    _switch(channel, is_on=True, actor=actor)


@transaction
def switch_off(channel: Channel, *, actor: Actor) -> None:
    """Let a channel carry nothing more; what waits stays until it is on again, or too old. Raises WrongState."""
    lock(channel)
    if not channel.is_on:
        raise WrongState(_("This channel is switched off already."))
    _switch(channel, is_on=False, actor=actor)


def _switch(channel: Channel, *, is_on: bool, actor: Actor) -> None:
    channel.is_on = is_on
    _told()
    detail = {"channel_is_on": logbook.change(not is_on, is_on)}
    logbook.note(Kind.SETTINGS_CHANGED, **logbook.about(channel), detail=detail, actor=actor)


@transaction
def delete(channel: Channel, *, actor: Actor) -> None:
    """Delete a channel that nothing is to be sent by. Raises WrongState for any other."""
    lock(channel)
    if channel.is_on or queries.has_deliveries(channel):
        raise WrongState(
            _("What was sent by this channel is kept for three months. Switch it off; it does nothing then.")
        )
    db.session.delete(channel)
    _told()


def _told() -> None:
    db.session.flush()
    raise_stamp(queries.STAMP)


# ── templates ──


def places_of(kind: str, family: str) -> tuple[str, ...]:
    """Return the placeholders that a template of a kind may use."""
    return words.places_of(source_of(kind), family=family)


def source_of(kind: str) -> list[str]:
    """Return title and text of a kind in every language, unfilled."""
    known = inbox.kinds.get(kind)
    texts = []
    for language in LANGUAGES if known else ():
        with speaking(language):
            texts += [str(known.title), str(known.text)]  # type: ignore[union-attr]
    return texts


@transaction
def create_template(values: Mapping[str, Any], *, actor: Actor) -> Template:
    """Write other words for a kind. Raises InvalidFields for a placeholder there is not, Invalid if it is there."""
    template = Template(**{name: values[name] for name in ("kind", "family", "language")})
    if (template.kind, template.family, template.language) in queries.templates():
        raise Invalid(_("There is a template for this message, way and language already. Change that one."))
    _word(template, values)
    db.session.add(template)
    _told()
    return template


@transaction
def change_template(template: Template, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Change the words; for what they are stays. Raises Conflict, or InvalidFields for a placeholder there is not."""
    lock(template)
    check_revision(template, revision=revision)
    _word(template, values)
    _told()


def _word(template: Template, values: Mapping[str, Any]) -> None:
    places, problems = places_of(template.kind, template.family), dict[str, object]()
    for name in ("subject", "body"):
        text = values.get(name, getattr(template, name)) or ""
        _try(problems, name, lambda text=text: words.check(text, places))
        setattr(template, name, text)
    if problems:
        raise InvalidFields(problems)


@transaction
def delete_template(template: Template, *, actor: Actor) -> None:
    """Go back to the usual words."""
    db.session.delete(template)
    _told()
