"""What a list shows, as a file: every row that matches, in constant memory, masked and logged."""

import tempfile
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from flask import Response, send_file
from sqlalchemy import case, literal, select

from app.base import choices, clock, logbook, wording
from app.base.actor import Actor, acting
from app.base.engine import promise_to_read
from app.base.fields import (
    Choice,
    Choices,
    Date,
    Field,
    Hidden,
    IdentityNumber,
    Link,
    Moment,
    Money,
    Number,
    Phone,
    Phones,
    is_hidden,
    seen,
    worded,
)
from app.base.fields.held import holding_of
from app.base.logbook import Kind
from app.base.scope import unscoped
from app.base.screens import filterbar
from app.base.screens.listing import Listing
from app.base.sentences import lasting_lines
from app.base.tabular.cells import Column
from app.base.tabular.plain import write_plain
from app.base.tabular.writing import write_csv
from app.extensions import db

HELD, BESIDE = "held", "beside "  # beside the values of a row, by field name; of what words its choices
CHUNK = 1000  # rows read, and child rows looked up, at a time
FORMATS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


def send(
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    *,
    name: object,
    what: str,
    asked: Mapping[str, str],
    file_format: str = "xlsx",
) -> Response:
    """Write a table to a temporary file, keep the log, and return the download."""
    stream: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - send_file closes it with the answer
    write(stream, columns, rows, name=name, what=what, asked=asked, file_format=file_format)
    stream.seek(0)
    file_name = f"{name} {wording.stamp(clock.now())}.{file_format}"
    return send_file(stream, mimetype=FORMATS[file_format], as_attachment=True, download_name=file_name)


def write(
    stream: IO[bytes],
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    *,
    name: object,
    what: str,
    asked: Mapping[str, str],
    file_format: str,
) -> int:
    """Write a table, keep the log of it, and return how many rows it has."""
    written = (write_plain if file_format == "xlsx" else write_csv)(stream, columns, rows)
    about = {**rows.about, **rows.told} if isinstance(rows, Rows) else {"filter": _words(asked)}
    leave_in_log(name, {"list": what, "format": file_format, "rows": written.rows}, about)
    return written.rows


def _words(asked: Mapping[str, str]) -> list[str]:
    return [f"{key}: {value}" for key, value in asked.items()]


def leave_in_log(name: object, detail: Mapping[str, Any], about: Mapping[str, Any]) -> None:
    """Leave in the log who took what out, before the file is handed out. ``about``: its records, and the filter."""
    db.session.rollback()  # the read transaction is over
    promise_to_read(only=False)
    note_export(name, detail, about)


def note_export(name: object, detail: Mapping[str, Any], about: Mapping[str, Any]) -> None:
    """Note an export in the current transaction. See ``leave_in_log``."""
    words = {name: about[name] for name in ("segment", "filter") if about.get(name)}
    records = {key: value for key, value in about.items() if key not in ("segment", "filter")}
    logbook.note(Kind.EXPORTED, title=name, detail={**detail, **words}, **records)


def columns_of(specs: Iterable[Field]) -> list[Column]:
    """Return the columns of a file with these fields."""
    return [Column(str(spec.label), kind_of(spec), 28 if spec.wide else 16) for spec in specs]


def kind_of(spec: Field) -> str:
    """Return the kind of cell a field's values stand in."""
    kinds: tuple[tuple[type[Field], str], ...] = (
        (Money, "amount"),
        (Number, "number"),
        (Date, "date"),
        (Moment, "moment"),
        (Phone, "code"),
        (IdentityNumber, "code"),
    )
    return next((kind for cls, kind in kinds if isinstance(spec, cls)), "text")


@dataclass
class Rows:
    """The rows of a listing, all pages of it, as cells."""

    listing: Listing
    specs: Sequence[Field]
    names: dict[str, dict[int, str]] = field(default_factory=dict)  # of linked records, by kind
    words: dict[tuple[str, Any], Field] = field(default_factory=dict)  # fields as a row words them
    keys: "array[int]" = field(default_factory=lambda: array("q"))  # of the records that were read

    @property
    def actor(self) -> Actor:
        return self.listing.actor

    @property
    def about(self) -> dict[str, Any]:
        """What the log keeps of the records that were read."""
        model: Any = self.listing.model
        return {"subject_kind": model.__tablename__, "records": self.keys}

    @property
    def told(self) -> dict[str, Any]:
        """The conditions in words, and the segment they are kept as, for the log."""
        lines = lasting_lines(lambda: filterbar.told(self.listing.filter))
        return {"filter": lines, "segment": self.listing.segment_name}

    def __iter__(self) -> Iterator[list[Any]]:
        model: Any = self.listing.model
        kept = [spec for spec in self.specs if spec.column]
        besides = sorted({spec.beside for spec in self.specs if isinstance(spec, Choice) and spec.beside})
        columns = [*[spec.column for spec in kept], *besides]
        wanted = select(self.listing.key, self._held(), *[getattr(model, name) for name in columns])
        wanted = wanted.where(*self.listing.where).order_by(*self.listing.order())
        names = ["", HELD, *[spec.name for spec in kept], *[f"{BESIDE}{name}" for name in besides]]
        with acting(self.listing.actor):
            result = db.session.execute(wanted.execution_options(yield_per=CHUNK))
        for part in result.partitions(CHUNK):
            self._remember(part)
            yield from self._cells([dict(zip(names, row, strict=True)) for row in part])

    def _held(self) -> Any:
        """Return the column that tells of each row whether its personal data are shown in full to who exports."""
        holding = holding_of(self.listing.model)
        if holding is None or not any(is_hidden(spec, self.actor) for spec in self.specs):
            return literal(0)
        return case((holding.rows(self.listing.model.__table__, self.actor), 1), else_=0)  # type: ignore[attr-defined]

    def _remember(self, part: Sequence[Any]) -> None:
        if part and isinstance(part[0][0], int):
            self.keys.extend(row[0] for row in part)

    def _cells(self, rows: list[dict[str, Any]]) -> Iterator[list[Any]]:
        for spec in self.specs:
            if isinstance(spec, Link):
                self._name(spec, {row[spec.name] for row in rows})
            elif isinstance(spec, Choices | Phones):
                self._children(spec, rows)
        for row in rows:
            yield [self._cell(self._worded(spec, row), row.get(spec.name), held=bool(row[HELD])) for spec in self.specs]

    def _worded(self, spec: Field, row: Mapping[str, Any]) -> Field:
        beside = getattr(spec, "beside", "")
        if not beside:
            return spec
        key = (spec.name, row[BESIDE + beside])
        if key not in self.words:
            self.words[key] = worded(spec, key[1])
        return self.words[key]

    def _name(self, spec: Link, ids: set[Any]) -> None:
        known = self.names.setdefault(spec.to, {})
        known.update(choices.labels(spec.to, [key for key in ids if key is not None and key not in known]))

    def _children(self, spec: Choices | Phones, rows: list[dict[str, Any]]) -> None:
        relation = getattr(self.listing.model, spec.through).property
        ((_own, parent),) = relation.local_remote_pairs
        table = parent.table
        code = table.c[spec.code if isinstance(spec, Choices) else "number"]
        found: dict[Any, list[Any]] = {row[""]: [] for row in rows}
        hanging = select(parent, code).where(parent.in_(list(found))).order_by(table.c.id)
        with unscoped("these are children of rows in scope"):
            pairs = db.session.execute(hanging).all()
        for key, value in pairs:
            found[key].append(value)
        for row in rows:
            row[spec.name] = tuple(found[row[""]])

    def _cell(self, spec: Field, value: Any, *, held: bool) -> Any:
        shown = value if held else seen(spec, value, actor=self.actor)
        if isinstance(shown, Hidden):
            return str(shown)
        if isinstance(spec, Link):
            return str(spec.nobody) if value is None else self.names[spec.to].get(value, f"#{value}")
        return spec.cell(value)
