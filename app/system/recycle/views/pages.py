"""What the pages of one record in the recycle bin are told."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask import url_for

from app.base import recycle
from app.base.i18n import _
from app.base.recycle import Hindrance, Kind
from app.base.scope import with_deleted
from app.base.screens import listpage
from app.base.screens.house import screen
from app.base.screens.outside import is_there
from app.system.recycle import queries, services
from app.system.recycle.models import BinEntry

if TYPE_CHECKING:
    from app.system.recycle.views.screen import RecycleView


def screen_of(kind: Kind) -> Any:
    """Return the screen on which living records of a kind are shown."""
    return screen(kind.screen)


def build(view: "RecycleView", entry: BinEntry, *, is_mine: bool) -> dict[str, Any]:
    """Return what ``zhike/binned.html`` draws: why it is here, and the record as it was, masked as on its page."""
    kind, screen = recycle.kinds[entry.kind], screen_of(recycle.kinds[entry.kind])
    page = listpage.record_page(view, entry)
    hindered = kind.hinder([entry.record_id], ()).get(entry.record_id)
    page["actions"] = actions(view, entry, is_mine=is_mine, hindered=hindered)
    page["hindrance"] = _hindrance(view, entry, kind, hindered) if hindered else None
    page["forbidden"] = services.why_not(entry) if view.may("purge") and is_mine else None
    page["sections"][0]["title"] = _("In the recycle bin")
    with with_deleted():
        record = queries.record_of(entry)
        if record is not None and screen.may("show"):
            screen.looked_at(record)
            page["sections"] += _filled(listpage.sections(screen, record))
    return page


def _filled(sections: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the sections without the fields that hold nothing."""
    found = []
    for one in sections:
        fields = [field for field in one["fields"] if "zk-muted" not in str(field["value"])]
        found += [one | {"fields": fields}] if fields else []
    return found


def actions(
    view: "RecycleView", entry: BinEntry, *, is_mine: bool, hindered: Hindrance | None = None
) -> list[dict[str, Any]]:
    """Return the buttons of an entry, as far as this person may press them."""
    kind, found = recycle.kinds[entry.kind], list[dict[str, Any]]()
    if is_mine and view.may_restore(entry) and hindered is None:
        url = view.url("restore", pk=entry.id)
        found.append({"label": _("Restore"), "icon": "arrow-back-up", "url": url, "method": "POST", "primary": True})
    screen = screen_of(kind)
    if screen.has_history and screen.may("history"):
        url = url_for(f"{kind.screen}.history", pk=entry.record_id)
        found.append({"label": _("History"), "icon": "history", "url": url})
    if is_mine and view.may("purge"):
        url = view.url("purge", pk=entry.id)
        found.append({"label": _("Delete permanently"), "icon": "trash-x", "url": url, "danger": True})
    return found


def _hindrance(view: "RecycleView", entry: BinEntry, kind: Kind, hindered: Hindrance) -> Mapping[str, Any]:
    """Return why a record cannot come back as it was, and what can be done."""
    ways = [
        {
            "label": kind.ways[way],
            "icon": "arrow-back-up",
            "url": view.url("restore", pk=entry.id),
            "method": "POST",
            "form": [["way", way]],
        }
        for way in hindered.ways
    ]
    return {
        "text": hindered.sentence,
        "other_url": _url_of_other(view, kind, hindered.other),
        "ways": ways if view.may_restore(entry) else [],
    }


def _url_of_other(view: "RecycleView", kind: Kind, other: int | None) -> str | None:
    """Return the page of the record that stands in the way, living or in the bin, if this person sees it."""
    if other is None:
        return None
    if is_there(kind.model, other):
        return url_for(f"{kind.screen}.show", pk=other)
    found = queries.entry_of(kind.code, other)
    return view.url("show", pk=found.id) if found is not None else None


def purge_page(view: "RecycleView", entry: BinEntry) -> dict[str, Any]:
    """Return what ``zhike/confirm.html`` draws before a record goes for good; only the reason where it is forbidden."""
    forbidden, url = services.why_not(entry), view.url("show", pk=entry.id)
    text = _(
        "“%(name)s” goes with all that hangs on it: files, shares, phone numbers and its whole history. "
        "There is no way back. The log keeps that it was there, and who deleted it."
    )
    return {
        "title": _("Delete “%(name)s” permanently?") % {"name": entry.name},
        "crumbs": [*view.crumbs(), {"label": entry.name, "url": url}],
        "problem": forbidden,
        "text": None if forbidden else text % {"name": entry.name},
        "tone": "danger",
        "buttons": [] if forbidden else [{"label": _("Delete permanently"), "icon": "trash-x", "danger": True}],
        "cancel_url": url,
    }
