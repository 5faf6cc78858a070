"""The one door to translation, so that pure modules need not import Flask.

Flask-Babel chooses the language and reads the catalogues. Its own way to a sentence looks ten times into ``g``; a list
page has six hundred sentences. Here the catalogue is looked up once per request.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from babel.support import NullTranslations
from flask import Flask, g, has_app_context
from flask_babel import get_translations, refresh
from flask_babel.speaklater import LazyString

__all__ = ["_", "gettext", "ngettext", "speak_templates", "speaking"]


def catalogue() -> NullTranslations:
    """Return the sentences in the language of this request."""
    if not has_app_context():
        return NullTranslations()
    here = g._get_current_object()  # noqa: SLF001 - the object behind the proxy, so that it is asked once
    try:
        language, found = here.catalogue
    except AttributeError:
        language, found = None, None
    if found is None or language != here.get("language"):
        found = get_translations()
        here.catalogue = here.get("language"), found
    return found


def gettext(text: str, **variables: Any) -> str:
    """Return a sentence in the language of this request, its %(variables)s filled in."""
    said = catalogue().ugettext(text)
    return said % variables if variables else said


def _plural(one: str, many: str, num: int, **variables: Any) -> str:
    return catalogue().ungettext(one, many, num) % ({"num": num} | variables)


def _(text: str, **variables: Any) -> LazyString:
    """Return a sentence that is said in the language of whoever reads it, when they do."""
    return LazyString(gettext, text, **variables)


def ngettext(one: str, many: str, num: int, **variables: Any) -> LazyString:
    """Return a sentence about ``num`` things, said when it is read."""
    return LazyString(_plural, one, many, num, **variables)


def speak_templates(app: Flask) -> None:
    """Let templates say their sentences in the same way."""
    environment: Any = app.jinja_env
    environment.install_gettext_callables(
        gettext=lambda text: catalogue().ugettext(text),
        ngettext=lambda one, many, num: catalogue().ungettext(one, many, num),
        newstyle=True,
    )


@contextmanager
def speaking(language: str | None) -> Iterator[None]:
    """Let sentences be written in a person's language within the block, where no request says which."""
    before = g.get("language")
    g.language = language or before
    refresh()  # what Flask-Babel has kept of the language before
    try:
        yield
    finally:
        g.language = before
        refresh()
