"""Bulk actions over tickets, as tests press them. Inside an app context."""

from app.base.actor import acting
from app.base.background import AtOnce
from app.extensions import db
from app.system.runs import services as runs
from app.system.runs.models import Run, RunRow
from tests.cast import GAO

SCREEN = "TicketView"


def planned(name, ids, given, who=GAO):
    """Return the plan of an action over ticked tickets (None if it has none), and how many they are."""
    with acting(who.actor) as actor:
        subject = runs.subjects[SCREEN]
        where = subject.meant(filter_text=None, ticked=ids, actor=actor)
        count = runs.counts(subject, where, actor=actor).writable
        action = subject.actions[name]
        action.check(given, actor)
        return action.plan(where, count, given, actor) if action.plan else None, count


def done(name, ids, given, who=GAO):
    """Do it; return the run."""
    plan, count = planned(name, ids, given, who)
    with acting(who.actor) as actor:
        subject = runs.subjects[SCREEN]
        about = {"title": "Many", "filter_text": None, "ticked": ids, "shown": count, "in_background": False}
        run = runs.begin(subject, subject.actions[name], actor=actor, given=plan.given if plan else given, **about)
        runs.carry_out(run.id, AtOnce({}, actor))
        return db.session.get(Run, run.id, populate_existing=True)


def taken_back(run, who=GAO):
    """Take it back; return what the question said, and the run."""
    with acting(who.actor) as actor:
        found = runs.preview(run)
        runs.begin_to_take_back(run, actor=actor, in_background=False)
        runs.take_back(run.id, AtOnce({}, actor))
        return found, db.session.get(Run, run.id, populate_existing=True)


def reasons(run):
    """Return why rows of a run were left alone, by their key."""
    with acting(GAO.actor):
        rows = db.session.query(RunRow).filter_by(run_id=run.id).all()
        return {row.record_id: str(row.reason) for row in rows if row.reason}
