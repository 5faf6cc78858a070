"""One installed database with the cast, made once per run, copied for each worker, restored after each test.

Services commit, so no test can be wrapped in a savepoint. Instead every statement is watched: the tables it writes
are emptied afterwards and filled again with the rows of the template, which are kept beside them.
"""

import re
import shutil
from collections.abc import Callable, Hashable, Iterable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade
from jinja2 import FileSystemBytecodeCache

from app import create_app
from app.cli import prepare
from app.extensions import db
from config import Settings
from tests import cast
from tests.bed import servers

SQLITE, POSTGRESQL = "sqlite", "postgresql"
WRITES = re.compile(
    r'\b(?:INSERT (?:OR \w+ )?INTO|REPLACE INTO|UPDATE|DELETE FROM|TRUNCATE(?: TABLE)?)\s+"?(\w+)"?', re.IGNORECASE
)
#: SQLite's index of the words of search_entry, and the tables in which it keeps itself.
FULL_TEXT = "search_words"
#: The template's rows: a schema of the same database (PostgreSQL), an attached file (SQLite).
KEPT = "kept"


def settings(url: str, folder: Path) -> Settings:
    """Return the settings of the application under test."""
    return Settings(
        mode="test",
        data_dir=folder,
        database_url=url,
        secret_key="for tests only, and long enough for the check",
        log_key="seals the log of the tests, and long enough",
        encryption_keys=("k1:" + "A" * 43 + "=",),
        sign_in_limit="1000 per minute",
    ).completed()


def environment(made: Settings) -> dict[str, str]:
    """Return the environment that gives another process these settings."""
    return {
        "MODE": made.mode,
        "DATABASE_URL": made.database_url,
        "DATA_DIR": str(made.data_dir),
        "SECRET_KEY": made.secret_key,
        "LOG_KEY": made.log_key,
        "ENCRYPTION_KEYS": ",".join(made.encryption_keys),
    }


def build(folder: Path, name: str) -> Flask:
    """Return an application on a database of this worker's own, with the cast employed."""
    copy = {SQLITE: _copy_file, POSTGRESQL: _copy_database}[name]
    private = folder / f"worker-{name}-{uuid4().hex[:12]}"
    private.mkdir()
    app = create_app(settings(copy(folder, private), private))
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(folder))  # each template is compiled once per run
    return app


def _copy_file(folder: Path, private: Path) -> str:
    template = servers.once(folder, SQLITE, lambda: _make_file(folder / "template.sqlite"))
    shutil.copyfile(template, private / "zhike.sqlite")
    return f"sqlite:///{private / 'zhike.sqlite'}"


def _make_file(file: Path) -> str:
    _install(f"sqlite:///{file}", file.parent)
    with sa.create_engine(f"sqlite:///{file}").connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return str(file)


def _copy_database(folder: Path, private: Path) -> str:
    address = servers.postgres(folder)
    name = private.name.replace("-", "_")
    with servers.alone(folder, "clone"):
        servers.once(folder, POSTGRESQL, lambda: _make_database(address, folder))
        _command(address, f"CREATE DATABASE {name} TEMPLATE template_zhike")
    return address.format(name=name)


def _make_database(address: str, folder: Path) -> str:
    _command(address, "CREATE DATABASE template_zhike")
    _install(address.format(name="template_zhike"), folder)
    engine = sa.create_engine(address.format(name="template_zhike"), poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {KEPT}")
        for table in sa.inspect(connection).get_table_names():
            connection.exec_driver_sql(f'CREATE TABLE {KEPT}."{table}" AS TABLE public."{table}"')
    return "template_zhike"


def _command(address: str, statement: str) -> None:
    engine = sa.create_engine(address.format(name="postgres"), poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)


def _install(url: str, folder: Path) -> None:
    """Do what ``flask setup`` does, and employ the cast."""
    app = create_app(settings(url, folder))
    with app.app_context():
        upgrade()
        prepare()
        cast.employ()
        db.session.remove()
        db.engine.dispose()


#: How rows are put back whatever refers to them.
BEGIN = {
    SQLITE: ("PRAGMA foreign_keys=OFF", "BEGIN IMMEDIATE"),
    POSTGRESQL: ("SET LOCAL session_replication_role = replica",),
}
END = {SQLITE: ("COMMIT", "PRAGMA foreign_keys=ON"), POSTGRESQL: ("COMMIT",)}


@dataclass(frozen=True)
class World:
    """What a step of a test left in the database, to be put back for the next test that takes the same step."""

    told: Any
    touched: frozenset[str]
    rows: dict[str, Any]
    raised: frozenset[str]  # the stamps that were raised: nothing else that a process has cached is old


class Watch:
    """Knows what the application under test wrote, and brings its database back to the template."""

    def __init__(self, app: Flask, folder: Path) -> None:
        self.app, self.touched = app, set[str]()
        self.hearers: list[Callable[[str, Any], None]] = []
        with app.app_context():
            self.engine = db.engine
        self.name = self.engine.dialect.name
        self.template = folder / "template.sqlite"
        self.stamps: dict[str, int] = {}
        self.worlds: dict[tuple[Any, ...], World] = {}
        self.made: tuple[Any, ...] = ()  # the steps that led here from the template
        self.writes = self.known_writes = 0  # so many until now; so many with the last of these steps
        self.columns, self.followers = self._shape()
        sa.event.listen(self.engine, "before_cursor_execute", self._hear, named=False)

    def _shape(self) -> tuple[dict[str, list[str]], dict[str, set[str]]]:
        """Return the columns of every table (without computed ones), and the tables a deletion cascades to."""
        inspector, followers = sa.inspect(self.engine), {}
        columns = {
            table: [column["name"] for column in inspector.get_columns(table) if "computed" not in column]
            for table in inspector.get_table_names()
            if not table.startswith(FULL_TEXT)
        }
        for table in columns:
            for key in inspector.get_foreign_keys(table):
                if key["options"].get("ondelete"):
                    followers.setdefault(key["referred_table"], set()).add(table)
        return columns, followers

    def _hear(self, _connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        written = WRITES.findall(statement)
        self.touched.update(written)
        self.writes += len(written)
        for hear in self.hearers:
            hear(statement, parameters)

    def restore(self) -> None:
        """Bring every table that was written back to what the template holds."""
        if self.touched:
            tables = self._with_followers(self.touched) & self.columns.keys()
            self._keep_stamps_rising(tables)
            {SQLITE: self._restore_file, POSTGRESQL: self._restore_database}[self.name](sorted(tables))
            self.touched.clear()
        self.made, self.known_writes = (), self.writes

    def once(self, step: Hashable, make: Callable[[], Any]) -> Any:
        """Return what ``make`` returns, with its rows in the database: made by it once, from then on put back.

        A step is known by its name and by the steps before it. After a write of any other kind it is made anew.
        """
        if self.writes != self.known_writes:
            return make()
        self.made = (*self.made, step)
        world = self.worlds.get(self.made)
        if world is None:
            told = make()
            tables = sorted(self._with_followers(self.touched) & self.columns.keys())
            rows, raised = self._rows_of(tables), frozenset(self._raised()) if "base_stamp" in tables else frozenset()
            self.worlds[self.made] = World(deepcopy(told), frozenset(self.touched), rows, raised)
        else:
            told = deepcopy(world.told)
            self._put_back(world)
            self.touched |= world.touched
        self.known_writes = self.writes
        return told

    def _rows_of(self, tables: Iterable[str]) -> dict[str, Any]:
        """Return what the tables hold, as the driver gives and takes it, by the table's name."""
        raw, rows = self.engine.raw_connection(), {}
        try:
            cursor = raw.cursor()
            for table in tables:
                columns = ", ".join(f'"{name}"' for name in self.columns[table])
                if self.name == POSTGRESQL:
                    with cursor.copy(f'COPY "{table}" ({columns}) TO STDOUT') as copied:
                        rows[table] = b"".join(bytes(part) for part in copied)
                else:
                    rows[table] = cursor.execute(f'SELECT {columns} FROM "{table}"').fetchall()
        finally:
            raw.close()
        return rows

    def _put_back(self, world: World) -> None:
        """Fill the tables of a world with its rows."""
        rows, index = world.rows, []
        numbers = self._numbers() if world.raised else {}
        if self.name == SQLITE and "search_entry" in rows:
            index = [f"INSERT INTO {FULL_TEXT} ({FULL_TEXT}) VALUES ('rebuild')"]
        raw = self.engine.raw_connection()
        try:
            cursor = raw.cursor()
            for statement in [*BEGIN[self.name], *index]:
                cursor.execute(statement)
            for table, kept in rows.items():
                cursor.execute(f'DELETE FROM "{table}"')
                self._fill(cursor, table, kept)
            if "base_stamp" in rows:
                self._raise_stamps(cursor, {name: numbers.get(name, 0) for name in world.raised})
            for statement in [*index, *END[self.name]]:
                cursor.execute(statement)
        finally:
            raw.close()

    def _raise_stamps(self, cursor: Any, now: dict[str, int]) -> None:
        """Give the stamps of ``now`` numbers under which no process has cached anything yet, the others their own."""
        numbers = self._known() | {name: max(now[name], self._known().get(name, 0)) + 1 for name in now}
        cursor.execute("DELETE FROM base_stamp")
        for name, number in numbers.items():
            cursor.execute(f"INSERT INTO base_stamp (name, number) VALUES ('{name}', {number})")

    def _fill(self, cursor: Any, table: str, kept: Any) -> None:
        columns = ", ".join(f'"{name}"' for name in self.columns[table])
        if self.name == POSTGRESQL:
            with cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copied:
                copied.write(kept)
        else:
            holes = ", ".join("?" * len(self.columns[table]))
            cursor.executemany(f'INSERT INTO "{table}" ({columns}) VALUES ({holes})', kept)

    def _with_followers(self, tables: Iterable[str]) -> set[str]:
        found, open_ones = set(), list(tables)
        while open_ones:
            if (table := open_ones.pop()) not in found:
                found.add(table)
                open_ones += self.followers.get(table, ())
        return found

    def _keep_stamps_rising(self, tables: set[str]) -> None:
        """See to it that no stamp returns to a number under which this process has cached something else."""
        if "base_stamp" not in tables:
            return
        for name, number in self._raised().items():
            self.stamps[name] = number + 1

    def _raised(self) -> dict[str, int]:
        """Return the stamps that stand otherwise than after the last restoration."""
        known = self._known()
        return {name: number for name, number in self._numbers().items() if number != known.get(name)}

    def _numbers(self) -> dict[str, int]:
        with self.engine.connect() as connection:
            return dict(connection.execute(sa.text("SELECT name, number FROM base_stamp")).all())

    def _known(self) -> dict[str, int]:
        if not self.stamps:
            self.stamps = dict(self._kept_stamps())
        return self.stamps

    def _kept_stamps(self) -> Iterable[tuple[str, int]]:
        if self.name == POSTGRESQL:
            with self.engine.connect() as connection:
                return connection.execute(sa.text(f"SELECT name, number FROM {KEPT}.base_stamp")).all()
        with sa.create_engine(f"sqlite:///{self.template}", poolclass=sa.NullPool).connect() as connection:
            return connection.execute(sa.text("SELECT name, number FROM base_stamp")).all()

    def _refill(self, tables: Iterable[str], source: str) -> list[str]:
        said = []
        for table in tables:
            names = ", ".join(f'"{name}"' for name in self.columns[table])
            said += [f'DELETE FROM main."{table}"'.replace("main.", "" if self.name == POSTGRESQL else "main.")]
            if table == "base_stamp":
                rows = ", ".join(f"('{name}', {number})" for name, number in self.stamps.items())
                said += [f"INSERT INTO base_stamp (name, number) VALUES {rows}"] if rows else []
            else:
                said += [f'INSERT INTO "{table}" ({names}) SELECT {names} FROM {source}."{table}"']
        return said

    def _restore_database(self, tables: list[str]) -> None:
        said = ["SET LOCAL session_replication_role = replica", *self._refill(tables, KEPT)]
        with self.engine.begin() as connection:
            connection.exec_driver_sql("; ".join(said))

    def _restore_file(self, tables: list[str]) -> None:
        raw = self.engine.raw_connection()
        try:
            cursor = raw.cursor()
            cursor.execute(f"ATTACH DATABASE 'file:{self.template}?mode=ro' AS {KEPT}")
            for statement in BEGIN[SQLITE]:
                cursor.execute(statement)
            index = [f"INSERT INTO {FULL_TEXT} ({FULL_TEXT}) VALUES ('rebuild')"] if "search_entry" in tables else []
            for statement in [*index, *self._refill(tables, KEPT), *index]:
                cursor.execute(statement)
            for statement in END[SQLITE]:
                cursor.execute(statement)
            cursor.execute(f"DETACH DATABASE {KEPT}")
        finally:
            raw.close()
