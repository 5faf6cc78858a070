"""The board: a column per open stage, cards that are drawn by mouse, finger or keys; and the funnel."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.base import choices, clock, wording
from app.base.actor import Level
from app.base.errors import Invalid
from app.base.fields import Choice, Date
from app.base.i18n import _
from app.base.scope import may_write
from app.base.screens import markup
from app.base.screens.house import screen
from app.base.screens.view import current_actor
from app.sales.opportunities import queries, rules
from app.sales.opportunities.models import REACH, Opportunity
from app.sales.opportunities.queries import Narrow, StageRow
from app.sales.opportunities.queries.sums import NOTHING
from app.sales.opportunities.views import page as pages

MOST_CARDS = 50
LONGEST_KEY = 9  # digits
TYPES = Choice(dictionary="opportunity_type")
BOARD_ICONS = {"arrow-right", "trophy", "thumb-down", "calendar-due", "list"}  # for the sprite


def view() -> Any:
    """Return the screen of opportunities."""
    return screen("OpportunityView")


class BoardView(BaseView):
    route_base = "/opportunity-board"
    class_permission_name = "OpportunityView"
    base_permissions = ["can_list"]
    default_view = "board"
    menu_place = 10

    @expose("/")
    @has_access
    @permission_name("list")
    def board(self) -> str:
        """Show the open opportunities in the columns of their stages. ``owner``: whose; ``type``: of what type."""
        narrow = asked()
        stages = queries.stages(phase=rules.OPEN, is_active=True)
        sums = queries.columns(narrow, state=rules.OPEN)
        stages = [*stages, *[one for one in queries.stages(phase=rules.OPEN, is_active=False) if one.code in sums]]
        cards = queries.board_cards(narrow, [one.code for one in stages], limit=MOST_CARDS)
        here = request.full_path.rstrip("?")
        drawn = [_column(one, sums.get(one.code, NOTHING), cards.get(one.code, ()), narrow, here) for one in stages]
        total = [sum(one[place] for one in sums.values()) for place in range(3)]
        page = {
            "title": _("Opportunity board"),
            "crumbs": [{"label": _("Sales"), "url": None}],
            "columns": drawn,
            "total": _sums(queries.Column(*total)) if sums else _sums(NOTHING),
            "narrowing": narrowing(narrow, "BoardView.board"),
            "add_url": url_for("OpportunityView.add", next=here) if view().may("add") else None,
            "list_url": pages.url_of(pages.OPEN),
            "may_move": view().may("move"),
            "may_decide": view().may("decide"),
        }
        return self.render_template("zhike/opportunities/board.html", page=page)


def _sums(found: Any) -> dict[str, Any]:
    return {
        "n": wording.number(found[0]),
        "amount": wording.yuan(found[1]),
        "weighted": wording.yuan(found[2]),
    }


def _column(
    stage: StageRow, found: queries.Column, cards: Sequence[Opportunity], narrow: Narrow, here: str
) -> dict[str, Any]:
    more = found.opportunities - len(cards)
    return {
        "code": stage.code,
        "label": stage.label,
        "color": stage.color,
        "probability": f"{stage.probability} %",
        "cards": [_card(one, here) for one in cards],
        "more": wording.number(more) if more > 0 else None,
        "more_url": _more(stage, narrow),
        "takes": stage.is_active,
        **_sums(found),
    }


def _more(stage: StageRow, narrow: Narrow) -> str:
    conditions: list[Mapping[str, Any]] = [{"field": "stage", "op": "is", "value": stage.code}]
    if narrow.owner_id is not None:
        conditions.append({"field": "owner", "op": "is", "value": str(narrow.owner_id)})
    return pages.url_of(*conditions)


def _card(record: Opportunity, here: str) -> dict[str, Any]:
    shows, is_mine = view(), may_write(record, current_actor())
    moves = pages.moving(shows, record, back=here) if is_mine else []
    decides = pages.deciding(shows, record) if is_mine else []
    return {
        "id": record.id,
        "title": record.title,
        "url": url_for("OpportunityView.show", pk=record.id) if shows.may("show") else None,
        "customer": _whose(record),
        "amount": wording.yuan(record.amount) if record.amount is not None else None,
        "expected": markup.day(record.expected_on, near=False) if record.expected_on else None,
        "is_overdue": pages.is_overdue(record),
        "days": pages.days_since(record.moved_at),
        "owner": str(record.owner) if record.owner is not None else "",
        "owner_color": markup.color_of(str(record.owner)) if record.owner is not None else "gray",
        "actions": [*moves, *(["-"] if moves and decides else []), *decides],
        "move_url": _move_url(record, here) if moves else None,
        "win_url": decides[0]["url"] if decides else None,
        "lose_url": decides[1]["url"] if len(decides) > 1 else None,
    }


def _whose(record: Opportunity) -> str:
    """Return the customer's name where the title does not say it."""
    name = str(record.customer or "")
    return "" if name and record.title.startswith(name) else name


def _move_url(record: Opportunity, here: str) -> str:
    return url_for("OpportunityView.move", pk=record.id, revision=record.revision, next=here)


# ── what it is narrowed to ──


def asked() -> Narrow:
    """Return what the address narrows to; what cannot be meant is left out."""
    given = request.args
    owner, kind = given.get("owner", ""), given.get("type", "")
    key = int(owner) if owner.isascii() and owner.isdigit() and len(owner) <= LONGEST_KEY else None
    if owner == "me" or not chooses():
        key = current_actor().id
    known = kind if kind in TYPES.values.by_code else None
    return Narrow(key if (owner or not chooses()) else None, known, _day("since"), _day("until"))


def _day(name: str) -> Any:
    try:
        return Date().parse(request.args.get(name, "")) or None
    except Invalid:
        return None


def chooses() -> bool:
    """Tell whether this person sees other people's opportunities."""
    return current_actor().reach(REACH).read > Level.OWN


def narrowing(narrow: Narrow, endpoint: str, *, has_days: bool = False) -> dict[str, Any]:
    """Return the form that narrows: whose, of what type, made when."""
    names = choices.labels("employee", [narrow.owner_id]) if narrow.owner_id else {}
    return {
        "url": url_for(endpoint),
        "people_url": url_for("OpportunityView.choices", field="owner") if chooses() else None,
        "chosen": [(str(key), name) for key, name in names.items()],
        "types": [(one.code, one.label, one.code == narrow.type) for one in TYPES.values.active],
        "days": {"since": narrow.since or "", "until": narrow.until or ""} if has_days else None,
        "is_narrowed": bool(request.args),
    }


# ── the funnel ──


class FunnelView(BaseView):
    route_base = "/opportunity-funnel"
    class_permission_name = "OpportunityView"
    base_permissions = ["can_list"]
    default_view = "funnel"
    menu_place = 30

    @expose("/")
    @has_access
    @permission_name("list")
    def funnel(self) -> str:
        """Show how many came how far, what stands where, and why some were lost. ``since``, ``until``: made when."""
        narrow = asked()
        now, furthest = queries.columns(narrow), queries.reached(narrow)
        stages = [one for one in queries.stages() if one.phase != rules.LOST and (one.is_active or one.code in now)]
        rows = _funnel_rows(stages, now, furthest)
        page = {
            "title": _("Sales funnel"),
            "crumbs": [{"label": _("Sales"), "url": None}],
            "rows": rows,
            "lost": [_lost_row(one, now) for one in queries.stages(phase=rules.LOST) if one.code in now],
            "reasons": _reasons(narrow),
            "stats": _figures(now),
            "narrowing": narrowing(narrow, "FunnelView.funnel", has_days=True),
            "today": clock.today(),
        }
        return self.render_template("zhike/opportunities/funnel.html", page=page)


def _funnel_rows(
    stages: Sequence[StageRow], now: Mapping[str, queries.Column], furthest: Mapping[int, int]
) -> list[dict[str, Any]]:
    came = [sum(n for place, n in furthest.items() if place >= one.position) for one in stages]
    most = max(came, default=0)
    found = []
    for place, one in enumerate(stages):
        before = came[place - 1] if place else 0
        found.append(
            {
                "label": one.label,
                "color": one.color,
                "url": pages.url_of({"field": "stage", "op": "is", "value": one.code}),
                "came": wording.number(came[place]),
                "width": round(100 * came[place] / most) if most else 0,
                "rate": f"{round(100 * came[place] / before)} %" if place and before else "",
                **_sums(now.get(one.code, NOTHING)),
            }
        )
    return found


def _lost_row(stage: StageRow, now: Mapping[str, queries.Column]) -> dict[str, Any]:
    url = pages.url_of({"field": "stage", "op": "is", "value": stage.code})
    return {"label": stage.label, "color": stage.color, "url": url, **_sums(now[stage.code])}


def _reasons(narrow: Narrow) -> list[dict[str, Any]]:
    known = view().specs["loss_reason"].values.by_code
    counted = queries.loss_reasons(narrow)
    most = max((one[1] for one in counted), default=0)
    return [
        {
            "label": known[code].label if code in known else code,
            "color": known[code].color if code in known else "gray",
            "n": wording.number(n),
            "amount": wording.yuan(amount),
            "width": round(100 * n / most),
            "url": pages.url_of(pages.LOST, {"field": "loss_reason", "op": "is", "value": code}),
        }
        for code, n, amount in counted
    ]


def _figures(now: Mapping[str, queries.Column]) -> list[dict[str, Any]]:
    by_phase = {phase: [0, 0, 0] for phase in rules.Phase}
    for one in queries.stages():
        if one.code in now:
            kept = by_phase[rules.Phase(one.phase)]
            by_phase[rules.Phase(one.phase)] = [a + b for a, b in zip(kept, now[one.code], strict=True)]  # type: ignore[misc]
    opened, won, lost = (by_phase[phase] for phase in (rules.OPEN, rules.WON, rules.LOST))
    decided = won[0] + lost[0]
    rate = f"{round(100 * won[0] / decided)} %" if decided else "—"
    return [
        _figure("target-arrow", _("In progress"), opened) | {"url": pages.url_of(pages.OPEN)},
        {"icon": "scale", "k": _("Weighted"), "v": wording.yuan(opened[2]), "s": _("amount × probability")},
        _figure("trophy", _("Won"), won) | {"url": pages.url_of(pages.WON)},
        {"icon": "percentage", "k": _("Won of decided"), "v": rate, "s": wording.number(decided)},
    ]


def _figure(icon: str, label: object, summed: Sequence[Any]) -> dict[str, Any]:
    return {"icon": icon, "k": label, "v": wording.number(summed[0]), "s": wording.yuan(summed[1])}
