"""Waiting for me 待我审批: over all kinds of records, each with what changed; decided one by one or ticked together."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.wrappers import Response

from app.base import clock, wording
from app.base.i18n import _
from app.base.screens import markup
from app.base.screens.view import current_actor
from app.system.approvals import queries
from app.system.approvals.queries import Case
from app.system.approvals.views import deciding, drawing, standing

PAGE = 20
MOST_LINES = 12  # of what changed, in the list; all of it on the page of the case
VERBS = ("approve", "reject", "give_back")


class WaitingView(BaseView):
    route_base = "/approvals/waiting"
    class_permission_name = "CaseView"
    title, group, icon = _("Waiting for me"), _("Approvals"), "gavel"
    menu_place = 10
    default_view = "list"
    base_permissions = ["can_decide"]

    @expose("/")
    @has_access
    @permission_name("decide")
    def list(self) -> str:
        """Show what waits for whoever looks, those submitted first. ``kind``: of one kind only; ``after``: a case."""
        actor, counts = current_actor(), queries.counts_waiting(current_actor())
        kind = request.args.get("kind", "") if request.args.get("kind", "") in counts else ""
        found = queries.waiting(actor, code=kind, limit=PAGE + 1, after=_number(request.args.get("after", "")))
        cases, more = found[:PAGE], len(found) > PAGE
        page = {
            "title": self.title,
            "crumbs": [{"label": self.group, "url": None}],
            "count_text": wording.number(sum(counts.values())),
            "tabs": _tabs(counts, kind),
            "cases": _drawn(cases),
            "bulk_url": url_for(".decide"),
            "next": request.full_path.rstrip("?"),
            "first_url": url_for(".list", kind=kind or None) if "after" in request.args else None,
            "next_url": url_for(".list", kind=kind or None, after=cases[-1].id) if more else None,
        }
        return self.render_template("zhike/approvals/waiting.html", page=page)

    @expose("/decide", methods=["POST"])
    @has_access
    @permission_name("decide")
    def decide(self) -> Response:
        """Decide on the ticked ones at once. ``ids``: "case.edits" as they were shown."""
        verb, shown = request.form.get("verb", ""), deciding.shown_in(request.form.getlist("ids")[: PAGE * 5])
        found = queries.cases(list(shown))
        if verb not in VERBS or not found:
            flash(str(_("Tick what you want to decide on.")), "danger")
        else:
            deciding.decide(verb, found, deciding.note(), shown=shown)
        return redirect(url_for(".list"))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004 - digits


def _tabs(counts: Any, kind: str) -> list[dict[str, Any]]:
    """Return the tabs of the kinds of records, where there are several."""
    known = queries.known_subjects()
    if len(counts) < 2:  # noqa: PLR2004 - one kind alone needs no tabs
        return []
    everything = {"label": _("All"), "url": url_for(".list"), "count": sum(counts.values()), "current": not kind}
    return [
        everything,
        *[
            {"label": known[code].label, "url": url_for(".list", kind=code), "count": count, "current": code == kind}
            for code, count in counts.items()
        ],
    ]


def _drawn(cases: Sequence[Case]) -> list[dict[str, Any]]:
    changed, actor = queries.lines_of(cases), current_actor()
    return [_card(case, standing.drawn_lines(changed[case.id], case, actor)) for case in cases]


def _card(case: Case, lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    subject = queries.known_subjects()[case.subject]
    step = next((one for one in case.edition.steps if one.place == case.place), None)
    return {
        "key": case.id,
        "edits": case.edits,
        "title": case.title,
        "url": url_for("CaseView.show", pk=case.id),
        "subject": subject.label,
        "icon": subject.icon,
        "amount": wording.yuan(case.amount) if case.amount is not None else None,
        "applicant": markup.person(str(case.applicant)),
        "at": markup.moment(case.opened_at),
        "step": drawing.title(step) if step is not None else _("Named person"),
        "due": wording.instant(case.due_at) if case.due_at else None,
        "is_late": case.due_at is not None and case.due_at < clock.now(),
        "lines": lines[:MOST_LINES],
        "more": len(lines) - MOST_LINES if len(lines) > MOST_LINES else 0,
        "since": standing.is_compared(case),
        "remark": standing.remark(case),
        "warning": standing.warning(case),
        "restarted": case.round > 1,
    }
