"""A list so long that a job writes its file: see ``base.background``."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import current_app

from app.base import background, clock, wording
from app.base.background import JobProgress, Kind
from app.base.engine import reading
from app.base.i18n import _
from app.base.screens import exports
from app.base.tabular.plain import write_plain
from app.base.tabular.writing import write_csv
from app.extensions import db

if TYPE_CHECKING:
    from app.base.screens.view import DomainView

TOLD_EVERY = 2000  # rows


def begin(view: "DomainView", asked: Mapping[str, str], *, file_format: str) -> int:
    """Start the job; return its id."""
    listing, _specs = view.exported(asked, actor=view.actor())
    given = {"screen": type(view).__name__, "asked": listing.frozen(), "format": file_format}
    given["segment"] = listing.segment_name
    return background.start("export", given, words={"list": view.title}, actor=view.actor())


def run(progress: JobProgress) -> dict[str, Any]:
    """Write the file, hand it out, and leave the log with the job's end: once, however often the work was cut off."""
    view, file_format = _screen(progress.given["screen"]), progress.given["format"]
    listing, specs = view.exported(progress.given["asked"], actor=progress.actor, is_frozen=True)
    listing.segment_name = progress.given.get("segment", "")
    rows, write = exports.Rows(listing, specs), write_plain if file_format == "xlsx" else write_csv
    db.session.rollback()  # on SQLite it would hold the write lock while it reads
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export"
        with path.open("wb") as stream, reading():
            total = listing.count
            written = write(stream, exports.columns_of(specs), _told(rows, progress, total)).rows
            about = {**rows.about, **rows.told}
            db.session.rollback()
        progress.hand_out(path, name=f"{view.title} {wording.stamp(clock.now())}.{file_format}")
    detail = {"list": view.__name__, "format": file_format, "rows": written}
    progress.close_with(lambda: exports.note_export(view.title, detail, about))
    return {"rows": written}


def _told(rows: Iterable[Sequence[Any]], progress: JobProgress, total: int) -> Iterator[Sequence[Any]]:
    for number, row in enumerate(rows, 1):
        yield row
        if number % TOLD_EVERY == 0:
            progress.tell(done=number, total=max(total, number))


def _screen(name: str) -> Any:
    views = current_app.appbuilder.baseviews  # type: ignore[attr-defined]
    return next(type(view) for view in views if type(view).__name__ == name)


background.register(Kind("export", _("Export of %(list)s"), run, "file-export"))
