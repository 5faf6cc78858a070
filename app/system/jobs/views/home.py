"""One's jobs on the first page: those that go on, with how far they are, and those that ended last."""

from flask import url_for

from app.base.actor import Actor
from app.base.i18n import _
from app.base.screens import markup
from app.base.screens.home import Card, Content, Line, Nothing
from app.system.jobs import queries, rules
from app.system.jobs.models import Job
from app.system.jobs.rules import State
from app.system.jobs.views import tray

MOST_LINES = 5


def _jobs(actor: Actor) -> Content:
    found = queries.newest_of(actor.id or 0, limit=MOST_LINES)
    waiting = sum(1 for job in found if job.state not in rules.ENDED)
    first = sorted(found, key=lambda job: job.state in rules.ENDED)
    nothing = Nothing(_("Long exports, imports and changes to many records are done here, while you go on working."))
    return Content([_line(job) for job in first], nothing, url_for("JobView.list"), f"{waiting}" if waiting else "")


def _line(job: Job) -> Line:
    told = tray.drawn(job, can_cancel=False)
    goes_on = not told["is_ended"]
    at = job.ended_at or job.created_at
    return Line(
        str(job.title),
        told["file"]["url"] if told["file"] else told["result_url"] or told["url"],
        text=str(job.problem or "")[:120] if job.state == State.FAILED else told["came_out"],
        side="" if goes_on else markup.moment(at),
        chip=(told["label"], told["color"]),
        icon="file-download" if told["file"] else "",
        job=told if goes_on else None,
    )


PARTS = (Card("jobs", _jobs, tray.SHOW, (), 60, _("Background jobs"), icon="loader"),)
