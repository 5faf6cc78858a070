"""Receipts 收据 and statements 对账单 as PDF."""

from datetime import date
from typing import Any

from flask import Response, abort, request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import get_locale

from app.base import clock, wording
from app.base.capitals import DIGITS, capitals
from app.base.errors import Invalid
from app.base.fields import Date
from app.base.i18n import _
from app.base.paper.records import lines, pairs
from app.base.paper.sheets import Sheet
from app.base.screens import forms, listpage, prints
from app.base.screens.outside import not_found
from app.base.sentences import joined
from app.crm.customers import queries as customers
from app.crm.customers.queries import Customer
from app.crm.fees import queries, rules
from app.crm.fees.models import Fee

FROM = Date(_("From"), name="from_on", column="from_on", required=True)
TO = Date(_("Until"), name="to_on", column="to_on", required=True)
MOST_ENTRIES = 2000
LONGEST_KEY = 9  # digits


def _script() -> str:
    language = str(get_locale())
    return language if language in DIGITS else "zh_Hans"


class Papers:
    """Adds receipts and statements to the screen of fees. ``self`` is the view."""

    @expose("/<pk>/receipt")
    @has_access
    @permission_name("print")
    def receipt(self: Any, pk: str) -> Response:
        """Send the receipt of an approved fee. Others have none."""
        fee = self.record(pk)
        rules.check_receipt(state=fee.state, amount=fee.amount)
        sheet = Sheet(str(_("Receipt")), self.actor())
        sheet.headline([str(self.specs["number"].label) + str(_(": ")) + fee.number])
        sheet.blocks += pairs(sheet, _receipt(self, fee))
        sheet.heading(str(_("Signed")))
        sheet.blocks += pairs(sheet, [(str(_("Received by")), "", False), (str(_("Company seal")), "", False)])
        about = {"subject_kind": Fee.__tablename__, "subject_id": fee.id}
        name = joined(_("Receipt"), fee.number, by=" ")
        return prints.send(sheet.pdf(), name=name, what="FeeView.receipt", about=about, row_count=1)

    @expose("/statement", methods=["GET"])
    @has_access
    @permission_name("print")
    def statement(self: Any) -> Any:
        """Send what a ``customer`` has paid from a day until another, and what is open; without days, ask for them."""
        customer = _customer()
        first, last = _days()
        if first is None or last is None:
            return self._ask_period(customer)
        if last < first:
            raise Invalid(_("The period ends before it begins."))
        sheet = Sheet(str(_("Statement of account")), self.actor())
        days = {"first": wording.day(first), "last": wording.day(last)}
        sheet.headline([customer.name, str(_("%(first)s to %(last)s") % days)])
        count = _write(self, sheet, customer, first, last)
        about = {"subject_kind": Customer.__tablename__, "subject_id": customer.id}
        name = joined(_("Statement of account"), customer.name, by=" ")
        return prints.send(sheet.pdf(), name=name, what="FeeView.statement", about=about, row_count=count)

    def _ask_period(self: Any, customer: Customer) -> str:
        form = forms.fill(forms.form_class([FROM, TO], choices_url="")(formdata=None), None)
        today = clock.today()
        form.from_on.data, form.to_on.data = date(today.year, 1, 1).isoformat(), today.isoformat()
        page = listpage.form_page(self, form, None, name="", problem=None) | {
            "title": _("Statement of account"),
            "customer": customer,
            "cancel_url": self.url("list"),
        }
        drawn: str = self.render_template("zhike/fees/statement.html", page=page, form=form)
        return drawn


def _receipt(view: Any, fee: Fee) -> list[tuple[str, str, bool]]:
    specs = view.specs
    texts = [
        (specs["customer"].label, str(fee.customer or ""), True),
        (specs["payer"].label, fee.payer or str(fee.customer or ""), True),
        (specs["product"].label, str(fee.product), False),
        (specs["kind"].label, specs["kind"].text(fee.kind), False),
        (_("Service period"), _period(fee), False),
        (specs["method"].label, specs["method"].text(fee.method), False),
        (specs["received_on"].label, wording.day(fee.received_on), False),
        (specs["invoice_number"].label, fee.invoice_number or "", False),
        (specs["amount"].label, wording.yuan(fee.amount), False),
        (_("In capitals"), capitals(fee.amount, _script()), True),
    ]
    return [(str(label), text, wide) for label, text, wide in texts if text]


def _period(fee: Fee) -> str:
    if fee.period_from is None or fee.period_to is None:
        return ""
    return str(_("%(first)s to %(last)s") % {"first": wording.day(fee.period_from), "last": wording.day(fee.period_to)})


# ── the statement ──

SHARES = (14, 22, 30, 18, 16)


def _write(view: Any, sheet: Sheet, customer: Customer, first: date, last: date) -> int:
    before, entries = queries.statement(customer.id, first=first, last=last, limit=MOST_ENTRIES)
    total = before + sum((fee.amount for fee in entries), queries.NOTHING)
    rows = [["", "", str(_("Received before")), "", wording.yuan(before)]]
    rows += [_entry(view, fee) for fee in entries]
    rows += [["", "", str(_("Received in all")), "", wording.yuan(total)]]
    sheet.heading(str(_("Payments")))
    sheet.blocks += lines(sheet, rows, shares=SHARES)
    left = queries.open_lines(customer.id)
    if left:
        sheet.heading(str(_("Open amount")))
        opened = [
            [wording.day(fee.received_on), fee.number, str(fee.product), "", wording.yuan(rest)] for fee, rest in left
        ]
        sheet.blocks += lines(sheet, opened, shares=SHARES)
    return len(entries)


def _entry(view: Any, fee: Fee) -> list[str]:
    kind = "" if fee.source in ("entered", "imported") else view.specs["source"].text(fee.source)
    return [wording.day(fee.received_on), fee.number, str(fee.product), kind, wording.yuan(fee.amount)]


def _customer() -> Customer:
    text = request.args.get("customer", "")
    key = int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_KEY else abort(404)
    found = customers.by_id(key)
    if found is None:
        not_found(Customer, key)
    return found


def _days() -> tuple[date | None, date | None]:
    return FROM.parse(request.args.get("from_on")), TO.parse(request.args.get("to_on"))
