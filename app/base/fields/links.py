"""Several other records: who is to receive something, for instance."""

from dataclasses import dataclass
from typing import ClassVar

from app.base import choices
from app.base.fields.kinds import Value
from app.base.fields.relations import Link


@dataclass(frozen=True)
class Links(Link):
    """Several other records; the value is a tuple of their ids in the order in which they were chosen."""

    kind: ClassVar[str] = "links"

    def parse(self, raw: Value) -> tuple[int, ...]:
        given = raw if isinstance(raw, list | tuple | set) else [raw or ""]
        parts = [part for one in given for part in str(one).split(",")]
        return tuple(self.read(part) for part in parts if part.strip())

    def text(self, value: Value) -> str:
        names = choices.labels(self.to, value or ())
        return "、".join(names.get(key, f"#{key}") for key in value or ())

    def typed(self, value: Value) -> str:
        return ",".join(map(str, value or ()))

    def plain(self, value: Value) -> Value:
        return list(value or ())
