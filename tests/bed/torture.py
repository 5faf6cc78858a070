"""How long the long tests are: as long as every change can wait for, or in full (``make torture TORTURE=full``)."""

import os
from typing import Any

IS_FULL = os.environ.get("TORTURE") == "full"


def times(usual: Any, *, full: Any) -> Any:
    """Return how often, or with what, a long test is to be repeated."""
    return full if IS_FULL else usual
