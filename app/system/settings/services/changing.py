"""Setting, setting back, and taking an earlier value back."""

import json
from collections.abc import Collection
from typing import Any

from app.base import clock, logbook, settings
from app.base.actor import Actor
from app.base.errors import Conflict, Invalid
from app.base.i18n import Spoken, _
from app.base.logbook import Kind
from app.base.sentences import Told, lasting
from app.base.settings import STAMP, Setting
from app.base.stamps import raise_stamp
from app.base.transaction import check_revision, lock, transaction
from app.extensions import db
from app.system.audit import queries as audit
from app.system.settings import queries
from app.system.settings.models import SettingValue


@transaction
def change(setting: Setting, raw: Any, *, actor: Actor, revision: int) -> SettingValue:
    """Set a setting. ``revision``: of the value that was shown, 0 if it was never set.

    Raises Invalid for what may not be set, Conflict if somebody set it meanwhile.
    """
    return _set(setting, json.dumps(setting.checked(raw)), actor=actor, revision=revision)


@transaction
def back_to_default(setting: Setting, *, actor: Actor) -> None:
    """Forget what was set. The history goes on."""
    if queries.row_of(setting) is not None:
        _set(setting, None, actor=actor, revision=None)


@transaction
def take_back(
    record: SettingValue, *, number: int, only: Collection[tuple[str, int, str]] | None, actor: Actor
) -> None:
    """Give a setting the value it had after change set ``number``.

    Raises Invalid if the program has no such setting any more, or would not let this value be set today.
    """
    setting = settings.registered.get(record.name)
    then = audit.snapshot(SettingValue, record.id, number).rows.get((SettingValue, record.id))
    if setting is None or then is None:
        raise Invalid(_("There is no such setting any more, or it had no value then."))
    kept = then["value"]
    _set(setting, kept and json.dumps(setting.checked(json.loads(kept))), actor=actor, revision=None)


def _set(setting: Setting, now: str | None, *, actor: Actor, revision: int | None) -> SettingValue:
    """Keep a value as JSON; None: the default."""
    row = _locked(setting, revision=revision)
    before = row.value
    if before == now:
        return row
    row.value, row.updated_at, row.updated_by_id = now, clock.now(), actor.id
    db.session.add(row)
    db.session.flush()
    raise_stamp(STAMP)
    detail = {"setting_value": logbook.change(_words(setting, before), _words(setting, now))}
    logbook.note(Kind.SETTINGS_CHANGED, **logbook.about(row), detail=detail, actor=actor)
    return row


def _locked(setting: Setting, *, revision: int | None) -> SettingValue:
    """Return the row of a setting, held against others; a new one if it was never set. Raises Conflict."""
    row = queries.row_of(setting)
    if row is None:
        if revision:
            raise Conflict(_("Someone else has saved this record meanwhile."), revision=0)
        return SettingValue(name=setting.name)
    lock(row)
    check_revision(row, revision=revision)
    return row


def _words(setting: Setting, kept: str | None) -> Told:
    """Return a kept value as the log tells it: without a value, the default."""
    value = setting.usual() if kept is None else json.loads(kept)
    return lasting(Spoken(lambda: setting.text(value)))
