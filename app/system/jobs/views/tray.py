"""Jobs beside other work: what the frame knows of them, and what a page that asks by itself is answered."""

from typing import Any

from flask import current_app, url_for

from app.base import background, wording
from app.base.actor import Actor
from app.base.i18n import _, ngettext
from app.system.jobs import queries, rules
from app.system.jobs.models import Job
from app.system.jobs.rules import State

SHOW = ("can_show", "JobView")


def part(actor: Actor) -> dict[str, Any]:
    """Return what every page is told: which jobs of this person go on. No statement, unless a job began or ended."""
    if not current_app.appbuilder.sm.has_access(*SHOW):  # type: ignore[attr-defined]
        return {}
    keys = queries.open_keys(actor.id or 0)
    return {"tray": {"keys": keys, "mine_url": url_for("JobView.mine"), "url": url_for("JobView.list")}}


def drawn(job: Job, *, can_cancel: bool) -> dict[str, Any]:
    """Return one job as the tray draws it, with what came out and where to fetch it."""
    is_stoppable = can_cancel and job.state not in rules.ENDED and job.cancel_asked_at is None
    return told(job) | {
        "id": job.id,
        "title": str(job.title),
        "url": url_for("JobView.show", pk=job.id),
        "came_out": str(_came_out(job)),
        "file": {"name": job.file["name"], "url": url_for("JobView.result", pk=job.id)} if job.file else None,
        "result_url": result_url(job),
        "cancel_url": url_for("JobView.cancel", pk=job.id) if is_stoppable else None,
    }


def result_url(job: Job) -> str | None:
    """Return the address of what a job has made, besides a file."""
    if job.state != State.DONE:
        return None
    lead = background.leads.get(job.kind)
    return lead(job.result) if lead and job.result else job.result.get("url")


def _came_out(job: Job) -> object:
    rows = job.result.get("rows")
    if job.state != State.DONE or rows is None:
        return ""
    return ngettext("%(n)s row", "%(n)s rows", rows, n=wording.number(rows))


def told(job: Job) -> dict[str, Any]:
    """Return how far a job is, as its page and every page that waits for it draw it."""
    state = State(job.state)
    asked = state == State.RUNNING and job.cancel_asked_at is not None
    return {
        "state": state,
        "label": str(_("Stopping")) if asked else str(rules.STATE_NAMES[state]),
        "color": rules.STATE_COLORS[state],
        "percent": 100 if state == State.DONE else rules.percent(job.done_count, job.total_count),
        "text": _how_far(job),
        "problem": None if job.problem is None else str(job.problem),
        "is_ended": state in rules.ENDED,
        "state_url": url_for("JobView.state", pk=job.id),
    }


def _how_far(job: Job) -> str:
    if job.total_count:
        return str(
            _("%(done)s of %(total)s")
            % {"done": wording.number(job.done_count), "total": wording.number(job.total_count)}
        )
    return wording.number(job.done_count) if job.done_count else ""
