"""Buttons and the menus behind them, as HTML. A list draws a hundred of these: drawn here, not by a template.

An item is a mapping: label, icon, url, method (a POST goes through the page's own form and its token), form (hidden
fields of a POST of its own), confirm (a question asked first), danger, primary, current, reveal, disabled (why not).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from app.base.screens.markup import icon
from app.base.screens.shapes import Shape

Item = Mapping[str, Any]
NOTHING = Markup()
LINE = Markup('<hr role="separator">')
NOW = Markup(' aria-current="true"')
SWAPS = Markup(' hx-boost="true" hx-target="#main" hx-select="#main" hx-swap="outerHTML"')
DANGER = Markup(" data-danger")

REVEAL = Shape(' data-reveal="{}"')
QUESTION = Shape(' data-confirm="{}" data-confirm-label="{}"{}')
NAMED = Shape(' aria-label="{}" title="{}"')
ENTRY_OFF = Shape(
    '<span class="item is-disabled" role="menuitem" aria-disabled="true" tabindex="-1">{}<span>{}<small>{}</small>'
    "</span></span>"
)
ENTRY_POST = Shape(
    '<button type="submit" form="zk-post" formaction="{}" class="item{}" role="menuitem" tabindex="-1"{}>{}'
    "<span>{}</span></button>"
)
ENTRY_LINK = Shape('<a class="item{}" href="{}" role="menuitem" tabindex="-1"{}>{}<span>{}</span>{}</a>')
MENU = Shape(
    '<span class="zk-menu-box" data-menu><button type="button" class="btn {}" aria-haspopup="menu" '
    'aria-expanded="false"{}>{}{}{}</button><span class="zk-pop is-menu" role="menu" aria-label="{}" hidden{}>{}'
    "</span></span>"
)
BUTTON_OFF = Shape('<button type="button" class="{}" disabled title="{}">{}{}</button>')
BUTTON_POST = Shape('<button type="submit" form="zk-post" formaction="{}" class="{}"{}{}>{}{}</button>')
BUTTON_LINK = Shape('<a class="{}" href="{}"{}>{}{}</a>')
BUTTON_FORM = Shape('<form method="post" action="{}"{}>{}<button type="submit" class="{}">{}{}</button></form>')
HIDDEN = Shape('<input type="hidden" name="{}" value="{}">')
ROW = Shape('<span class="zk-acts"><span class="quick">{}</span>{}</span>')
MENU_ICONS = ("dots",)  # of a button that says nothing else
SMALL = "btn-icon btn-quiet btn-sm"
SMALL_CLASS: dict[str, Any] = {"class": SMALL}


def is_post(item: Item) -> bool:
    return item.get("method") not in ("GET", None)


def confirmed(item: Item) -> Markup:
    """Return what a button carries so that a script asks before it acts, or shows a masked value in place."""
    reveal, question = item.get("reveal"), item.get("confirm")
    if not (reveal or question):
        return NOTHING
    asked = QUESTION(question, item["label"], DANGER if item.get("danger") else "") if question else ""
    return (REVEAL(reveal) if reveal else NOTHING) + asked


def _face(item: Item) -> Markup:
    return icon(item["icon"]) if item.get("icon") else NOTHING


def menu_item(item: Item | str) -> Markup:
    """Return one entry of a menu; "-" is a line between entries."""
    if isinstance(item, str):
        return LINE
    face, label, danger = _face(item), item["label"], " is-danger" if item.get("danger") else ""
    if item.get("disabled"):
        return ENTRY_OFF(face, label, item["disabled"])
    if is_post(item):
        return ENTRY_POST(item["url"], danger, confirmed(item), face, label)
    now = (NOW, icon("check", **{"class": "check"})) if item.get("current") else ("", "")
    return ENTRY_LINK(danger, item["url"], now[0], face, label, now[1])


def menu(
    items: Sequence[Item | str],
    label: object,
    icon_name: str | None = MENU_ICONS[0],
    text: object = None,
    *,
    chevron: bool = False,
    swap: bool = False,
    **given: str,
) -> Markup:
    """Return a button that opens a menu. ``text``: shown on it, else ``label`` names it; ``class``: of the button.

    ``swap``: its links change a part of the page, not the page (swap.js).
    """
    name = NAMED(label, label) if not text else ""
    face, arrow = icon(icon_name) if icon_name else "", icon("chevron-down") if chevron else ""
    entries = NOTHING.join(map(menu_item, items))
    swaps = SWAPS if swap else ""
    return MENU(given.get("class", "btn-icon"), name, face, text or "", arrow, label, swaps, entries)


def action(item: Item, more: str = "") -> Markup:
    """Return one action as a button: a link, or a POST. ``more``: further classes."""
    face, label = _face(item), item["label"]
    if item.get("disabled"):
        return BUTTON_OFF(f"btn {more}", item["disabled"], face, label)
    look = f"btn {more}" + (" btn-primary" if item.get("primary") else " is-danger" if item.get("danger") else "")
    if not is_post(item):
        return BUTTON_LINK(look, item["url"], "", face, label)
    if not item.get("form"):
        return BUTTON_POST(item["url"], look, "", confirmed(item), face, label)
    fields = NOTHING.join(HIDDEN(*pair) for pair in [("csrf_token", generate_csrf()), *item["form"]])
    return BUTTON_FORM(item["url"], confirmed(item), fields, look, face, label)


def row_buttons(row: Item, label: object) -> Markup:
    """Return the buttons of a row: the first few as icons, all of them in a menu called ``label``."""
    if not row["actions"]:
        return NOTHING
    more = menu(row["actions"], label, **SMALL_CLASS)
    return ROW(NOTHING.join(map(_quick, row["quick"])), more)


def _quick(item: Item) -> Markup:
    name, face, look = NAMED(item["label"], item["label"]), icon(item["icon"]), f"btn {SMALL}"
    if is_post(item):
        return BUTTON_POST(item["url"], look, name, confirmed(item), face, "")
    return BUTTON_LINK(look, item["url"], name, face, "")
