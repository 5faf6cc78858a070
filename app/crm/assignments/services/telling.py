"""One message per person and run: how many customers came or went, and why."""

from collections.abc import Iterable

from app.base import inbox
from app.base.actor import Actor
from app.base.bulk import Given
from app.base.inbox import Place


def tell_given(run_id: int, given: Given, actor: Actor) -> None:
    """Tell whoever got customers by a run how many, in the transaction that ends it."""
    for person, count in given["got"]:
        if count:
            tell_came([person], count, given.get("words", ""), key=f"given:{run_id}", run_id=run_id, actor=actor)


def tell_came(people: Iterable[int], count: int, words: str, *, key: str, run_id: int | None, actor: Actor) -> None:
    """Tell people that customers came to them."""
    place = Place("GivenView.show", run_id)
    others = [person for person in people if person != actor.id]
    inbox.tell(others, "customers_given", params={"count": count, "words": words}, link=place, key=key, actor=actor)


def tell_recalled(run_id: int, given: Given, actor: Actor) -> None:
    """Tell whoever lost customers by a run how many, and why."""
    said = {"reason": given["reason"], "words": given.get("words", "")}
    for person, count in given.get("lost", ()):
        if count and person != actor.id:
            params = {"count": count, **said}
            inbox.tell([person], "customers_recalled", params=params, key=f"recalled:{run_id}", actor=actor)


def tell_undone(run_id: int, given: Given, actor: Actor) -> None:
    """Tell whoever was told of a run that it was taken back."""
    pairs = given.get("got") or given.get("lost") or ()
    people = [person for person, count in pairs if count and person != actor.id]
    inbox.tell(people, "assignment_undone", key=f"undone:{run_id}", actor=actor)
