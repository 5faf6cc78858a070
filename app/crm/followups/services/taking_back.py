"""Taking changes of a follow-up back: a field, or a whole version. Source: CUS-4."""

from collections.abc import Collection
from typing import Any

from app.base.actor import Actor
from app.base.errors import Invalid
from app.base.history import explain
from app.base.i18n import _
from app.base.transaction import transaction
from app.crm.followups.models import Followup
from app.crm.followups.services.recording import KEPT, change
from app.system.audit import queries as audit
from app.system.files import services as files

NEWEST = 2**62  # later than any change set


@transaction
def take_back(followup: Followup, *, number: int, only: Collection[tuple[str, int, str]] | None, actor: Actor) -> int:
    """Make a follow-up, with its files, what it was after change set ``number``; return how many fields that changed.

    ``only``: the lines meant, as (table, id, field); None for all. Raises Invalid if nothing differs.
    """
    now, then = (audit.snapshot(Followup, followup.id, at) for at in (NEWEST, number))
    lines = [line for line in audit.differences(now, then, without=KEPT) if only is None or _key(line) in only]
    if not lines:
        raise Invalid(_("Nothing differs from that version."))
    values: dict[str, Any] = {line.spec.name: line.new for line in lines if line.key[0] is Followup}
    change(followup, values, actor=actor, revision=None)
    model, take = files.TAKER
    for line in lines:
        if line.key[0] is model:
            take(followup, line, then)
    explain(_("Taken back"))
    return len(lines)


def _key(line: Any) -> tuple[str, int, str]:
    return line.key[0].__tablename__, line.key[1], line.spec.name
