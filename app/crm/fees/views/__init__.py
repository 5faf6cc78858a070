"""The screens of fees."""

from flask import url_for
from flask_appbuilder import AppBuilder

from app.base import choices, inbox
from app.base.i18n import _
from app.crm.fees.models import Fee
from app.crm.fees.queries import FeeNames
from app.crm.fees.views import told
from app.crm.fees.views.fees import FeeView
from app.system.files import services as files
from app.system.files.services import Holder


def page_of(key: int) -> str:
    """Return the address of a fee, where its vouchers are."""
    return url_for("FeeView.show", pk=key)


def register(appbuilder: AppBuilder) -> None:
    inbox.kinds |= told.KINDS
    choices.references["fee"] = FeeNames()
    files.register(Holder("fee", _("Service fee"), Fee, page_of))
    appbuilder.add_view(FeeView, "FeeView", label=_("Fee records"), category="fees")
