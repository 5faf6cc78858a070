"""Telling whoever asked for a job that it has ended."""

from app.base import inbox
from app.base.actor import SYSTEM
from app.system.jobs.rules import State

#: State → kind of message. Who cancels a job knows it.
MESSAGES = {State.DONE: "job_done", State.FAILED: "job_failed"}


def tell(job_id: int, attempt: int, *, title: object, state: str, user_id: int | None) -> None:
    """Tell it in the transaction that ends the job."""
    if user_id is not None and (kind := MESSAGES.get(State(state))):
        place, key = inbox.Place("JobView.show", job_id), f"job {job_id} {attempt}"
        inbox.tell([user_id], kind, params={"title": title}, link=place, key=key, actor=SYSTEM)
