"""What cases are called in messages and searching choices."""

from collections.abc import Iterable, Mapping, Sequence

from app.base.actor import Actor
from app.base.choices import Found
from app.system.approvals import queries


class CaseNames:
    """Cases by what their record is called; only those that the reader sees are named."""

    def labels(self, ids: Iterable[int]) -> Mapping[int, str]:
        known = queries.known_subjects()
        return {one.id: f"{known[one.subject].label} {one.title}" for one in queries.cases(list(ids))}

    def search(self, words: str, *, actor: Actor, limit: int) -> Sequence[Found]:  # noqa: ARG002 - nobody chooses one
        return []

    def exists(self, key: int, *, actor: Actor) -> bool:  # noqa: ARG002 - who acts sees it, or does not
        return bool(queries.cases([key]))
