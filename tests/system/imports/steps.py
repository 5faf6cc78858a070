"""The way of a file through the services, as a test of them needs it. Inside an app context."""

import io
from pathlib import Path

from app.base.actor import acting
from app.base.tabular.cells import Column
from app.base.tabular.plain import write_plain
from app.extensions import db
from app.system.imports import services
from app.system.imports.models import ImportRow

DATA = Path(__file__).parents[2] / "data"


def workbook(tmp_path, headings, *rows, name="客户.xlsx"):
    """Write a small table to a file and return its path."""
    stream = io.BytesIO()
    write_plain(stream, [Column(heading, "code") for heading in headings], rows)
    path = tmp_path / name
    path.write_bytes(stream.getvalue())
    return path


def uploaded(path, person, *, template="company", in_browser=True):
    return services.upload(
        path, file_name=path.name, kind="customers", template=template, actor=person.actor,
        in_browser=in_browser,
    )  # fmt: skip


def checked(path, person, **given):
    """Upload and check with the mapping that was guessed."""
    run = uploaded(path, person, **given)
    services.check(run, [column["field"] for column in run.columns], actor=person.actor)
    return run


def imported(path, person, *, words=(), defaults=None, rows=None, **given):
    """Upload, check, choose and import."""
    with acting(person.actor):
        run = checked(path, person, **given)
        services.choose(run, defaults=defaults or {}, rows=rows or {}, words=words, actor=person.actor)
        services.import_run(run, actor=person.actor)
    return run


def rows_of(run):
    """Return the staged rows by their number in the file."""
    found = db.session.query(ImportRow).filter_by(run_id=run.id).order_by(ImportRow.number)
    return {row.number: row for row in found}
