"""The screens of bank reconciliation: bank lines, statements and their import, payers that were learned."""

from flask_appbuilder import AppBuilder

from app.base import choices, inbox
from app.base.choices import Item
from app.base.history import DELETE, on_bulk
from app.base.i18n import _
from app.base.screens import rights
from app.base.screens.home import first_page
from app.crm.fees import services as fees
from app.crm.fees.queries import Fee
from app.crm.fees.views import hang_on_ledger
from app.crm.reconciliation import queries, services
from app.crm.reconciliation.rules import standing
from app.crm.reconciliation.views import beside, home, told
from app.crm.reconciliation.views.lines import BankLineView
from app.crm.reconciliation.views.payers import LearnedPayerView
from app.crm.reconciliation.views.statements import BankStatementView

__all__ = ["BankLineView", "BankStatementView", "LearnedPayerView", "register"]


def _bank_states() -> tuple[Item, ...]:
    return tuple(Item(str(code), str(label), color) for code, (label, color) in standing.WORDS.items())


def _imports_taken_back(operation: int, ids: list[int], _columns: object) -> None:
    if operation == DELETE:
        services.let_go(ids)


def register(appbuilder: AppBuilder) -> None:
    choices.references |= {"bank_statement": queries.StatementNames(), "bank_account": queries.BankAccountNames()}
    choices.more["fee_bank_state"] = _bank_states
    inbox.kinds |= told.KINDS
    rights.words |= {
        "can_confirm": _("Confirm matches"),
        "can_ignore": _("Set aside"),
        "can_look_again": _("Look for fees again"),
    }
    on_bulk(Fee, _imports_taken_back)
    hang_on_ledger("bank", tab=beside.tab, beside=beside.part)
    fees.on_change(services.follow)
    first_page.add(*home.PARTS)
    appbuilder.add_view(BankLineView, "BankLineView", label=_("Bank lines"), category="fees")
    appbuilder.add_view(BankStatementView, "BankStatementView", label=_("Bank statements"), category="fees")
    appbuilder.add_view(LearnedPayerView, "LearnedPayerView", label=_("Learned payers"), category="fees")
