"""What the first page shows of opportunities: what is open, expected this month and stale, and one's next."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for

from app.base import settings, wording
from app.base.actor import Actor
from app.base.i18n import _
from app.base.screens import markup
from app.base.screens.home import Card, Content, Figures, Line, Nothing
from app.sales.opportunities import queries
from app.sales.opportunities.views import page as pages

RIGHT = ("can_list", "OpportunityView")
SELLERS, ABOVE = ("agent", "sales"), ("supervisor", "executive")
MOST_LINES = 5


def _is_above(actor: Actor) -> bool:
    return actor.roles.isdisjoint(SELLERS)


def _figures(actor: Actor) -> Sequence[Mapping[str, Any]]:
    whose = None if _is_above(actor) else actor.id
    found = queries.tally(whose, stale_days=settings.value("opportunity_stale_days"))
    mine = [] if whose is None else [pages.MINE]
    return [
        {
            "icon": "target-arrow",
            "k": _("Open opportunities"),
            "v": wording.number(found.open),
            "s": wording.yuan(found.weighted),
            "url": pages.url_of(pages.OPEN, *mine),
        },
        {
            "icon": "calendar-due",
            "k": _("Expected in 30 days"),
            "v": wording.number(found.soon),
            "url": pages.url_of(pages.OPEN, pages.NEXT_MONTH, *mine),
        },
        {
            "icon": "hourglass",
            "k": _("Stale opportunities"),
            "v": wording.number(found.stale),
            "tone": "warning" if found.stale else "",
            "url": pages.url_of(pages.STALE, *mine),
        },
    ]


def _mine(actor: Actor) -> Content:
    lines = [
        Line(
            one.title,
            url_for("OpportunityView.show", pk=one.id),
            text=str(one.customer or ""),
            side=markup.day(one.expected_on, near=False) if one.expected_on else "",
            chip=(stage.label, stage.color),
            icon="target-arrow",
            color="red" if pages.is_overdue(one) else "blue",
        )
        for one in queries.mine(actor, limit=MOST_LINES)
        for stage in [queries.stage(one.stage)]
    ]
    nothing = Nothing(_("You have no open opportunity."), _("New opportunity"), url_for("OpportunityView.add"))
    return Content(lines, nothing, pages.url_of(pages.OPEN, pages.MINE))


PARTS = (
    Figures("opportunities", _figures, RIGHT, (*SELLERS, *ABOVE), place=15),
    Card(
        "opportunities",
        _mine,
        RIGHT,
        ("sales",),
        place=20,
        title=_("My opportunities"),
        icon="target-arrow",
        first_for=("sales",),
    ),
)
