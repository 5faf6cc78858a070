"""Whether anything was done with imported records since: whoever takes an import back keeps those."""

from collections.abc import Collection, Sequence
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import Table, select

from app.base.among import among
from app.base.history import versions_of
from app.base.scope import unscoped
from app.extensions import db


def changed_since(cls: type[Any], ids: Sequence[int], *, change_set_id: int) -> set[int]:
    """Return the records of a model that have a version after a change set."""
    versions = versions_of(cls).__table__
    later = select(versions.c.id).where(among(versions.c.id, ids), versions.c.transaction_id > change_set_id)
    with unscoped("whoever imported them takes them back"):
        return set(db.session.scalars(later))


def used(cls: type[Any], ids: Sequence[int], *, files: str = "", but: Collection[str] = ()) -> set[int]:
    """Return the records of a model that a row of any table, of whatever domain and in the bin too, points to.

    ``files``: the kind under which files hang on them; ``but``: the tables in which the import itself wrote.
    """
    own: Table = cls.__table__
    found: set[int] = set()
    with unscoped("a record is in use whoever may see what names it"):
        for table in Model.metadata.sorted_tables:
            for column in table.columns if table.name not in but else ():
                holds = [key for key in column.foreign_keys if key.column is own.c.id and not key.info.get("lets_go")]
                if holds and not table.name.endswith("_version"):
                    found |= set(db.session.scalars(select(column).where(among(column, ids)).distinct()))
        return found | (_with_files(files, ids) if files else set())


def _with_files(kind: str, ids: Sequence[int]) -> set[int]:
    table = Model.metadata.tables["files_file"]
    return set(db.session.scalars(select(table.c.record_id).where(table.c.kind == kind, among(table.c.record_id, ids))))
