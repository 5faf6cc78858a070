"""The dry run: every row gets its verdict, nothing is written but the staging rows."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from app.base import clock, normal
from app.base.actor import Actor
from app.base.background import AtOnce, Progress
from app.base.errors import WrongState
from app.base.i18n import _
from app.base.tabular.reading import open_table
from app.base.transaction import lock, transaction
from app.extensions import db
from app.system.imports import queries, rules
from app.system.imports.models import ImportRow, ImportRun
from app.system.imports.services import cells, uploads
from app.system.imports.services.targets import Checker, Line, Target, targets

ROWS = ImportRow.__table__
CHUNK = 2000
Numbered = tuple[int, list[Any]]


def check(run: ImportRun, mapping: Sequence[str | None], *, actor: Actor, progress: Progress | None = None) -> None:
    """Check every row of the file against the rules of its target; may be repeated with another mapping.

    ``mapping``: a field, or None, for each column. Raises Invalid for a mapping that cannot be, WrongState once
    the file was imported or while somebody else checks it.
    """
    target, progress = targets[run.kind], progress or AtOnce({}, actor)
    checker = target.checker(run.template, actor=actor)
    name, sheet, heading_row, total = run.file_name, run.sheet, run.heading_row, run.row_count
    progress.step(lambda: map_columns(run, mapping, actor=actor), done=0, total=total)
    found: Counter[tuple[str, str]] = Counter()
    done = 0
    with uploads.content_of(run) as file, open_table(file, name) as table:
        table.use(sheet, heading_row=heading_row)
        for part in _parts(table.rows()):  # nothing of the database is held meanwhile: others may write
            lines = _looked_up(checker, part, mapping)
            found.update((name, word) for line in lines for name, words in line.words.items() for word in words)
            done += len(part)
            progress.step(lambda lines=lines, part=part: _stage(run, lines, part), done=done, total=total)  # type: ignore[misc]
    progress.step(lambda: _finish(run, found, target), done=total, total=total)


@transaction
def map_columns(run: ImportRun, mapping: Sequence[str | None], *, actor: Actor) -> None:
    """Keep what each column means; what an earlier check said is forgotten. Raises Invalid, WrongState."""
    lock(run)
    rules.state_after(run.state, "check")
    fields = {field.name: field for field in targets[run.kind].fields(run.template)}
    known = [name if name in fields else None for name in [*mapping, *[None] * len(run.columns)]]
    run.columns = [dict(column, field=name) for column, name in zip(run.columns, known, strict=False)]
    run.state, run.proposals, run.checked_at = rules.UPLOADED, [], None
    rules.check_mapping(known, {name: field.label for name, field in fields.items() if field.is_required})
    db.session.execute(ROWS.delete().where(ROWS.c.run_id == run.id))


def _parts(rows: Iterable[Numbered]) -> Iterator[list[Numbered]]:
    walk = iter(rows)
    while part := list(islice(walk, CHUNK)):
        yield part


def _looked_up(checker: Checker, part: Sequence[Numbered], mapping: Sequence[str | None]) -> list[Line]:
    """Check some rows without holding SQLite's write lock: this is where the time goes."""
    lines = [Line(number, _cells(values, mapping)) for number, values in part]
    with uploads.unhurried():
        checker.check(lines)
    return lines


def _cells(values: Sequence[Any], mapping: Sequence[str | None]) -> Mapping[str, Any]:
    return {name: value for name, value in zip(mapping, values, strict=False) if name}


@transaction
def _stage(run: ImportRun, lines: Sequence[Line], part: Sequence[Numbered]) -> None:
    staged = [_staged(run.id, line, raw) for line, (_number, raw) in zip(lines, part, strict=True)]
    try:
        db.session.execute(insert(ROWS), staged)
    except IntegrityError as error:
        raise WrongState(_("This file is being checked in another window: wait until that is done.")) from error


def _staged(run_id: int, line: Line, raw: Sequence[Any]) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "number": line.number,
        "title": normal.text(line.title)[:200],
        "raw": [cells.kept(value) for value in raw],
        "values": {name: _plain(value) for name, value in line.values.items()},
        "words": line.words or None,
        "verdict": line.verdict,
        "problems": line.problems or None,
        "reason": line.reason,
        "duplicate_of": line.duplicate_of,
        "may_update": line.may_update,
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


@transaction
def _finish(run: ImportRun, found: Mapping[tuple[str, str], int], target: Target) -> None:
    lock(run)
    run.proposals = [
        {"field": name, "dictionary": target.dictionary_of(name), "word": word, "rows": count}
        for (name, word), count in sorted(found.items(), key=lambda item: -item[1])[: rules.MOST_PROPOSALS]
    ]
    run.state, run.checked_at = rules.state_after(run.state, "check"), clock.now()


@transaction
def choose(
    run: ImportRun,
    *,
    defaults: Mapping[str, str],
    rows: Mapping[int, str],
    words: Iterable[tuple[str, str]],
    actor: Actor,
) -> None:
    """Keep what the importer wants: a choice per kind of duplicate, per row, and the new words they accept.

    ``rows``: row number → choice, empty for the choice of its kind. Raises Invalid for a choice not offered.
    """
    lock(run)
    rules.state_after(run.state, "choose")
    for reason, choice in defaults.items():
        rules.check_choice(choice, reason)
    for row in queries.numbered(run, list(rows)):
        choice = rows[row.number]
        if choice and row.reason:
            rules.check_choice(choice, row.reason, may_update=row.may_update)
        row.choice = choice if choice and row.reason else None
    proposed = {(one["dictionary"], one["word"]) for one in run.proposals}
    accepted = [list(one) for one in words if one in proposed]
    run.options = {**run.options, **defaults, "words": accepted}


def forecast(run: ImportRun) -> dict[str, int]:
    """Return how many rows an import would create, update, skip and reject now, new words apart."""
    found = dict.fromkeys(map(str, rules.Action), 0)
    for verdict, reason, choice, may_update, count in queries.groups(run):
        action = rules.action_of(verdict, reason, choice=choice, defaults=run.options, may_update=may_update)
        found[action] += count
    return found
