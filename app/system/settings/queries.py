"""Named reads of what was set."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy_continuum import version_class

from app.base.scope import unscoped
from app.base.settings import Setting
from app.extensions import db
from app.system.settings.models import SettingValue


def kept() -> Mapping[str, Any]:
    """Return everything that was set, by the setting's name."""
    table = SettingValue.__table__
    rows = db.session.execute(select(table.c.name, table.c.value).where(table.c.value.is_not(None)))
    return {name: json.loads(value) for name, value in rows}


def rows() -> Mapping[str, SettingValue]:
    """Return the rows of all settings that were ever set, by name."""
    return {row.name: row for row in db.session.scalars(select(SettingValue))}


def row_of(setting: Setting) -> SettingValue | None:
    """Return the row of one setting; None if it was never set."""
    return db.session.scalar(select(SettingValue).where(SettingValue.name == setting.name))


def contents(some: Collection[str]) -> set[str]:
    """Return which of these contents (SHA-256) are, or once were, the logo: its history can be taken back."""
    meant = {json.dumps(one): one for one in some}
    found: set[str] = set()
    with unscoped("a content is kept whoever asks"):
        for table in (SettingValue.__table__, version_class(SettingValue).__table__):
            naming = select(table.c.value).where(table.c.name == "site_logo", table.c.value.in_(list(meant)))
            found |= {meant[value] for value in db.session.scalars(naming)}
    return found
