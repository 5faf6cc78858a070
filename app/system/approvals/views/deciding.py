"""Carrying a decision from a screen to the domain whose record it is, and telling the person what came of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from flask import flash, request

from app.base.actor import Actor
from app.base.bulk import Applied
from app.base.errors import DomainError
from app.base.i18n import _, ngettext
from app.base.screens.view import current_actor
from app.extensions import db
from app.system.approvals import queries, services
from app.system.approvals.queries import Case

MOST_TOLD = 3  # refusals named one by one


def verb_of(subject: services.Subject, verb: str) -> Callable[[Sequence[int], str, Actor], Applied]:
    """Return the domain's own verb; where it has none for giving back, the approvals' own."""

    def give_back(ids: Sequence[int], note: str, actor: Actor) -> Applied:
        decided = services.give_back(subject.code, ids, note=note, actor=actor)
        return Applied(decided.ended, decided.refused)

    return getattr(subject, verb) or give_back


def decide(verb: str, cases: Iterable[Case], note: str, *, shown: Mapping[int, int]) -> int:
    """Decide on cases, each kind of record by its own domain; flash what came of it; return on how many.

    ``shown``: case → how often its record had been changed when the page was drawn.
    """
    kinds: dict[str, list[Case]] = {}
    for case in cases:
        kinds.setdefault(case.subject, []).append(case)
    count, refused = 0, []
    for code, found in kinds.items():
        edits = {one.record_id: shown.get(one.id, -1) for one in found}
        names = {one.record_id: one.title for one in found}
        try:
            with services.looked_at(edits):
                applied = verb_of(queries.known_subjects()[code], verb)(list(edits), note, current_actor())
        except DomainError as refusal:
            db.session.rollback()
            refused.append(str(refusal))
        else:
            colon = str(_(": "))
            refused += [f"{names.get(key, key)}{colon}{sentence}" for key, sentence in applied.refused.items()]
            count += len(edits) - len(applied.refused)
    _tell(verb, count, refused)
    return count


def _tell(verb: str, count: int, refused: Sequence[str]) -> None:
    if count:
        flash(str(_said(verb, count)), "success")
    for sentence in refused[:MOST_TOLD]:
        flash(sentence, "danger")
    if len(refused) > MOST_TOLD:
        more = len(refused) - MOST_TOLD
        flash(
            str(ngettext("%(num)s more could not be decided on.", "%(num)s more could not be decided on.", more)),
            "danger",
        )


def _said(verb: str, count: int) -> Any:
    if verb == "approve":
        return ngettext("%(num)s approved.", "%(num)s approved.", count)
    if verb == "reject":
        return ngettext("%(num)s rejected.", "%(num)s rejected.", count)
    return ngettext("%(num)s given back.", "%(num)s given back.", count)


def shown_in(texts: Iterable[str]) -> dict[int, int]:
    """Return case → edits of what a page sent as "case.edits"; what is no such text is left out."""
    found = {}
    for text in texts:
        key, _dot, edits = text.partition(".")
        if _is_number(key) and _is_number(edits):
            found[int(key)] = int(edits)
    return found


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10  # noqa: PLR2004 - digits


def note() -> str:
    """Return what was typed beside the buttons."""
    return request.form.get("note", "")
