"""The recall itself: one run per rule and night, over the rows that are due, kept and taken back like any other."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.base import inbox
from app.base.actor import Actor
from app.base.background import AtOnce
from app.base.bulk import Applied, Given
from app.base.i18n import _
from app.base.sentences import lasting
from app.base.transaction import transaction
from app.crm.customers import queries as customers
from app.crm.customers import services as customer_services
from app.crm.recalls import queries, rules
from app.crm.recalls.rules import Due, Rule
from app.system.runs import queries as run_queries
from app.system.runs import services as runs

SCREEN, ACTION = "CustomerView", "auto_recall"
DUE = "recall_due"  # the filter "is due today by this rule"
OWNERS = "owners"  # within what a run is done with: owner → how many customers went
NOT_DUE = _("Not due any more: somebody has followed it up, or it has changed hands.")
RULE_OFF = _("The rule was switched off, or changed, before this row was reached.")


def recall(*, day: date, protection_days: int, actor: Actor) -> int:
    """Recall all customers that are due by the rules that are on; return how many went.

    A run that was cut off is done first, then one is begun for each rule that finds rows. Rules look at ``day``.
    """
    for run_id in run_queries.unfinished(ACTION):
        _carried_out(run_id, actor)
    return sum(_by_rule(rule, day, protection_days, actor) for rule in queries.rules_on())


def _by_rule(rule: Rule, day: date, protection_days: int, actor: Actor) -> int:
    due = customers.held_rows(lambda table: queries.due_by(rule, table, day, protection_days=protection_days), limit=1)
    if not due:
        return 0
    subject = runs.subjects[SCREEN]
    run = runs.begin(
        subject,
        subject.actions[ACTION],
        actor=actor,
        title=_("Automatic recall · %(rule)s", rule=rule.name),
        filter_text=json.dumps({"all": [{"field": DUE, "op": "is", "value": rule.id}]}),
        ticked=None,
        given={"rule": rule.id, "day": day.isoformat(), "protection": protection_days},
        shown=0,
        in_background=False,
    )
    return _carried_out(run.id, actor)


def _carried_out(run_id: int, actor: Actor) -> int:
    runs.carry_out(run_id, AtOnce({}, actor))
    return _tell(run_id, actor)


@transaction
def _tell(run_id: int, actor: Actor) -> int:
    """Tell each owner how many of their customers a run has taken; return how many went in all."""
    run = run_queries.by_id(run_id)
    assert run is not None  # noqa: S101 - just carried out
    rule = next(iter(queries.rules_among([run.given["rule"]])), None)
    for owner, count in run.given.get(OWNERS, {}).items():
        params = {"count": count, "rule": rule.name if rule else ""}
        place = inbox.Place("RecallRuleView.recalled", run_id)
        inbox.tell([int(owner)], "recalled", params=params, link=place, key=f"recalled:{run_id}", actor=actor)
    return run.changed_count


# ── some thousand rows of it ──


def apply(ids: Sequence[int], given: Given, actor: Actor) -> Applied:
    """Let go those of the rows that are due still, now that nobody else can change them; say why not the others."""
    known = queries.rules_on()
    if given["rule"] not in {rule.id for rule in known}:
        return Applied([], dict.fromkeys(ids, lasting(RULE_OFF)))
    day, protection_days = date.fromisoformat(given["day"]), given["protection"]
    found: dict[Due, list[int]] = {}
    owners = dict(given.get(OWNERS, {}))
    for row in customers.locked_rows(ids):
        due = rules.earliest(known, queries.standing_of(row), protection_days=protection_days)
        if due is not None and due.on <= day:
            found.setdefault(due._replace(on=day), []).append(row.id)
            owners[str(row.owner_id)] = owners.get(str(row.owner_id), 0) + 1
    changed = [key for due, some in found.items() for key in _let_go(due, some, actor)]
    left = lasting(NOT_DUE)
    return Applied(sorted(changed), dict.fromkeys(sorted(set(ids) - set(changed)), left), {**given, OWNERS: owners})


def _let_go(due: Due, ids: Sequence[int], actor: Actor) -> list[int]:
    return customer_services.let_go(ids, how="auto_recall", reason=due.rule.kind, words=rules.reason(due), actor=actor)


def columns(_given: Mapping[str, Any]) -> Sequence[str]:
    """Return what taking a recall back gives back."""
    return customer_services.OWNING
