"""What domains above hang on a ticket's page."""

from collections.abc import Callable
from typing import Any

#: ``part(ticket, actor)`` returns the ratings that the page shows.
ratings: list[Callable[..., list[dict[str, Any]]]] = []
