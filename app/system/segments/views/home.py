"""Segments of one's own that show nothing until they are mended."""

from flask import url_for

from app.base import segments
from app.base.actor import Actor
from app.base.i18n import _
from app.base.screens.home import Line, Wait
from app.base.segments import Segment
from app.system.segments import queries


def _waiting(actor: Actor) -> list[Line]:
    mine = [tab.segment for tab in queries.tabs(actor) if tab.segment.owner_id == actor.id]
    return [_line(one) for one in mine if _is_broken(one)]


def _is_broken(one: Segment) -> bool:
    subject = segments.subjects.get(one.subject)
    return subject is not None and any(problem for _node, problem in segments.sifted(one.text, subject.fields))


def _line(one: Segment) -> Line:
    text = _("A condition cannot be meant any more: mend this segment")
    return Line(one.name, url_for("SegmentView.show", pk=one.id), text=text, icon="filter", color="amber")


PARTS = (Wait("segments", _waiting, ("can_show", "SegmentView"), place=30),)
