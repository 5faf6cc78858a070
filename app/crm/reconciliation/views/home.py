"""What the first page shows finance of the bank: lines without a fee, proposals, and what has to be looked at again."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for

from app.base import wording
from app.base.actor import Actor
from app.base.i18n import _
from app.base.screens.home import Figures
from app.crm.reconciliation import queries
from app.crm.reconciliation.rules import AGAIN, PROPOSED, UNMATCHED

IN = {"field": "amount", "op": "above", "value": "0"}
#: name → label, and the filter of exactly the lines that it counts.
TABS: Mapping[str, tuple[object, Mapping[str, Any]]] = {
    "unmatched": (_("Not matched"), {"all": [{"field": "state", "op": "is", "value": str(UNMATCHED)}, IN]}),
    "proposed": (_("Proposals"), {"all": [{"field": "state", "op": "is", "value": str(PROPOSED)}]}),
    "again": (_("Look again"), {"all": [{"field": "state", "op": "is", "value": str(AGAIN)}]}),
}
#: (tab, label, tone where there are any, icon)
FIGURES = (
    ("unmatched", _("Bank lines without a fee"), "warning", "building-bank"),
    ("proposed", _("Matches to confirm"), "", "link"),
    ("again", _("Matches to look at again"), "danger", "link-off"),
)


def address(tab: str) -> str:
    """Return the address of the list that a figure counts."""
    return url_for("BankLineView.list", filter=json.dumps(TABS[tab][1], ensure_ascii=False))


def _figures(_actor: Actor) -> Sequence[dict[str, Any]]:
    found = queries.counted()
    counts = {
        "unmatched": found.get((UNMATCHED, True), 0),
        "proposed": sum(found.get((PROPOSED, way), 0) for way in (True, False)),
        "again": sum(found.get((AGAIN, way), 0) for way in (True, False)),
    }
    return [
        {"icon": icon, "k": label, "v": wording.number(count), "url": address(tab), "tone": tone if count else ""}
        for tab, label, tone, icon in FIGURES
        if (count := counts[tab]) or tab != "again"
    ]


PARTS = (Figures("bank_lines", _figures, ("can_confirm", "BankLineView"), ("finance",), 20),)
