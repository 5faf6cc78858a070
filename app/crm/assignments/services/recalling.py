"""Taking customers back from whoever holds them: they stand in the pool then. Source: POOL-2."""

from collections import Counter
from collections.abc import Sequence

from app.base.actor import Actor
from app.base.bulk import Applied, Given
from app.base.errors import InvalidFields
from app.base.fields import Choice
from app.base.history import change_set, explain
from app.base.i18n import Spoken, _
from app.base.sentences import joined, lasting
from app.crm.assignments import queries, rules
from app.crm.assignments.services.assigning import NOT_YOURS
from app.crm.customers import services as customers

REASONS = Choice(dictionary="recall_reason")


def check_recall(given: Given, _actor: Actor) -> None:
    """Raise InvalidFields unless it is said why."""
    if not given.get("reason"):
        raise InvalidFields({"reason": _("Please fill this in.")})


def recall(ids: Sequence[int], given: Given, actor: Actor) -> Applied:
    """Take customers from whoever holds them; the department stays, and what was agreed for next is off.

    Those that nobody holds stay as they are.
    """
    rows = queries.locked(ids, actor)
    held = [row for row in rows if row.owner_id is not None]
    reason, words = given["reason"], given.get("words", "")
    if held:
        explain(joined(change_set().note, Spoken(lambda: REASONS.text(reason)), words))
    changed = customers.let_go([row.id for row in held], how="recall", reason=reason, words=words, actor=actor)
    lost = rules.added(given.get("lost", ()), Counter(row.owner_id for row in held))
    refused: dict[int, object] = dict.fromkeys(set(ids) - {row.id for row in rows}, lasting(NOT_YOURS))
    return Applied(changed, refused, {**given, "lost": lost})
