"""Reply, objection, decision. Source: TKT-9."""

from app.base import clock
from app.base.actor import Actor
from app.base.errors import NotAllowed
from app.base.i18n import _
from app.base.scope import may_write
from app.base.transaction import check_revision, lock, transaction
from app.desk.reviews import rules
from app.desk.reviews.models import Rating
from app.desk.reviews.services import keeping


def _hold(rating: Rating, *, revision: int | None) -> None:
    lock(rating)
    check_revision(rating, revision=revision)


@transaction
def reply(rating: Rating, words: str | None, *, actor: Actor, revision: int | None) -> None:
    """Answer a rating of oneself, once. Raises Conflict, NotAllowed, WrongState, InvalidFields."""
    _hold(rating, revision=revision)
    rules.check_rated_person(rating.rated, actor_id=actor.id)
    rules.check_state(rating.state, "reply")
    rules.check_words(words)
    rating.reply, rating.replied_at, rating.state = (words or "").strip(), clock.now(), rules.REPLIED
    keeping.tell(rating, [rating.by_id], "rating_replied", words=rating.reply, actor=actor)


@transaction
def object_to(rating: Rating, words: str | None, *, actor: Actor, revision: int | None) -> None:
    """Object to a rating of oneself, once, for a reason. Raises Conflict, NotAllowed, WrongState, InvalidFields."""
    _hold(rating, revision=revision)
    rules.check_rated_person(rating.rated, actor_id=actor.id)
    rules.check_state(rating.state, "object")
    rules.check_first_objection(rating.objected_at)
    rules.check_words(words)
    rating.objection, rating.objected_at, rating.state = (words or "").strip(), clock.now(), rules.OBJECTED
    judges = keeping.superiors(rating, keeping.ticket_of(rating))
    keeping.tell(rating, judges, "rating_objected", words=rating.objection, actor=actor)


@transaction
def uphold(rating: Rating, words: str | None, *, actor: Actor, revision: int | None) -> None:
    """Let a rating stand in spite of an objection. Raises Conflict, NotAllowed, WrongState, InvalidFields."""
    _decide(rating, "uphold", words, actor=actor, revision=revision)
    rating.state = rules.REPLIED if rating.reply else rules.RATED


@transaction
def void(rating: Rating, words: str | None, *, actor: Actor, revision: int | None) -> None:
    """Make a rating void after an objection: it counts nowhere. Raises as ``uphold``."""
    _decide(rating, "void", words, actor=actor, revision=revision)
    rating.state = rules.VOID


def _decide(rating: Rating, verb: str, words: str | None, *, actor: Actor, revision: int | None) -> None:
    _hold(rating, revision=revision)
    rules.check_judge(rating.rated, actor_id=actor.id)
    if not may_write(rating, actor):
        raise NotAllowed(_("You may read this rating, but not decide about it."))
    rules.check_state(rating.state, verb)
    rules.check_words(words)
    rating.decision, rating.decided_by_id, rating.decided_at = (words or "").strip(), actor.id, clock.now()
    kind = "rating_void" if verb == "void" else "rating_upheld"
    keeping.tell(rating, rating.rated, kind, words=rating.decision, actor=actor)
