"""The one door to translation, so that pure modules need not import Flask."""

from flask_babel import lazy_gettext as _
from flask_babel import lazy_ngettext as ngettext

__all__ = ["_", "ngettext"]
