"""The one door to translation, so that pure modules need not import Flask.

Flask-Babel chooses the language and reads the catalogues. Its own way to a sentence looks ten times into ``g``; a list
page has six hundred sentences. Here each catalogue is looked up once per request.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from babel.support import NullTranslations
from flask import Flask, g
from flask.json.provider import DefaultJSONProvider
from flask_babel import get_translations, refresh
from flask_babel.speaklater import LazyString
from markupsafe import Markup, escape

__all__ = ["LANGUAGES", "Spoken", "_", "gettext", "ngettext", "speak_templates", "speaking"]

#: The languages people read. Sentences that are kept stand in this order: a new language goes to the end.
LANGUAGES = ("zh_Hans", "zh_Hant", "en")


class Spoken(LazyString):
    """A sentence that is said when it is read. In HTML it is text: the names within it are no markup."""

    def __str__(self) -> str:
        said: str = self._func(*self._args, **self._kwargs)
        return said

    def __html__(self) -> Markup:
        return escape(str(self))


def catalogue() -> NullTranslations:
    """Return the sentences in the language of this request."""
    try:
        here = g._get_current_object()  # noqa: SLF001 - the object behind the proxy, so that it is asked once
    except RuntimeError:  # nobody asks
        return NullTranslations()
    language = here.get("language")
    try:
        found: NullTranslations = here.catalogues[language]
    except (AttributeError, KeyError):
        found = get_translations()
        here.catalogues = {**here.get("catalogues", {}), language: found}
    return found


def gettext(text: str, **variables: Any) -> str:
    """Return a sentence in the language of this request, its %(variables)s filled in."""
    said = catalogue().ugettext(text)
    return said % variables if variables else said


def _plural(one: str, many: str, num: int, **variables: Any) -> str:
    return catalogue().ungettext(one, many, num) % ({"num": num} | variables)


def _(text: str, **variables: Any) -> Spoken:
    """Return a sentence that is said in the language of whoever reads it, when they do."""
    return Spoken(gettext, text, **variables)


def ngettext(one: str, many: str, num: int, **variables: Any) -> Spoken:
    """Return a sentence about ``num`` things, said when it is read."""
    return Spoken(_plural, one, many, num, **variables)


#: What templates have said, by catalogue: as many sentences as stand in templates, and gone with the catalogue.
_in_templates: WeakKeyDictionary[NullTranslations, dict[str, Markup]] = WeakKeyDictionary()


def _in_template(text: str, /, **variables: Any) -> Markup:
    """Return a sentence of a template. Jinja's own way asks the catalogue and marks the text anew each time."""
    here = catalogue()
    if variables:
        return Markup(here.ugettext(text)) % variables  # noqa: S704 - a template's own words, as Jinja does it
    kept = _in_templates.setdefault(here, {})
    try:
        return kept[text]
    except KeyError:
        kept[text] = Markup(here.ugettext(text)) % {}  # noqa: S704 - likewise
        return kept[text]


def speak_templates(app: Flask) -> None:
    """Let templates say their sentences in the same way, and JSON too."""
    environment: Any = app.jinja_env
    environment.install_gettext_callables(
        gettext=lambda text: catalogue().ugettext(text),
        ngettext=lambda one, many, num: catalogue().ungettext(one, many, num),
        newstyle=True,
    )
    environment.globals["_"] = _in_template
    provider: Any = app.json
    provider.default = _plain


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, LazyString) else DefaultJSONProvider.default(value)


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
