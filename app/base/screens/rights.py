"""Permissions in people's words: what the screen of roles calls each button of each screen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.base.i18n import _

#: The columns of the matrix: key, word, and the permissions it stands for.
COLUMNS: tuple[tuple[str, object, tuple[str, ...]], ...] = (
    ("view", _("View"), ("can_list", "can_show")),
    ("add", _("Add"), ("can_add",)),
    ("edit", _("Edit"), ("can_edit",)),
    ("delete", _("Delete"), ("can_delete",)),
    ("export", _("Export"), ("can_export",)),
    ("import", _("Import"), ("can_import",)),
)
IN_COLUMNS = frozenset(permission for _key, _word, permissions in COLUMNS for permission in permissions)

#: The word on the button of every other permission. Domains add theirs when they register their screens.
words: dict[str, object] = {
    "can_get": _("Read by program"),
    "can_info": _("Description for programs"),
    "can_history": _("History"),
    "can_post": _("Add by program"),
    "can_put": _("Change by program"),
    "can_restore": _("Restore"),
    "can_revert": _("Take back"),
}


def word(permission: str) -> object:
    """Return what a permission is called; its code, made readable, where nobody gave it a word."""
    return words.get(permission) or permission.removeprefix("can_").replace("_", " ")


@dataclass(frozen=True)
class Screen:
    """A screen as the matrix shows it."""

    name: str
    title: object
    group: str
    permissions: tuple[str, ...]


def screens(views: Iterable[Any]) -> list[Screen]:
    """Return the screens that have permissions, each once; views that share a permission name are one screen."""
    found: dict[str, list[Any]] = {}
    for view in views:
        if view.base_permissions:
            found.setdefault(view.class_permission_name, []).append(view)
    return [_screen(name, sharing) for name, sharing in found.items()]


def _screen(name: str, sharing: list[Any]) -> Screen:
    named = next((view for view in sharing if type(view).__name__ == name), sharing[0])
    permissions = dict.fromkeys(permission for view in sharing for permission in view.base_permissions)
    title, group = getattr(named, "title", "") or name, getattr(named, "group", "") or ""
    return Screen(name, title, str(group), tuple(permissions))


def by_group(found: Iterable[Screen], *, first: Iterable[str]) -> Mapping[str, list[Screen]]:
    """Return screens by the word of their menu group: the groups of ``first`` in that order, then all others."""
    groups: dict[str, list[Screen]] = {word: [] for word in first}
    for screen in found:
        groups.setdefault(screen.group or str(_("Other screens")), []).append(screen)
    return {word: rows for word, rows in groups.items() if rows}
