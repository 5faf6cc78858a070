"""What ``zhike/role.html`` draws: screens × buttons, data scopes, people; and what a saved page means."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import current_app, url_for
from flask_appbuilder.security.sqla.models import Role

from app.base import clock, wording
from app.base.actor import Level, Reach
from app.base.errors import Invalid
from app.base.fields.groups import Group
from app.base.fields.groups import groups as personal
from app.base.i18n import _, ngettext
from app.base.screens import listpage, markup, rights
from app.base.screens.frame import GROUPS
from app.base.screens.rights import COLUMNS, IN_COLUMNS, Screen
from app.system.security import queries, rules
from app.system.security.queries import Right

if TYPE_CHECKING:
    from app.system.security.views.roles import RoleView

#: For so long the rights that an upgrade brought are pointed out.
NEWS_DAYS = 90


def build(view: "RoleView", role: Role, *, tab: str) -> dict[str, Any]:
    """Return the page of one role."""
    counts = queries.holders_of_roles([one.id for one in queries.roles()])
    page = {
        "title": view.label(role),
        "crumbs": listpage.crumbs(view),
        "count_text": _count_text(role, counts.get(role.id, 0)),
        "tab": tab if tab == "people" else "rights",
        "roles": [_entry(view, one, role, counts) for one in queries.roles()],
        "may_save": view.may("edit"),
    }
    page |= _head(view, role, counts.get(role.id, 0), page["tab"])
    return page | (_people(view, role) if page["tab"] == "people" else _rights(role))


def _count_text(role: Role, count: int) -> str:
    kind = _("built in, can be changed") if rules.is_built_in(role.name) else _("made here")
    people = ngettext("%(num)s person", "%(num)s people", count)
    return f"{people} · {kind}"


def _entry(view: "RoleView", one: Role, role: Role, counts: Mapping[int, int]) -> dict[str, Any]:
    url, here = view.url("show", pk=one.id), one.id == role.id
    return {"id": one.id, "label": view.label(one), "url": url, "count": counts.get(one.id, 0), "current": here}


def _head(view: "RoleView", role: Role, count: int, tab: str) -> dict[str, Any]:
    key, is_own = role.id, not rules.is_built_in(role.name)
    tabs = [("rights", _("Screens and buttons"), None), ("people", _("People"), count)]
    return {
        "tabs": [
            {"label": label, "count": n, "current": name == tab, "url": view.url("show", pk=key, tab=name)}
            for name, label, n in tabs
        ],
        "role": {"id": key, "name": role.name},
        "save_url": view.url("save", pk=key),
        "add_url": view.url("add") if view.may("add") else None,
        "rename_url": view.url("rename", pk=key) if is_own and view.may("edit") else None,
        "delete": _delete(view, role) if is_own and view.may("delete") else None,
        "leave_url": view.url("show", pk=key),
    }


def _delete(view: "RoleView", role: Role) -> dict[str, Any]:
    question = str(_("Delete the role “%(name)s”?") % {"name": role.name})
    url = view.url("delete", pk=role.id)
    return {"label": _("Delete"), "icon": "trash", "url": url, "method": "POST", "danger": True, "confirm": question}


def _people(view: "RoleView", role: Role) -> dict[str, Any]:
    may_open = view.appbuilder.sm.has_access("can_show", "EmployeeView")
    return {
        "people": [
            {
                "name": markup.person(one.name),
                "url": url_for("EmployeeView.show", pk=one.id) if may_open else None,
                "department": str(one.department or ""),
                "is_active": one.is_active,
            }
            for one in queries.people_with(role)
        ]
    }


# ── screens and buttons ──────────────────────────────────────────────────────────────────────────


def _screens() -> list[Screen]:
    return rights.screens(current_app.extensions["house"].baseviews)


def _menu() -> list[str]:
    return [str(label) for label in GROUPS.values()]


def _rights(role: Role) -> dict[str, Any]:
    held = queries.rights(frozenset([role.id]))
    standard = queries.standard_rights(role.name) if rules.is_built_in(role.name) else None
    news = queries.new_rights(since=clock.now() - timedelta(days=NEWS_DAYS))
    seen = Seen(held, standard, news)
    groups = [
        {"label": label, "rows": [seen.row(screen) for screen in found]}
        for label, found in rights.by_group(_screens(), first=_menu()).items()
    ]
    masked = [seen.personal(group) for group in personal.values()]
    rows = [row for group in groups for row in group["rows"]]
    scopes = [_scope(role, domain, label, reach) for (domain, label), reach in _reaches(role)]
    before = {"rights": seen.ticked, "reaches": {one["domain"]: [one["read"], one["write"]] for one in scopes}}
    return {
        "columns": [word for _key, word, _permissions in COLUMNS],
        "groups": groups,
        "scopes": scopes,
        "personal": masked,
        "before": json.dumps(before),
        "differing": sum(one["differs"] for one in (*rows, *scopes, *masked)),
        "total": len(rows),
        "news": [f"{row['title']} · {words}" for row in rows for words in row["news"]]
        + [words for one in masked for words in one["news"]],
        "news_since": wording.day(clock.local(min(news.values())).date()) if news else None,
    }


class Seen:
    """One role's rights beside what the program gave it (``standard``, None for a role made here)."""

    def __init__(self, held: Iterable[Right], standard: Iterable[Right] | None, news: Mapping[Right, Any]) -> None:
        self.held, self.standard, self.news = frozenset(held), standard, news
        self.ticked: list[str] = []

    def row(self, screen: Screen) -> dict[str, Any]:
        """Return one line of the matrix."""
        masks = {group.permission[0] for group in personal.values() if group.permission[1] == screen.name}
        own = [one for one in screen.permissions if one not in IN_COLUMNS and one not in masks]
        columns = [self._column(screen, key, word, permissions) for key, word, permissions in COLUMNS]
        actions = [self._cell(screen.name, one, rights.word(one), (one,)) for one in own]
        cells = [cell for cell in (*columns, *actions) if cell]
        return {
            "name": screen.name,
            "title": screen.title,
            "columns": columns,
            "actions": actions,
        } | _summed(cells)

    def personal(self, group: Group) -> dict[str, Any]:
        """Return one line of the section on personal data: a group, and whether the role sees it in full."""
        permission, view = group.permission
        cell = self._cell(view, permission, group.label, (permission,))
        return {"label": group.label, "cell": cell} | _summed([cell])

    def _column(self, screen: Screen, key: str, word: object, permissions: tuple[str, ...]) -> dict[str, Any] | None:
        there = tuple(one for one in permissions if one in screen.permissions)
        return self._cell(screen.name, key, word, there) if there else None

    def _cell(self, view: str, key: str, word: object, permissions: tuple[str, ...]) -> dict[str, Any]:
        asked = {(one, view) for one in permissions}
        ticked, value = asked <= self.held, f"{view}.{key}"
        if ticked:
            self.ticked.append(value)
        differs = self.standard is not None and ticked != (asked <= frozenset(self.standard))
        is_new = any(right in self.news for right in asked)
        return {"value": value, "word": word, "ticked": ticked, "differs": differs, "is_new": is_new}


def _summed(cells: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "is_granted": any(cell["ticked"] for cell in cells),
        "differs": any(cell["differs"] for cell in cells),
        "news": [str(cell["word"]) for cell in cells if cell["is_new"]],
    }


# ── data scopes ──────────────────────────────────────────────────────────────────────────────────


def _reaches(role: Role) -> list[tuple[tuple[str, object], Reach]]:
    held = queries.reaches_of(role)
    return [((domain, label), held[domain]) for domain, label in rules.SCOPE_DOMAINS.items()]


def _scope(role: Role, domain: str, label: object, reach: Reach) -> dict[str, Any]:
    standard = rules.REACHES.get((role.name, domain), Reach())
    levels = [{"code": level.name, "label": rules.LEVEL_NAMES[level]} for level in rules.levels_of(domain)]
    words = f"{rules.LEVEL_NAMES[standard.read]} / {rules.LEVEL_NAMES[standard.write]}"
    differs = rules.is_built_in(role.name) and reach != standard
    read, write = reach.read.name, reach.write.name
    found = {"domain": domain, "label": label, "levels": levels, "read": read, "write": write}
    return found | {"differs": differs, "standard": words if rules.is_built_in(role.name) else ""}


# ── what was saved ───────────────────────────────────────────────────────────────────────────────


def changes(given: Any) -> dict[str, Any]:
    """Return what the person changed on the page, as ``services.save_rights`` takes it. Raises Invalid.

    Only what differs from what the page showed: two administrators at once do not undo each other's work.
    """
    shown = _shown(given.get("before", ""))
    before, ticked = set(shown["rights"]), set(given.getlist("right"))
    return {
        "granted": _permissions(ticked - before),
        "withdrawn": _permissions(before - ticked),
        "reaches": {
            domain: reach
            for domain, was in shown["reaches"].items()
            if (reach := _reach(given, domain)) != _level_pair(*was)
        },
    }


def _shown(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
        rights_, reaches = found["rights"], found["reaches"]
        return {
            "rights": [str(one) for one in rights_],
            "reaches": {str(key): list(two) for key, two in reaches.items()},
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _stale() from error


def _stale() -> Invalid:
    return Invalid(_("This page was open for too long, or in two windows. Reload it and try again."))


def _permissions(values: Iterable[str]) -> list[Right]:
    meant = {key: permissions for key, _word, permissions in COLUMNS}
    there = {screen.name: screen.permissions for screen in _screens()}
    found: list[Right] = []
    for value in sorted(values):
        view, _dot, key = value.partition(".")
        asked = [one for one in meant.get(key, (key,)) if one in there.get(view, ())]
        if not asked:
            raise _stale()
        found += [(permission, view) for permission in asked]
    return found


def _reach(given: Any, domain: str) -> Reach:
    return _level_pair(given.get(f"reach.{domain}.read", ""), given.get(f"reach.{domain}.write", ""))


def _level_pair(*names: object) -> Reach:
    try:
        read, write = (Level[str(name)] for name in names)
    except (KeyError, ValueError) as error:
        raise _stale() from error
    return Reach(read, write)
