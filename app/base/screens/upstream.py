"""Sentences of the frameworks that could reach a page: named here so that our catalogues hold them.

Source: wtforms 3.3 fields and validators, Flask-AppBuilder 5.3 const.py and security/views.py.
"""

from app.base.i18n import _

SENTENCES = (
    _("Access is Denied"),
    _("Invalid Choice: could not coerce."),
    _("Invalid input."),
    _("Not a valid choice."),
    _("This field is required."),
)
