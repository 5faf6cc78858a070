"""What a list's page shows of segments: tabs, what can be done with the current one, the form that saves one."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from flask import current_app

from app.base import segments
from app.base.i18n import _
from app.base.screens import filterbar
from app.base.screens.listing import Listing
from app.base.screens.view import DomainView
from app.system.segments import queries
from app.system.segments.queries import Tab

if TYPE_CHECKING:
    from app.system.segments.views.screen import SegmentView

ONLY_ME, MY_DEPARTMENT, OTHERS = "", "department", "others"


def furnish(view: DomainView, listing: Listing) -> dict[str, Any]:
    """Return what the page of a list shows of its segments; nothing for who may not use any."""
    screen = segment_screen()
    if not screen.may("list"):
        return {}
    tabs = queries.tabs(listing.actor, listing.subject)
    may_keep = screen.may("keep")
    return {
        "tabs": [_tab(tab.segment, listing, is_shared=tab.is_shared) for tab in _shown(tabs, listing)],
        "current": _current(screen, view, listing) if listing.segment else None,
        "save_url": screen.url("save") if may_keep and not filterbar.is_closed(listing) else None,
        "save_form": [("subject", listing.subject), ("sort", sort_of(listing))],
        "audiences": _audiences(listing) if screen.may("share") else [],
        "arrange": _arrange(screen, tabs, listing) if tabs and may_keep else None,
    }


def segment_screen() -> "SegmentView":
    """Return the screen of segments of the running application."""
    views = current_app.extensions["house"].baseviews
    found: SegmentView = next(view for view in views if type(view).__name__ == "SegmentView")
    return found


def sort_of(listing: Listing) -> str:
    """Return the order a saved segment would keep: as asked for, none where the list's own holds."""
    return listing.asked.get("sort") or (listing.segment.sort if listing.segment else "")


def _shown(tabs: Sequence[Tab], listing: Listing) -> Sequence[Tab]:
    """Return the tabs to draw: those not hidden, and always the current one."""
    current, known = listing.segment, {tab.segment.id for tab in tabs}
    found = [tab for tab in tabs if not tab.is_hidden or (current and tab.segment.id == current.id)]
    stranger = current is not None and current.id not in known
    return [*found, Tab(current, is_hidden=False, is_shared=True)] if current and stranger else found


def _tab(segment: segments.Segment, listing: Listing, *, is_shared: bool) -> dict[str, Any]:
    is_mine = segment.owner_id == listing.actor.id
    return {
        "label": segment.name,
        "title": None if is_mine else _("Shared by %(name)s") % {"name": segment.owner},
        "icon": "users" if is_shared else "bookmark",
        "url": listing.url(segment=segment.id, filter=None, kept=None, sort=None),
        "current": listing.segment is not None and listing.segment.id == segment.id,
    }


def _current(screen: "SegmentView", view: DomainView, listing: Listing) -> dict[str, Any]:
    segment = listing.segment
    assert segment is not None  # noqa: S101 - asked before
    is_mine, is_changed = segment.owner_id == listing.actor.id, _is_changed(segment, listing)
    may_save = is_mine and is_changed and screen.may("keep") and not listing.is_stale
    return {
        "name": segment.name,
        "is_mine": is_mine,
        "is_changed": is_changed,
        "change": _change(screen, segment, listing) if may_save else None,
        "discard_url": view.url("list", segment=segment.id),
        "actions": _actions(screen, segment, is_mine=is_mine),
    }


def _is_changed(segment: segments.Segment, listing: Listing) -> bool:
    """Tell whether the list shows other conditions, or another order, than the segment keeps."""
    sort = listing.asked.get("sort")
    if sort and sort != (segment.sort or listing.default_sort):
        return True
    try:
        return bool(listing.typed) and json.loads(listing.typed) != json.loads(segment.text)
    except ValueError:
        return True


def _change(screen: "SegmentView", segment: segments.Segment, listing: Listing) -> dict[str, Any]:
    form = [("filter", listing.filter_text), ("sort", sort_of(listing)), ("revision", segment.revision)]
    url = screen.url("change_filter", pk=segment.id)
    return {"label": _("Save changes"), "icon": "device-floppy", "url": url, "method": "POST", "form": form}


def _actions(screen: "SegmentView", segment: segments.Segment, *, is_mine: bool) -> list[dict[str, Any]]:
    key = segment.id
    about = _("Conditions and who sees it") if is_mine else _("About this segment")
    found = [{"label": about, "icon": "info-circle", "url": screen.url("show", pk=key)}]
    if screen.may("keep"):
        if is_mine:
            found.append({"label": _("Rename"), "icon": "pencil", "url": screen.url("edit", pk=key)})
        hide = {"label": _("Hide this tab"), "icon": "eye-off", "url": screen.url("hide", pk=key), "method": "POST"}
        found.append(hide)
        if is_mine:
            found.append(screen.delete_button(key, segment.name))
    return found


def _audiences(listing: Listing) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = [(ONLY_ME, _("Only me"))]
    house = queries.department_name(listing.actor)
    if house:
        found.append((MY_DEPARTMENT, _("%(department)s and below") % {"department": house}))
    return [*found, (OTHERS, _("Others: choose on the next page"))]


def _arrange(screen: "SegmentView", tabs: Sequence[Tab], listing: Listing) -> dict[str, Any]:
    rows = [{"id": tab.segment.id, "label": tab.segment.name, "shown": not tab.is_hidden} for tab in tabs]
    form = [("subject", listing.subject), ("segment", listing.segment.id if listing.segment else "")]
    return {"url": screen.url("arrange"), "rows": rows, "form": form}
