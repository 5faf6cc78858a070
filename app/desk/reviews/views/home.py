"""What the first page shows of reviews: how many tickets are to be revisited."""

from typing import Any

from flask import url_for

from app.base import wording
from app.base.actor import Actor
from app.base.i18n import _
from app.base.screens.home import Figures
from app.desk.reviews import queries


def _figures(actor: Actor) -> list[dict[str, Any]]:
    found = queries.count_to_revisit(actor)
    words = f"{queries.MOST_COUNTED}+" if found > queries.MOST_COUNTED else wording.number(found)
    drawn = {"icon": "phone-call", "k": _("To revisit"), "v": words, "url": url_for("RevisitView.list")}
    return [drawn | {"tone": "warning" if found else ""}]


PARTS = (Figures("revisits", _figures, ("can_list", "RevisitView"), ("agent",), place=30),)
