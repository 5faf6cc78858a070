"""The page of what the next run of reminders would tell: how much by stage, to whom, and why each of the first rows."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import url_for

from app.base import choices, clock, settings, wording
from app.base.i18n import _
from app.base.screens import listpage, markup
from app.crm.renewals import queries
from app.crm.renewals.models import Line
from app.crm.renewals.queries import Due
from app.crm.renewals.views import told
from app.crm.renewals.views.settings import offsets
from app.system.security import queries as security

if TYPE_CHECKING:
    from app.crm.renewals.views.screen import RenewalView

MOST_ROWS, MOST_GROUPS = 200, 10


def next_run(today: date) -> date:
    """Return the day of the next run: today until its time has come, else tomorrow."""
    at = settings.value("fee_reminder_at")
    here = clock.local(clock.now())
    return today if f"{here:%H:%M}" < at else today + timedelta(days=1)


def build(view: "RenewalView", today: date) -> dict[str, Any]:
    """Return everything ``zhike/renewals/dryrun.html`` draws."""
    day, actor = next_run(today), view.actor()
    tally = queries.due_tally(day, offsets(), actor=actor)
    rows = queries.due_rows(day, offsets(), actor=actor, limit=MOST_ROWS)
    heads = _heads({house for _stage, _owner, house in tally if house})
    named = [key for _line, one in rows for key in (one.owner_id, one.service_person_id)]
    people = choices.labels("employee", [*[owner for _stage, owner, _house in tally], *named, *heads.values()])
    total = sum(tally.values())

    def name(key: int | None) -> object:
        return people.get(key or 0, _("Nobody"))

    return {
        "title": _("Next reminders"),
        "crumbs": [*view.crumbs()],
        "text": _text(total, day),
        "tone": "info" if total else "success",
        "groups": [
            {"title": _("By stage"), "lines": _lines(_sums(tally, 0), told.words)},
            {"title": _("By owner"), "lines": _lines(_sums(tally, 1), name)},
            {"title": _("By supervisor"), "lines": _lines(_by_head(tally, heads), name)},
        ]
        if total
        else [],
        "columns": [{"name": name, "label": label, "align": "", "pin": name == "name"} for name, label in COLUMNS],
        "rows": [_row(line, one, day, people, heads) for line, one in rows],
        "more": wording.number(total - len(rows)) if total > len(rows) else None,
    }


def _text(total: int, day: date) -> object:
    moment = datetime.combine(day, datetime.min.time())
    words = {"day": wording.day(moment.date()), "at": settings.value("fee_reminder_at")}
    if not total:
        return _("On %(day)s at %(at)s nobody would be reminded, as far as you see the services.") % words
    words["count"] = wording.number(total)
    return (
        _(
            "On %(day)s at %(at)s people would be reminded of %(count)s services, as far as you see them. "
            "Nothing was told now."
        )
        % words
    )


def _heads(houses: set[int]) -> Mapping[int, int]:
    return {house: head for house in sorted(houses) if (head := security.head_of(house)) is not None}


def _sums(tally: Mapping[Any, int], place: int) -> Mapping[Any, int]:
    found: dict[Any, int] = {}
    for key, count in tally.items():
        found[key[place]] = found.get(key[place], 0) + count
    return found


def _by_head(tally: Mapping[Any, int], heads: Mapping[int, int]) -> Mapping[Any, int]:
    found: dict[Any, int] = {}
    for (_stage, owner, house), count in tally.items():
        head = heads.get(house)
        if head is not None and head != owner:
            found[head] = found.get(head, 0) + count
    return found


def _lines(counts: Mapping[Any, int], name: Any) -> list[tuple[object, str]]:
    ordered = sorted(counts.items(), key=lambda one: -one[1])
    shown = [(name(key), wording.number(count)) for key, count in ordered[:MOST_GROUPS]]
    rest = sum(count for _key, count in ordered[MOST_GROUPS:])
    return [*shown, (_("Others"), wording.number(rest))] if rest else shown


def _row(line: Line, one: Due, day: date, people: Mapping[int, str], heads: Mapping[int, int]) -> dict[str, Any]:
    head = heads.get(one.department_id or 0)
    whom = dict.fromkeys(key for key in (one.owner_id, one.service_person_id, head) if key)
    cells = [
        str(line.customer or _("Outside what you see")),
        str(line.product or _("Deleted")),
        markup.day(one.end_on, near=False),
        _reason(one, day),
        "、".join(people.get(key, "") for key in whom) or _("Nobody"),
    ]
    return listpage.row(str(line), cells, []) | {"id": line.id, "url": url_for("RenewalView.show", pk=line.id)}


def _reason(one: Due, day: date) -> object:
    left = (one.end_on - day).days
    words = {"stage": told.words(one.stage), "days": Line.days_words(left), "skipped": one.skipped}
    if one.skipped:
        return _("Reminder “%(stage)s”: %(days)s. Passed without a run, and not told any more: %(skipped)s.", **words)
    return _("Reminder “%(stage)s”: %(days)s.", **words)


COLUMNS = (
    ("name", _("Customer")),
    ("product", _("Product or service")),
    ("end", _("Ends on")),
    ("why", _("Why")),
    ("whom", _("Who is told")),
)
