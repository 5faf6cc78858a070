"""An id that was given away is given to nobody else: two histories would become one."""

from flask_appbuilder import Model
from sqlalchemy import text

from app.base.history import _has_integer_key
from app.extensions import db

DEFINITION = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :name"
SERIES = "SELECT pg_get_serial_sequence(:name, 'id')"


def gives_each_once(table):
    """Tell whether the database never gives an id of a table away again."""
    if db.engine.dialect.name == "sqlite":
        return "AUTOINCREMENT" in db.session.scalar(text(DEFINITION), {"name": table.name})
    return table.c.id.default is not None or db.session.scalar(text(SERIES), {"name": table.name}) is not None


def test_no_id_is_handed_out_twice(in_app):
    keyed = [one for one in Model.metadata.sorted_tables if not one.name.endswith("_version") and _has_integer_key(one)]
    mine = [one for one in keyed if one.primary_key.columns.keys() == ["id"] and one.c.id.autoincrement is not False]
    assert len(mine) > 80
    assert [one.name for one in mine if not gives_each_once(one)] == []
