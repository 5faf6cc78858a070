"""The file that goes back to whoever sent one: what was not imported, as it was, with the reason."""

from collections.abc import Iterator, Mapping
from typing import IO, Any

from app.base.i18n import _
from app.base.sentences import restored
from app.base.tabular.cells import Column
from app.base.tabular.plain import write_plain
from app.system.imports import queries
from app.system.imports.models import ImportRun
from app.system.imports.services.cells import padded


def write_result(run: ImportRun, stream: IO[bytes]) -> int:
    """Write the rows that were not imported, as they were, with the reason in a last column; return how many."""
    headings = [str(column["heading"]) for column in run.columns]
    columns = [Column(heading, "text", 18) for heading in headings]
    columns += [Column(str(_("Row")), "integer", 8), Column(str(_("Reason")), "text", 60)]
    return write_plain(stream, columns, _rows(run, len(headings)), name=str(_("Not imported"))).rows


def _rows(run: ImportRun, width: int) -> Iterator[list[Any]]:
    for rows in queries.returned(run):
        for row in rows:
            if row.done not in ("create", "update"):
                yield [*padded(row.raw, width), row.number, "\n".join(_told(one) for one in row.problems or [])]


def _told(problem: Mapping[str, Any]) -> str:
    sentence = restored(problem["sentence"])
    return f"{problem['cell'][:40]}: {sentence}" if problem["cell"] else str(sentence)
