"""What the templates of list, record and form are told: plain dicts, built from a view and its rows."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from app.base import segments, wording
from app.base.fields import Field
from app.base.i18n import _, ngettext
from app.base.screens import columns, exportmenu, filterbar, markup
from app.base.screens.keptrows import KeptRows
from app.base.screens.listing import COUNT_LIMIT, LAST_NUMBERED_PAGE, PAGE_SIZES, Listing

if TYPE_CHECKING:
    from app.base.screens.view import DomainView

PAGES_SHOWN = 2  # on either side of the current one


def build(view: "DomainView", listing: Listing, *, problem: object = None) -> dict[str, Any]:
    """Return everything ``zhike/list.html`` draws."""
    draws = [markup.column(spec, actor=listing.actor) for spec in listing.columns]
    rows, kept = listing.rows, segments.furnish(view, listing) if view.segments_of() else {}
    bulk_actions, bulk_url = view.bulk_offered(), view.bulk_url()
    known = KeptRows(view, listing, selectable=bool(bulk_actions and bulk_url))
    return {
        "title": view.title,
        "problem": problem,
        "above": getattr(view, "above", dict)(),  # a line above the list: text, tone, action; few screens have one
        "count_text": count_text(listing.count),
        "crumbs": [{"label": view.group, "url": None}] if view.group else [],
        "columns": [_column(spec, listing, first=place == 0) for place, spec in enumerate(listing.columns)],
        "rows": [_row(view, record, draws, known) for record in rows],
        "empty_text": view.when_empty,
        "sort_text": None,
        "pager": _pager(listing, rows),
        "page_sizes": PAGE_SIZES,
        "page_size": listing.page_size,
        "add_url": view.url("add") if view.create is not None and view.may("add") else None,
        "add_label": new(view),
        "clear_url": listing.url(filter=None, kept=None, segment=None),
        "import_url": view.import_url(),
        "export_urls": exportmenu.build(view, listing) if view.may("export") else None,
        "bulk_actions": bulk_actions,
        "action_url": bulk_url,
        "segments": _tabs(view, listing, kept.get("tabs", [])),
        "kept": kept,
        "save_segment_url": kept.get("save_url"),
        "segment_id": listing.applied.id if listing.applied else None,
        "columns_url": columns.url(view),
        **filterbar.build(view, listing),
    }


def count_text(count: int) -> str:
    """Return a count as people read it: "10,000+" above the limit."""
    return f"{COUNT_LIMIT:,}+" if count > COUNT_LIMIT else wording.number(count)


def _tabs(view: "DomainView", listing: Listing, own: list[dict[str, Any]]) -> list[Any]:
    """Return the tabs above a list: all rows, the house's filters, then one's own and those shared with one."""
    fixed = view.fixed_tabs()
    if not fixed and not own:
        return []
    now, blank = "" if listing.segment else listing.filter_text, {"kept": None, "segment": None}
    is_all = not now and not listing.segment
    found: list[Any] = [{"label": _("All"), "url": listing.url(filter=None, **blank), "current": is_all}]
    for _name, label, raw in fixed:
        text = json.dumps(raw, ensure_ascii=False)
        found.append({"label": label, "url": listing.url(filter=text, **blank), "current": _same(now, raw)})
    return [*found, "-", *own] if own else found


def _same(text: str, raw: Mapping[str, Any]) -> bool:
    try:
        return bool(text) and json.loads(text) == raw
    except ValueError:
        return False


def _column(spec: Field, listing: Listing, *, first: bool) -> dict[str, Any]:
    name, down = listing.sort
    here = name == spec.name
    asked = f"-{spec.name}" if here and not down else spec.name
    return {
        "name": spec.name,
        "label": spec.label,
        "sort_url": listing.url(sort=asked) if listing.may_sort(spec) else None,
        "sorted": ("descending" if down else "ascending") if here else None,
        "align": "right" if spec.kind == "number" else "left",
        "pin": first,
    }


def _row(view: "DomainView", record: Any, draws: Sequence[markup.Draw], known: KeptRows) -> Mapping[str, Any]:
    follows, drawn = known.find(record)
    if drawn is not None:
        return {"drawn": drawn}
    key = view.key(record)
    shown = row(str(record), [draw(record) for draw in draws], view.row_actions(record))
    url = view.row_url("show", record) if view.may("show") else None
    more = {"level": view.row_level(record), "chips": view.row_chips(record), **view.row_more(record)}
    return {**shown, "id": key, "url": url, **more, **known.keeping(follows)}


MOST_QUICK = 3  # buttons of a row beside its menu


def row(label: str, cells: Sequence[Any], actions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a row as the table draws it. ``quick``: the buttons beside its menu."""
    quick = [one for one in actions if one.get("icon") and not one.get("danger")]
    return {"label": label, "cells": cells, "actions": actions, "quick": quick[:MOST_QUICK]}


def _pager(listing: Listing, rows: list[Any]) -> dict[str, Any]:
    keyset = bool({"after", "before", "row"} & set(listing.asked))
    first = (listing.page - 1) * listing.page_size
    more = listing.has_more or "before" in listing.asked
    edges = {"first": wording.number(first + 1), "last": wording.number(first + len(rows))}
    return {
        "text": _("Rows %(first)s–%(last)s of %(count)s") % (edges | {"count": count_text(listing.count)})
        if rows and not keyset
        else ngettext("%(n)s row", "%(n)s rows", listing.count, n=count_text(listing.count)),
        "first_url": listing.url() if keyset else None,
        "prev_url": _previous(listing, rows, keyset=keyset),
        "next_url": _next(listing, rows, keyset=keyset) if more and rows else None,
        "pages": [] if keyset else _pages(listing),
        "jump": listing.count > LAST_NUMBERED_PAGE * listing.page_size,
    }


def _previous(listing: Listing, rows: list[Any], *, keyset: bool) -> str | None:
    if not keyset:
        return listing.url(page=listing.page - 1 if listing.page > 2 else None) if listing.page > 1 else None  # noqa: PLR2004
    stopped = "before" in listing.asked and not listing.has_more
    return listing.url(before=rows[0].id) if rows and not stopped else None


def _next(listing: Listing, rows: list[Any], *, keyset: bool) -> str:
    if keyset or listing.page >= LAST_NUMBERED_PAGE:
        return listing.url(after=rows[-1].id)
    return listing.url(page=listing.page + 1)


def _pages(listing: Listing) -> list[dict[str, Any]]:
    last = min(-(-listing.count // listing.page_size), LAST_NUMBERED_PAGE)
    near = range(max(listing.page - PAGES_SHOWN, 1), min(listing.page + PAGES_SHOWN, last) + 1)
    return [{"n": n, "url": listing.url(page=n if n > 1 else None), "current": n == listing.page} for n in near]


# ── record and form ──────────────────────────────────────────────────────────────────────────────


def record_page(view: "DomainView", record: Any) -> dict[str, Any]:
    """Return everything ``zhike/record.html`` draws for a record without a page of its own."""
    return {
        "title": str(record),
        "crumbs": crumbs(view),
        "actions": actions(view, record),
        "sections": sections(view, record),
    }


def crumbs(view: "DomainView") -> list[dict[str, Any]]:
    """Return the way to a record of this view."""
    return [
        *([{"label": view.group, "url": None}] if view.group else []),
        {"label": view.title, "url": view.url("list")},
    ]


def actions(view: "DomainView", record: Any) -> list[dict[str, Any]]:
    """Return the buttons every record has, as far as this person may press them."""
    key, found = view.key(record), []
    if view.change is not None and view.may("edit"):
        found.append({"label": _("Edit"), "icon": "edit", "url": view.url("edit", pk=key), "primary": True})
    if view.has_history and view.may("history"):
        found.append({"label": _("History"), "icon": "history", "url": view.url("history", pk=key)})
    if view.remove is not None and view.may("delete"):
        found.append(_delete(view, record))
    return found


def _delete(view: "DomainView", record: Any) -> dict[str, Any]:
    button = {"label": _("Delete"), "icon": "trash", "url": view.url("delete", pk=view.key(record)), "danger": True}
    if view.asks_why:  # on a page of its own
        return button
    return button | {"method": "POST", "confirm": str(_("Delete “%(name)s”?") % {"name": record})}


def sections(
    view: "DomainView", record: Any, *, skip: Collection[str] = frozenset(), drawn: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """Return a record's fields as the form groups them, without ``skip``; ``drawn``: those drawn already."""
    drawn = drawn or {}
    skip = set(skip)
    names = set(view.form_names(record))
    parts = view.form_sections or [("fields", view.one, list(view.form_fields))]
    return [
        {
            "title": title,
            "fields": [
                {
                    "label": view.specs[name].label,
                    "value": drawn[name] if name in drawn else view.drawn(record, name),
                    "span": view.specs[name].wide,
                }
                for name in part
                if name in names and (name not in skip)
            ],
        }
        for _key, title, part in parts
        if names & set(part) - skip
    ]


def new(view: "DomainView") -> object:
    """Return the heading, and the button, of a form for a record that is not there yet: New customer."""
    return _("New %(one)s", one=wording.within(view.one))


def form_page(view: "DomainView", form: Any, record: Any, *, name: str, problem: object) -> dict[str, Any]:
    """Return everything ``zhike/form.html`` draws besides the form itself."""
    is_new = record is None
    title = new(view) if is_new else _("Edit")
    way = view.crumbs() if is_new else [*view.crumbs(), {"label": name, "url": view.url("show", pk=view.key(record))}]
    parts = view.form_sections or [("fields", None, list(view.form_fields))]
    return {
        "title": title,
        "crumbs": way,
        "sections": [
            {"id": key, "title": heading, "fields": [one for one in part if one in form]}
            for key, heading, part in parts
            if any(one in form for one in part)
        ],
        "cancel_url": view.url("list") if is_new else view.url("show", pk=view.key(record)),
        "problem": problem,
    }
