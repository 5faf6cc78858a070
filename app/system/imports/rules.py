"""How a run goes, and what becomes of a row. Pure: no database, no request, no clock."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from app.base import wording
from app.base.errors import Invalid, WrongState
from app.base.i18n import _
from app.base.workflow import Workflow

LARGEST_IN_BROWSER = 200_000  # rows; taking in more holds the request that uploads them for too long
CHUNK = 2000  # rows of one transaction
DAYS_KEPT = 7  # of a file that was uploaded and never imported
MOST_PROPOSALS = 200  # new words of one file: more are a wrong column, not a vocabulary


class State(StrEnum):
    """Where a run stands."""

    UPLOADED = "uploaded"
    CHECKED = "checked"
    IMPORTING = "importing"
    IMPORTED = "imported"
    UNDOING = "undoing"
    UNDONE = "undone"
    DISCARDED = "discarded"


UPLOADED, CHECKED, IMPORTING, IMPORTED, UNDOING, UNDONE, DISCARDED = State

#: State → why a verb is refused there.
REFUSALS: Mapping[State, object] = {
    UPLOADED: _("This file has not been checked yet: map its columns and check it first."),
    CHECKED: _("This file has not been imported yet."),
    IMPORTING: _("This file is being imported."),
    IMPORTED: _("This file has been imported already."),
    UNDOING: _("This import is being taken back."),
    UNDONE: _("This import has been taken back already: upload the file again to repeat it."),
    DISCARDED: _("This import was given up: upload the file again."),
}

LIFECYCLE = Workflow(
    ("check", {UPLOADED, CHECKED}, CHECKED),
    ("choose", {CHECKED}, CHECKED),
    ("import", {CHECKED, IMPORTING}, IMPORTING),  # also one that was cut off
    ("finish", {IMPORTING}, IMPORTED),
    ("discard", {UPLOADED, CHECKED}, DISCARDED),
    ("undo", {IMPORTING, IMPORTED, UNDOING}, UNDOING),
    ("finish_undo", {UNDOING}, UNDONE),
    refusals=REFUSALS,
)

STATE_NAMES: Mapping[State, object] = {
    UPLOADED: _("Uploaded"),
    CHECKED: _("Checked"),
    IMPORTING: _("Being imported"),
    IMPORTED: _("Imported"),
    UNDOING: _("Being taken back"),
    UNDONE: _("Undone"),
    DISCARDED: _("Given up"),
}
STATE_COLORS = {
    UPLOADED: "gray",
    CHECKED: "blue",
    IMPORTING: "blue",
    IMPORTED: "green",
    UNDOING: "blue",
    UNDONE: "amber",
    DISCARDED: "gray",
}


class Verdict(StrEnum):
    """What the check says of a row. Rows without any content are left out (skip) and not staged."""

    ACCEPT = "accept"
    REJECT = "reject"
    DUPLICATE = "duplicate"
    SKIP = "skip"


class Choice(StrEnum):
    """What the importer wants of a duplicate."""

    SKIP = "skip"
    UPDATE = "update"
    KEEP_BOTH = "keep_both"


class Action(StrEnum):
    """What the import does with a row."""

    CREATE = "create"
    UPDATE = "update"
    SKIP = "skip"
    REJECT = "reject"


class Return(StrEnum):
    """What became of a written record when the import was taken back."""

    REMOVED = "removed"
    PUT_BACK = "put_back"
    KEPT = "kept"


#: By what a row equals a record → the choices offered. Source: DECISIONS, Import, "keep both".
OFFERED: Mapping[str, Sequence[Choice]] = {
    "code": (Choice.SKIP, Choice.UPDATE),
    "name": (Choice.SKIP, Choice.UPDATE, Choice.KEEP_BOTH),
    "phone": (Choice.SKIP, Choice.UPDATE, Choice.KEEP_BOTH),
}
DEFAULTS: Mapping[str, str] = {"code": Choice.SKIP, "name": Choice.SKIP, "phone": Choice.KEEP_BOTH}
REASON_NAMES: Mapping[str, object] = {
    "code": _("Equal credit code"),
    "name": _("Equal name"),
    "phone": _("Equal phone"),
}
CHOICE_NAMES: Mapping[str, object] = {
    Choice.SKIP: _("Skip this row"),
    Choice.UPDATE: _("Update the existing record"),
    Choice.KEEP_BOTH: _("Keep both"),
}


def state_after(state: str, verb: str) -> State:
    """Return the state after a verb. Raises WrongState where it cannot be done."""
    return State(LIFECYCLE.after(verb, State(state)))


def check_goes_on(state: str, wanted: State) -> None:
    """Raise WrongState unless a run is still ``wanted``: being imported, or taken back."""
    if state != wanted:
        raise WrongState(REFUSALS[State(state)])


def offered(reason: str, *, may_update: bool) -> Sequence[Choice]:
    """Return what may be done with a duplicate. ``may_update``: the existing record may be changed by the importer."""
    return [choice for choice in OFFERED[reason] if may_update or choice != Choice.UPDATE]


def check_choice(choice: str, reason: str, *, may_update: bool = True) -> None:
    """Raise Invalid for a choice that is not offered for such a duplicate."""
    if choice not in offered(reason, may_update=may_update):
        raise Invalid(_("That cannot be chosen here: %(reason)s."), reason=REASON_NAMES[reason])


def action_of(
    verdict: str, reason: str | None, *, choice: str | None, defaults: Mapping[str, str], may_update: bool
) -> Action:
    """Return what the import does with a row: the row's own choice first, else the choice for its kind."""
    if verdict == Verdict.ACCEPT:  # a file may also be about records that are there: see targets.Line.changes
        return Action.UPDATE if may_update else Action.CREATE
    if verdict != Verdict.DUPLICATE or reason is None:
        return Action.REJECT if verdict == Verdict.REJECT else Action.SKIP
    wanted = choice or defaults.get(reason) or DEFAULTS[reason]
    if wanted not in offered(reason, may_update=may_update):
        return Action.SKIP
    return {Choice.KEEP_BOTH: Action.CREATE, Choice.UPDATE: Action.UPDATE}.get(Choice(wanted), Action.SKIP)


def check_size(rows: int, *, in_browser: bool) -> None:
    """Raise Invalid for a file that is too long for a page to wait for."""
    if in_browser and rows > LARGEST_IN_BROWSER:
        raise Invalid(
            _(
                "This file has %(rows)s rows; on this page %(limit)s are the most. "
                "Ask an administrator to run: flask customers import FILE --as USER"
            ),
            rows=wording.number(rows),
            limit=wording.number(LARGEST_IN_BROWSER),
        )


def check_mapping(mapping: Sequence[str | None], required: Mapping[str, object]) -> None:
    """Raise Invalid if a field is given twice, or a required one not at all."""
    given = [name for name in mapping if name]
    if len(given) != len(set(given)):
        raise Invalid(_("Two columns go to the same field: choose another field for one of them."))
    for name, label in required.items():
        if name not in given:
            raise Invalid(
                _("Choose the column that holds “%(label)s”: without it no row can be imported."), label=label
            )
