"""The import itself: some thousand rows a transaction, each row once, however often the work is cut off."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import bindparam, func, select

from app.base import clock, logbook
from app.base.actor import Actor, Channel, acting
from app.base.background import AtOnce, Progress
from app.base.chinese import fold
from app.base.history import change_set, explain
from app.base.i18n import _
from app.base.logbook import Kind
from app.base.sentences import stored
from app.base.transaction import lock, transaction
from app.extensions import db
from app.system.dictionary import services as dictionary
from app.system.imports import queries, rules
from app.system.imports.models import ImportRow, ImportRun
from app.system.imports.rules import Action, Verdict
from app.system.imports.services.halving import in_parts
from app.system.imports.services.targets import Refused, Target, targets

ROWS = ImportRow.__table__
IN_LINE = 7_310_001  # our number among the advisory locks: one import writes at a time
Codes = Mapping[tuple[str, str], str]


def import_run(run: ImportRun, *, actor: Actor, progress: Progress | None = None) -> None:
    """Write the checked rows: make, update or leave out as was chosen. Goes on with what was cut off.

    A row that the database refuses, because somebody saved an equal record at this moment, is returned with
    that sentence. Raises WrongState unless the run is checked, or its import was cut off.
    """
    key, progress = run.id, progress or AtOnce({}, actor)
    codes = progress.step(lambda: _begin(key, actor), done=0, total=run.row_count)
    done, total = sum(queries.counts(run).values()), run.row_count
    take, leave = partial(_write, key, codes, actor), partial(_return_next, key)
    in_parts(progress, take=take, leave_next=leave, done=done, total=total)
    progress.step(lambda: _finish(key, actor), done=total, total=total)


@transaction
def _begin(key: int, actor: Actor) -> Codes:
    run = _locked(key)
    run.state = rules.state_after(run.state, "import")
    with acting(actor.by(Channel.IMPORT)) as importer:
        return _accepted(run, importer)


def _locked(key: int) -> ImportRun:
    run = db.session.get_one(ImportRun, key)
    lock(run)
    return run


def _write(key: int, codes: Codes, actor: Actor, limit: int) -> int:
    """Write the next rows; return how many. Part of the step's transaction."""
    _stand_in_line()
    run = _locked(key)
    rules.check_goes_on(run.state, rules.IMPORTING)
    rows = queries.todo(run, limit=limit)
    if rows:
        with acting(actor.by(Channel.IMPORT)) as importer:
            explain(_("Import of %(file)s", file=run.file_name))
            batch = _Batch(run, targets[run.kind], codes)
            batch.plan(rows)
            batch.write(importer)
    return len(rows)


def _return_next(key: int) -> None:
    """Return the next row to the importer: the database will not have it."""
    run = _locked(key)
    for row in queries.todo(run, limit=1):
        sentence = _("Somebody saved an equal record at this moment, or a value cannot be stored. Check it again.")
        problems = [*(row.problems or []), {"field": "", "cell": "", "sentence": stored(sentence)}]
        values = {"verdict": str(Verdict.REJECT), "done": str(Action.REJECT), "problems": problems}
        db.session.execute(ROWS.update().where(ROWS.c.id == row.id).values(**values))


def _finish(key: int, actor: Actor) -> None:
    run = _locked(key)
    counts = queries.counts(run)
    run.counts = {name: counts.get(name, 0) for name in Action}
    run.state, run.imported_at, run.sha256 = rules.state_after(run.state, "finish"), clock.now(), None
    targets[run.kind].finished(run.id, actor=actor)
    logbook.note(Kind.IMPORTED, **logbook.about(run), detail=run.counts, actor=actor)


def _stand_in_line() -> None:
    """Let imports write one after the other, so that each sees what the one before it made."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(IN_LINE)))


def _accepted(run: ImportRun, actor: Actor) -> Codes:
    """Add the new words that were accepted to their dictionaries; return their codes."""
    wanted: dict[str, list[str]] = {}
    for name, word in run.options.get("words", ()):
        wanted.setdefault(name, []).append(word)
    return {
        (name, fold(word)): code
        for name, words in wanted.items()
        for word, code in dictionary.add_words(name, words, actor=actor).items()
    }


class _Batch:
    """Some rows on their way into the database."""

    def __init__(self, run: ImportRun, target: Target, codes: Codes) -> None:
        self.run, self.target, self.codes = run, target, codes
        self.changed: set[int] = set()
        self.new: list[tuple[Any, dict[str, Any]]] = []
        self.old: dict[int, tuple[Any, dict[str, Any]]] = {}
        self.results: list[dict[str, Any]] = []

    def plan(self, rows: Sequence[Any]) -> None:
        """Decide for every row what becomes of it."""
        self.changed = queries.updated(self.run, {row.duplicate_of for row in rows if row.duplicate_of})
        for row in rows:
            action = rules.action_of(
                row.verdict, row.reason, choice=row.choice, defaults=self.run.options, may_update=row.may_update
            )
            if action in (Action.CREATE, Action.UPDATE):
                self._place(row, action)
            else:
                self._leave(row, action)

    def _place(self, row: Any, action: Action) -> None:
        values, unknown = self._with_words(row)
        if unknown:
            word, name = unknown
            sentence = _(
                "“%(word)s” is not one of the values of this field, and was not accepted as a new one.", word=word
            )
            self._leave(row, Action.REJECT, (name, word, sentence))
        elif action == Action.CREATE:
            self.new.append((row, values))
        elif row.duplicate_of in self.changed:
            self._leave(row, Action.SKIP, ("", "", _("An earlier row of this file changes the same record.")))
        else:
            self.changed.add(row.duplicate_of)
            self.old[row.duplicate_of] = (row, values)

    def _with_words(self, row: Any) -> tuple[dict[str, Any], tuple[str, str] | None]:
        """Return a row's values with the codes of its new words, and the first word nobody accepted."""
        values = dict(row.values)
        for name, words in (row.words or {}).items():
            for word in words:
                code = self.codes.get((self.target.dictionary_of(name), fold(word)))
                if code is None:
                    return values, (word, name)
                values[name] = sorted({*values[name], code}) if isinstance(values.get(name), list) else code
        return values, None

    def write(self, actor: Actor) -> None:
        """Make and update records, then note at each row what became of it."""
        self._create(actor)
        self._update(actor)
        if self.results:
            self._sign()
            table = ROWS.update().where(ROWS.c.id == bindparam("b_id"))
            names = ("verdict", "done", "record_id", "problems", "before", "change_set_id")
            db.session.connection().execute(
                table.values({name: bindparam(f"b_{name}") for name in names}), self.results
            )

    def _sign(self) -> None:
        """Note at what was written in which change set that was."""
        number = change_set().id
        for one in self.results:
            one["b_change_set_id"] = number if one["b_record_id"] is not None else None

    def _create(self, actor: Actor) -> None:
        taken = self.target.taken([values for _row, values in self.new])
        for place, (name, sentence) in taken.items():
            row, values = self.new[place]
            self._leave(row, Action.REJECT, (name, str(values.get(name) or ""), sentence))
        left = [pair for place, pair in enumerate(self.new) if place not in taken]
        ids = self.target.create([values for _row, values in left], template=self.run.template, actor=actor)
        for (row, _values), record_id in zip(left, ids, strict=True):
            self._note(row, Action.CREATE, record_id=record_id)

    def _update(self, actor: Actor) -> None:
        wanted = {record_id: values for record_id, (_row, values) in self.old.items()}
        refused = self.target.refused(wanted, actor=actor)
        left = {record_id: values for record_id, values in wanted.items() if record_id not in refused}
        before = self.target.update(left, actor=actor)
        for record_id, (row, values) in self.old.items():
            was = before.get(record_id, Refused(_("The existing record is no longer yours to change.")))
            if record_id in refused:
                name, sentence = refused[record_id]
                self._leave(row, Action.REJECT, (name, str(values.get(name) or "")[:200], sentence))
            elif isinstance(was, Refused):
                self._leave(row, Action.SKIP, ("", "", was.sentence))
            else:
                self._note(row, Action.UPDATE, record_id=record_id, before=was)

    def _leave(self, row: Any, action: Action, problem: tuple[str, str, object] | None = None) -> None:
        problems = list(row.problems or [])
        if problem:
            name, cell, sentence = problem
            problems.append({"field": name, "cell": cell, "sentence": stored(sentence)})
        self._note(row, action, problems=problems or None)

    def _note(self, row: Any, action: Action, **more: Any) -> None:
        verdict = Verdict.REJECT if action == Action.REJECT else row.verdict
        known = {"b_id": row.id, "b_verdict": str(verdict), "b_done": str(action), "b_problems": row.problems}
        found = {"b_record_id": None, "b_before": None} | {f"b_{name}": value for name, value in more.items()}
        self.results.append(known | found)
