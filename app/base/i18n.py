"""The one door to translation, so that pure modules need not import Flask."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import g
from flask_babel import lazy_gettext as _
from flask_babel import lazy_ngettext as ngettext

__all__ = ["_", "ngettext", "speaking"]


@contextmanager
def speaking(language: str | None) -> Iterator[None]:
    """Let sentences be written in a person's language within the block, where no request says which."""
    before = g.get("language")
    g.language = language or before
    try:
        yield
    finally:
        g.language = before
