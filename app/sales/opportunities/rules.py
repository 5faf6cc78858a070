"""The life of an opportunity, its stages, and what it must be. Pure. Source: SAL-1, SAL-4, FUP-3."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from app.base.errors import Invalid, InvalidFields, NotAllowed, WrongState
from app.base.i18n import _
from app.base.workflow import Workflow


class Phase(StrEnum):
    """What the program knows of a stage: the house names as many stages of a phase as it likes."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


OPEN, WON, LOST = Phase
#: In words, with a colour.
PHASES: Mapping[str, tuple[object, str]] = {
    OPEN: (_("In progress"), "blue"),
    WON: (_("Won"), "green"),
    LOST: (_("Lost"), "red"),
}
REFUSALS: Mapping[Phase, object] = {
    OPEN: _("This opportunity is open."),
    WON: _("This opportunity is won. Reopen it first."),
    LOST: _("This opportunity is lost. Reopen it first."),
}
LIFECYCLE = Workflow(
    ("edit", {OPEN, WON, LOST}, OPEN),  # in whatever state: its notes, its contact
    ("move", {OPEN}, OPEN),
    ("win", {OPEN}, WON),
    ("lose", {OPEN}, LOST),
    ("reopen", {WON, LOST}, OPEN),
    refusals=REFUSALS,
)
#: What may be corrected once it is decided: nothing that its deal says.
AFTERWARDS = frozenset({"title", "contact", "notes", "type", "loss_reason", "loss_words", "competitor"})
CERTAIN, IMPOSSIBLE = 100, 0
MOST_STALE_DAYS = 3650


class SeedStage(NamedTuple):
    """A stage that an installation begins with. Source: DEFAULTS, opportunity_stage."""

    code: str
    name_zh_hans: str
    name_zh_hant: str
    name_en: str
    phase: str
    probability: int
    color: str


SEEDS = (
    SeedStage("contact_10", "初步接洽", "初步接洽", "First contact", OPEN, 10, "gray"),
    SeedStage("needs_30", "需求确认", "需求確認", "Needs confirmed", OPEN, 30, "sky"),
    SeedStage("proposal_50", "方案报价", "方案報價", "Proposal and quote", OPEN, 50, "blue"),
    SeedStage("negotiation_70", "商务谈判", "商務談判", "Negotiation", OPEN, 70, "amber"),
    SeedStage("contract_90", "合同签订", "合約簽訂", "Contract signing", OPEN, 90, "lime"),
    SeedStage("won_100", "赢单", "贏單", "Won", WON, 100, "green"),
    SeedStage("lost_0", "输单", "輸單", "Lost", LOST, 0, "red"),
)


class Stage(Protocol):
    """A stage, as rules look at it."""

    @property
    def code(self) -> str: ...
    @property
    def phase(self) -> str: ...
    @property
    def is_active(self) -> bool: ...


# ── an opportunity ──


def check_writable(*, is_deleted: bool, may_write: bool) -> None:
    """Raise WrongState for a customer that is gone, NotAllowed for one that is not the actor's (any more)."""
    if is_deleted:
        raise WrongState(_("This customer was deleted meanwhile. What you typed is still here."))
    if not may_write:
        raise NotAllowed(
            _("This customer is not yours, or not any more: it may have been handed over or recalled. Ask its owner.")
        )


def check(values: Mapping[str, Any]) -> None:
    """Raise InvalidFields without a title, or for a probability that only a decided opportunity has."""
    problems: dict[str, object] = {}
    if not values.get("title"):
        problems["title"] = _("Please fill this in.")
    probability = values.get("probability")
    if probability is not None and not IMPOSSIBLE <= probability <= CERTAIN:
        problems["probability"] = _("Between 0 and 100.")
    if problems:
        raise InvalidFields(problems)


def check_placed(contact_id: int | None, *, contacts: Sequence[int]) -> None:
    """Raise InvalidFields for a contact who has no place at the customer."""
    if contact_id is not None and contact_id not in contacts:
        raise InvalidFields({"contact": _("Choose a contact of this customer.")})


def check_owner(owner_id: int | None, *, actor_id: int | None, may_name_others: bool) -> None:
    """Raise InvalidFields if somebody who reaches only what is their own would give it to somebody else."""
    if owner_id not in (None, actor_id) and not may_name_others:
        raise InvalidFields({"owner": _("Only a supervisor allocates opportunities to others.")})


def check_changed(names: Sequence[str], *, state: str) -> None:
    """Raise WrongState for a change of what is settled once an opportunity is won or lost."""
    if state != OPEN and set(names) - AFTERWARDS:
        raise WrongState(REFUSALS[Phase(state)])


# ── moving, winning, losing, reopening ──


def check_stage(stage: Stage, wanted: Phase, *, now: str) -> None:
    """Raise Invalid for a stage of another phase, one out of use, or the one it stands in already."""
    if stage.phase != wanted:
        raise Invalid(_("Choose a stage of this kind: winning and losing have buttons of their own."))
    if not stage.is_active:
        raise Invalid(_("This stage is out of use: choose another."))
    if stage.code == now:
        raise WrongState(_("It stands in this stage already."))


def check_won(values: Mapping[str, Any], *, today: date) -> None:
    """Raise InvalidFields without an amount or a day, or for a day that is ahead."""
    problems: dict[str, object] = {
        name: _("Please fill this in.") for name in ("amount", "closed_on") if values.get(name) is None
    }
    on = values.get("closed_on")
    if on and on > today:
        problems["closed_on"] = _("It is won once that has happened.")
    if problems:
        raise InvalidFields(problems)


def check_lost(values: Mapping[str, Any]) -> None:
    """Raise InvalidFields without a reason."""
    if not values.get("loss_reason"):
        raise InvalidFields({"loss_reason": _("Say why: the house learns from it.")})


def check_unpaid(told: object) -> None:
    """Raise Invalid for a won opportunity whose deal something else hangs on; ``told``: what says so."""
    if told:
        raise Invalid(told)


def weighted(amount: Decimal | None, probability: int) -> Decimal:
    """Return what an opportunity is worth by its probability, rounded half up."""
    cents = Decimal("0.01")
    return ((amount or Decimal(0)) * probability / CERTAIN).quantize(cents, ROUND_HALF_UP)


# ── stages ──


def check_new_stage(values: Mapping[str, Any]) -> None:
    """Raise InvalidFields without a name or phase, or for a probability that contradicts the phase."""
    problems: dict[str, object] = {}
    for name in ("name_zh_hans", "phase", "probability"):
        if values.get(name) in (None, ""):
            problems[name] = _("Please fill this in.")
    fixed = {WON: CERTAIN, LOST: IMPOSSIBLE}.get(Phase(values["phase"])) if values.get("phase") else None
    if fixed is not None and values.get("probability") not in (None, fixed):
        problems["probability"] = _("Won is 100 %, lost is 0 %.")
    if problems:
        raise InvalidFields(problems)


def check_phase_kept(was: str, now: str) -> None:
    """Raise InvalidFields for another phase: opportunities that stand there would be won, or lost, by it."""
    if was != now:
        raise InvalidFields({"phase": _("A stage keeps its phase: make another stage, and take this one out of use.")})


def check_phases_left(phases: Sequence[str]) -> None:
    """Raise Invalid if a phase had no stage in use. ``phases``: of the stages that stay in use."""
    for phase, (label, _color) in PHASES.items():
        if phase not in phases:
            raise Invalid(_("At least one stage of the kind “%(phase)s” stays in use.", phase=label))
