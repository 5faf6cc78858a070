"""Taking a file in, and letting it go again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from app.base import clock, storage
from app.base.actor import SYSTEM, Actor, acting
from app.base.engine import reading
from app.base.errors import Missing
from app.base.i18n import _
from app.base.tabular import headings
from app.base.tabular.reading import Table, open_table
from app.base.transaction import lock, transaction
from app.extensions import db
from app.system.imports import queries, rules
from app.system.imports.models import ImportRow, ImportRun
from app.system.imports.services.targets import Target, targets

LONGEST_NAME = 200
LOOKED_AT = 20  # rows, to find a filled cell of each column


def upload(
    source: Path, *, file_name: str, kind: str, template: str, actor: Actor, in_browser: bool = True
) -> ImportRun:
    """Take a file in: look what it is, guess its columns, keep a copy until it is imported or given up.

    Raises Invalid, with the reader's sentence, for anything that is no readable table, or too long for a page.
    """
    target = targets[kind]
    with unhurried(), open_table(source, file_name, fields=target.fields(template)) as table:
        known = _looked_at(table, target, template)
    rules.check_size(known["row_count"], in_browser=in_browser)
    with source.open("rb") as stream:
        stored = storage.store(stream)
    about = {"file_name": Path(file_name).name[-LONGEST_NAME:] or "?", "kind": kind, "template": template}
    return _keep(about | known, sha256=stored.sha256, size_bytes=stored.size_bytes, actor=actor)


@contextmanager
def unhurried() -> Iterator[None]:
    """Read and reckon for seconds without holding SQLite's write lock: nobody else has to wait."""
    db.session.rollback()
    with reading():
        try:
            yield
        finally:
            db.session.rollback()


def _looked_at(table: Table, target: Target, template: str) -> dict[str, Any]:
    guesses = headings.guess(table.headings, target.fields(template))
    count, samples = 0, [""] * len(guesses)
    for _number, values in table.rows():
        count += 1
        if count <= LOOKED_AT:
            samples = [old or str(new or "")[:60] for old, new in zip(samples, values, strict=False)]
    columns = [{"heading": one.heading, "field": one.field, "confidence": str(one.confidence)} for one in guesses]
    return {
        "sheet": table.sheet.name[:LONGEST_NAME],
        "heading_row": table.heading_row,
        "row_count": count,
        "columns": columns,
        "samples": samples,
    }


@transaction
def _keep(values: dict[str, Any], *, actor: Actor, **more: Any) -> ImportRun:
    run = ImportRun(
        state=rules.UPLOADED, user_id=actor.id, at=clock.now(), options=dict(rules.DEFAULTS), **values, **more
    )
    db.session.add(run)
    return run


@contextmanager
def content_of(run: ImportRun) -> Iterator[Path]:
    """Give a path at which the uploaded file stands within the block. Raises Missing once it is let go."""
    if run.sha256 is None:
        raise Missing(_("The uploaded file is no longer kept: upload it again."))
    with storage.local_copy(run.sha256) as path:
        yield path


@transaction
def discard(run: ImportRun, *, actor: Actor) -> None:
    """Give an import up: its rows go at once, its file with the next sweep. Raises WrongState once it was imported."""
    lock(run)
    run.state = rules.state_after(run.state, "discard")
    run.sha256 = None
    db.session.execute(ImportRow.__table__.delete().where(ImportRow.__table__.c.run_id == run.id))


def sweep() -> int:
    """Give up what was uploaded and left alone for some days. Returns how many runs."""
    with acting(SYSTEM):
        runs = queries.forgotten(clock.now() - timedelta(days=rules.DAYS_KEPT))
        for run in runs:
            discard(run, actor=SYSTEM)
    return len(runs)


storage.kept_by(queries.kept)
