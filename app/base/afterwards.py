"""What a request writes only once its answer is made: a GET itself writes nothing."""

from collections.abc import Callable
from typing import Any

from flask import g


def afterwards(note: Callable[[], Any]) -> None:
    """Run ``note`` in a short transaction of its own once the answer is sent: what a GET would write."""
    g.setdefault("afterwards", []).append(note)
