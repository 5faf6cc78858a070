"""Taking changes of an opportunity back: a field, or a whole version. Moves are not: they have verbs of their own."""

from collections.abc import Collection
from typing import Any

from app.base.actor import Actor
from app.base.errors import Invalid
from app.base.history import explain
from app.base.i18n import _
from app.base.transaction import transaction
from app.sales.opportunities.models import Opportunity
from app.sales.opportunities.services.editing import KEPT, change
from app.system.audit import queries as audit

NEWEST = 2**62  # later than any change set


@transaction
def take_back(record: Opportunity, *, number: int, only: Collection[tuple[str, int, str]] | None, actor: Actor) -> int:
    """Make an opportunity what it was after change set ``number``; return how many fields that changed.

    ``only``: the lines meant, as (table, id, field); None for all. Raises Invalid if nothing differs.
    """
    now, then = (audit.snapshot(Opportunity, record.id, at) for at in (NEWEST, number))
    lines = [line for line in audit.differences(now, then, without=KEPT) if only is None or _key(line) in only]
    if not lines:
        raise Invalid(_("Nothing differs from that version."))
    values: dict[str, Any] = {line.spec.name: line.new for line in lines}
    change(record, values, actor=actor, revision=None)
    explain(_("Taken back"))
    return len(lines)


def _key(line: Any) -> tuple[str, int, str]:
    return line.key[0].__tablename__, line.key[1], line.spec.name
