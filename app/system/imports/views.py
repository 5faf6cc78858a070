"""The screens of an import."""

from flask_appbuilder import AppBuilder


def register(_appbuilder: AppBuilder) -> None:
    """Nothing of its own: the domains whose records are imported register their screens."""
