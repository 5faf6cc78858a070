"""The page of a dry run: how many a rule would recall, whose they are, and why each of the first rows."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask import current_app, url_for

from app.base import choices, clock, wording
from app.base.i18n import _
from app.base.screens import listpage, markup
from app.crm.recalls import queries, rules
from app.crm.recalls.models import LEVELS, RecallRule
from app.crm.recalls.rules import Rule
from app.crm.recalls.views.settings import protection_days

if TYPE_CHECKING:
    from app.crm.recalls.views.screen import RecallRuleView

MOST_GROUPS = 10  # lines of a card
EXPORTED = "name,owner,department,level,last_followup_at,assigned_at,next_contact_at"


def build(view: "RecallRuleView", record: RecallRule) -> dict[str, Any]:
    """Return everything ``zhike/recall.html`` draws."""
    rule = queries.reckoned(record)
    found = queries.dry_run(rule, day=clock.today(), protection_days=protection_days())
    people = choices.labels("employee", [*found.by_person, *[row.owner_id for row in found.rows]])
    houses = choices.labels("department", found.by_department)
    levels = {code: item.label for code, item in choices.values(LEVELS).by_code.items()}
    asked = json.dumps({"all": [{"field": "recall_due", "op": "is", "value": record.id}]})
    return {
        "title": _("Dry run: %(name)s") % {"name": record},
        "crumbs": [*view.crumbs(), {"label": str(record), "url": view.url("show", pk=record.id)}],
        "text": _text(found.total),
        "tone": "warning" if found.total else "success",
        "list_url": url_for("CustomerView.list", filter=asked) if found.total else None,
        "export_url": _export_url(asked) if found.total else None,
        "groups": [
            {"title": _("By department"), "lines": _lines(found.by_department, houses, _("No department"))},
            {"title": _("By person"), "lines": _lines(found.by_person, people, _("Nobody"))},
            {"title": _("By level"), "lines": _lines(found.by_level, levels, _("No level"))},
        ],
        "columns": [
            {"name": name, "label": label, "align": align, "pin": name == "name"} for name, label, align in COLUMNS
        ],
        "rows": [_row(rule, row, people) for row in found.rows],
        "more": wording.number(found.total - len(found.rows)) if found.total > len(found.rows) else None,
    }


def _text(total: int) -> object:
    if not total:
        return _("Run now, this rule would recall nobody of whom you see.")
    return _("Run now, this rule would recall %(count)s customers, as far as you see them. Nothing was changed.") % {
        "count": wording.number(total)
    }


def _export_url(asked: str) -> str | None:
    may = current_app.appbuilder.sm.has_access("can_export", "CustomerView")  # type: ignore[attr-defined]
    return url_for("CustomerView.export", filter=asked, columns=EXPORTED, format="xlsx") if may else None


def _lines(counts: Mapping[Any, int], names: Mapping[Any, str], nobody: object) -> list[tuple[object, str]]:
    shown = [(names.get(key, nobody), wording.number(count)) for key, count in list(counts.items())[:MOST_GROUPS]]
    rest = sum(list(counts.values())[MOST_GROUPS:])
    return [*shown, (_("Others"), wording.number(rest))] if rest else shown


def _row(rule: Rule, row: Any, people: Mapping[int, str]) -> dict[str, Any]:
    standing = queries.standing_of(row)
    due = rules.earliest([rule], standing, protection_days=protection_days())
    assert due is not None  # noqa: S101 - SQL and rules agree: a test asks both
    cells = [
        row.name,
        markup.person(people.get(row.owner_id, "")),
        markup.day(standing.last_followup_on, near=False) if standing.last_followup_on else _("Never"),
        markup.day(standing.assigned_on, near=False),
        wording.number((clock.today() - rules.counted_from(due, standing)).days),
        wording.number(due.limit),
        wording.number((clock.today() - due.on).days),
    ]
    return listpage.row(row.name, cells, []) | {"id": row.id, "url": url_for("CustomerView.show", pk=row.id)}


COLUMNS = (
    ("name", _("Customer"), ""),
    ("owner", _("Owner"), ""),
    ("followed", _("Last followed up"), ""),
    ("assigned", _("Assigned"), ""),
    ("passed", _("Days passed"), "right"),
    ("limit", _("Days allowed"), "right"),
    ("over", _("Overdue by"), "right"),
)
