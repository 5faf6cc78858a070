"""The tab of files on a record's page: what ``zhike/macros/files.html`` draws."""

from typing import Any

from flask import current_app, url_for

from app.base import wording
from app.base.fields import fields_of, is_hidden, seen
from app.base.i18n import _, ngettext
from app.base.screens import markup
from app.base.screens.house import screen
from app.base.screens.view import current_actor
from app.system.files import queries, rules
from app.system.files.models import File
from app.system.files.rules import Limits

ICONS = {
    "picture": "photo",
    "pdf": "file-type-pdf",
    "office": "file-text",
    "text": "file-description",
    "archive": "file-zip",
    "audio": "file-music",
    "video": "video",
}


def limits() -> Limits:
    """Return what this installation allows."""
    settings = current_app.config["ZHIKE"]
    return Limits(settings.upload_max_mb, settings.files_per_record, frozenset(settings.file_families))


def view() -> Any:
    """Return the screen whose buttons the tab shows."""
    return screen("AttachmentView")


def tab(kind: str, record: Any, *, is_mine: bool, is_open: bool, has_any: bool = True) -> dict[str, Any] | None:
    """Return the files of a record; None for who may not see files.

    ``is_open``: more than the count is wanted. ``has_any``: False if it is known that there never was one.
    """
    screen = view()
    if not screen.may("show"):
        return None
    if not is_open:
        return {"count": queries.count(kind, record.id)}
    files, removed = queries.of(kind, record.id) if has_any else ((), ())
    allowed = limits()
    return {
        "count": len(files),
        "files": [drawn(screen, file, is_mine=is_mine) for file in files],
        "removed": [_gone(file) for file in removed] if is_mine and screen.may("delete") else [],
        "size": wording.size(sum(file.size_bytes for file in files)),
        "upload_url": url_for("AttachmentView.attach", kind=kind, record=record.id)
        if is_mine and screen.may("add")
        else None,
        "limit_bytes": allowed.size_mb * rules.MB,
        "limit_text": ngettext(
            "At most %(n)s MB a file.", "At most %(n)s MB a file.", allowed.size_mb, n=allowed.size_mb
        ),
        "kinds": "、".join(str(label) for code, label in rules.FAMILIES.items() if code in allowed.families),
    }


def name_of(file: File) -> str:
    """Return a file's name as this person may read it."""
    return str(seen(fields_of(File)["name"], file.name, actor=current_actor(), record=file))


def drawn(screen: Any, file: File, *, is_mine: bool) -> dict[str, Any]:
    """Return one file as the tab draws it."""
    has_preview = bool(file.preview_sha256) or file.family == "pdf"
    return {
        "name": name_of(file),
        "icon": ICONS.get(file.family, "file"),
        "thumbnail": url_for("AttachmentView.thumbnail", pk=file.id) if file.thumbnail_sha256 else None,
        "url": url_for("AttachmentView.preview" if has_preview else "AttachmentView.content", pk=file.id),
        "is_shown": has_preview,
        "size": wording.size(file.size_bytes),
        "who": markup.person(str(file.uploaded_by)) if file.uploaded_by else markup.NOTHING,
        "at": markup.moment(file.uploaded_at),
        "content_url": url_for("AttachmentView.content", pk=file.id),
        "actions": actions(screen, file) if is_mine else [],
    }


def actions(screen: Any, file: File) -> list[dict[str, Any]]:
    """Return the buttons of one file, as far as this person may press them."""
    found: list[dict[str, Any]] = []
    if screen.may("edit") and not is_hidden(fields_of(File)["name"], current_actor(), file):
        found.append({"label": _("Rename"), "icon": "edit", "url": url_for("AttachmentView.edit", pk=file.id)})
    if screen.may("delete"):
        question = _("Remove “%(name)s”? It can be restored.") % {"name": name_of(file)}
        url = url_for("AttachmentView.delete", pk=file.id)
        found.append(
            {
                "label": _("Remove"),
                "icon": "trash",
                "url": url,
                "method": "POST",
                "danger": True,
                "confirm": str(question),
            }
        )
    return found


def _gone(file: File) -> dict[str, Any]:
    url = url_for("AttachmentView.restore", pk=file.id)
    action = {"label": _("Restore"), "icon": "restore", "url": url, "method": "POST"}
    size, at = wording.size(file.size_bytes), wording.instant(file.deleted_at)
    return {"name": name_of(file), "at": at, "size": size, "action": action}
