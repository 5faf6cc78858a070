"""The screens of the data dictionary."""

from flask_appbuilder import AppBuilder

from app.base import choices
from app.base.choices import Values
from app.base.screens.house import language
from app.system.dictionary import queries


def in_the_readers_language(dictionary: str) -> Values:
    """Return a dictionary's values with the labels of the language of this answer."""
    return queries.values(dictionary, language())


def register(_appbuilder: AppBuilder) -> None:
    choices.provide(in_the_readers_language)
    choices.references["dictionary"] = queries.DictionaryNames()
