"""By what was said follow-ups are found, and how a hit is shown. Source: CUS-6.

What came of it, the channel and the like are choices: lists filter by them, and an entry per label would have to be
written anew whenever somebody renames one. A hit tells them.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.base.actor import Actor
from app.base.fields import fields_of, text_of
from app.base.i18n import _
from app.base.scope import unscoped
from app.crm.followups.models import Followup
from app.extensions import db
from app.system.search.services import WORDS, Kind, Line, Part, Rank, Watch

ROWS = Followup.__table__
TOLD = ("at", "progress", "result", "by")


def followup_kind() -> Kind:
    """Return follow-ups as search sees them: behind whatever is found by a name."""
    said = Part("s", _("What was said"), WORDS, Rank.ELSEWHERE, fields=(fields_of(Followup)["content"],))
    return Kind(
        code="followup",
        mark="f",
        model=Followup,
        label=_("Follow-ups"),
        icon="message-2",
        screen="FollowupView",
        endpoint="FollowupView.show",
        parts=(said,),
        texts=followup_texts,
        lines=followup_lines,
        watches=(Watch(Followup, frozenset({"content", "deleted_at"})),),
        newest="at",
    )


def followup_texts(ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """Return what was said in follow-ups that are not deleted, by id; nothing where nothing was written down."""
    chosen = select(ROWS.c.id, ROWS.c.content).where(ROWS.c.id.in_(ids), ROWS.c.deleted_at.is_(None))
    with unscoped("search has chosen the follow-ups"):
        return {key: [("s", content)] for key, content in db.session.execute(chosen) if content}


def followup_lines(ids: Sequence[int], actor: Actor) -> Mapping[int, Line]:
    """Return follow-ups by id as search shows them: of which customer, when, how far, what came of it, by whom."""
    specs = fields_of(Followup)
    found = select(Followup).where(Followup.id.in_(ids))
    found = found.options(selectinload(Followup.customer), selectinload(Followup.by))
    return {
        row.id: Line(
            text_of(row, specs["customer"], actor=actor),
            [text for name in TOLD if (text := text_of(row, specs[name], actor=actor))],
        )
        for row in db.session.scalars(found)
    }
