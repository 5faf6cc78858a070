"""What is typed and never shown again: passwords and the like of other services. Nothing but a form knows this kind."""

from dataclasses import dataclass
from typing import ClassVar

from app.base.fields.kinds import Text, Value

DOTS = "••••••"


@dataclass(frozen=True)
class Secret(Text):
    """One line that no page, export or history tells."""

    icon: ClassVar[str] = "key"
    max_length: int = 500

    def text(self, value: Value) -> str:
        return DOTS if value else ""

    def typed(self, value: Value) -> str:  # noqa: ARG002 - an input stands empty
        return ""

    def plain(self, value: Value) -> Value:
        return self.text(value)
