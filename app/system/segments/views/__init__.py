"""The screen of segments, and the tabs they are on every list."""

from flask_appbuilder import AppBuilder

from app.base import choices, inbox, logbook, segments
from app.base.choices import Item
from app.base.i18n import _
from app.base.screens import rights
from app.base.screens.home import first_page
from app.system.segments import queries
from app.system.segments.views import bar, home
from app.system.segments.views.screen import SegmentView

__all__ = ["SegmentView", "register"]

SHARED = inbox.Kind(
    _("Segment shared with me"), "share", _("%(who)s shared the segment “%(what)s” with you"), names="segment"
)


def _lists() -> tuple[Item, ...]:
    return tuple(Item(one.name, str(one.title)) for one in segments.subjects.values())


def register(appbuilder: AppBuilder) -> None:
    segments.keep_with(queries.by_key, bar.furnish)
    choices.more["segment_list"] = _lists
    choices.references["role"] = queries.RoleNames()
    choices.references["segment"] = queries.SegmentNames()
    first_page.add(*home.PARTS)
    inbox.kinds["segment_shared"] = SHARED
    logbook.items["segment"] = logbook.Item(_("Segment"))
    rights.words |= {"can_keep": _("Keep one's own"), "can_take_over": _("Take over")}
    appbuilder.add_view(SegmentView, "SegmentView", label=_("Segments"), category="system")
