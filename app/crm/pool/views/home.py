"""What the first page shows of the pool to those who claim from it."""

from typing import Any

from flask import url_for

from app.base import wording
from app.base.actor import Actor, acting
from app.base.i18n import _
from app.base.screens.home import Figures
from app.crm.customers import queries as customers
from app.crm.pool import queries
from app.crm.pool.views.pool import PoolView


def _figures(actor: Actor) -> list[dict[str, Any]]:
    if not queries.mine(actor):
        return []
    with acting(queries.opened_to(actor)):
        count = customers.counts({"pool": PoolView.model.owner_id.is_(None)})["pool"]
    most = customers.MOST_COUNTED
    words = f"{wording.number(most)}+" if count > most else wording.number(count)
    return [{"icon": PoolView.icon, "k": _("In the pool"), "v": words, "url": url_for("PoolView.list"), "tone": ""}]


PARTS = (Figures("pool", _figures, ("can_list", "PoolView"), ("agent", "sales"), 15),)
