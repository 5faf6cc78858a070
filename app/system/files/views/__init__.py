"""Screens of files: the tab of a record, what its buttons do, and all files for the administrator."""

from flask_appbuilder import AppBuilder

from app.base import choices, storage
from app.base.choices import Item
from app.base.i18n import _
from app.system.files import queries, rules
from app.system.files.views.attachments import AttachmentView
from app.system.files.views.screen import FileView
from app.system.files.views.tab import tab

__all__ = ["AttachmentView", "FileView", "register", "tab"]

COLORS = {
    "picture": "teal",
    "pdf": "pink",
    "office": "blue",
    "text": "gray",
    "archive": "amber",
    "audio": "purple",
    "video": "indigo",
}


def register(appbuilder: AppBuilder) -> None:
    storage.kept_by(queries.kept)
    choices.more["file_family"] = lambda: tuple(
        Item(code, str(label), COLORS[code]) for code, label in rules.FAMILIES.items()
    )
    appbuilder.add_view(FileView, "FileView", label=_("Files"), category="system")
    appbuilder.add_view_no_menu(AttachmentView)
