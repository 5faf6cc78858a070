"""The screens of an import. The domain whose records are imported subclasses ImportView and registers it."""

from flask_appbuilder import AppBuilder

from app.system.imports.views.screens import ImportView

__all__ = ["ImportView", "register"]


def register(_appbuilder: AppBuilder) -> None:
    """Nothing of its own: see the domains that subclass ImportView."""
