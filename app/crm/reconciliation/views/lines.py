"""Bank lines: the list, a line's page with what it may be for, and the buttons."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from flask import flash, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from app.base.errors import DomainError, Invalid, InvalidFields
from app.base.fields import Link
from app.base.i18n import _
from app.base.screens import forms
from app.base.screens.view import DomainView
from app.crm.customers import queries as customers
from app.crm.fees import services as fees
from app.crm.fees.views import address as entry_address
from app.crm.reconciliation import queries, services
from app.crm.reconciliation.models import Line
from app.crm.reconciliation.rules import AGAIN, IGNORED, MATCHED, UNMATCHED, reading
from app.crm.reconciliation.views import actions, home, linepage
from app.extensions import db
from app.system.audit.views import History
from app.system.runs.views import BulkActions
from app.system.sign_in.views import own_path

MOST_PARTS = 50


class BankLineView(BulkActions, History, DomainView):
    route_base = "/bank-lines"
    model = Line
    title, one, group, icon = _("Bank lines"), _("Bank line"), _("Service fees"), "building-bank"
    menu_place = 40
    when_empty = _("Import a statement of your bank: what came in stands here beside the fees it is for.")
    base_permissions = ["can_list", "can_show", "can_export", "can_history"]
    base_permissions += ["can_confirm", "can_ignore", "can_look_again"]
    bulk_actions = (actions.CONFIRM, actions.IGNORE)
    list_fields = ["payer", "booked_on", "amount", "summary", "state", "points", "customer", "account"]
    row_needs = ["has_several", "state"]
    export_fields: ClassVar[Sequence[str]] = [
        "booked_on",
        "amount",
        "payer",
        "payer_account",
        "summary",
        "serial",
        "state",
        "points",
        "customer",
        "reason",
        "reason_text",
        "account",
        "statement",
        "row_number",
        "decided_by",
        "decided_at",
    ]
    form_fields: ClassVar[Sequence[str]] = [
        "booked_on",
        "amount",
        "payer",
        "payer_account",
        "summary",
        "serial",
        "account",
        "statement",
        "row_number",
    ]
    default_sort = "-booked_on"
    quick_segments: ClassVar[Sequence[tuple[str, object, Mapping[str, Any]]]] = [
        *[(name, label, wanted) for name, (label, wanted) in home.TABS.items()],
        ("matched", _("Matched to fees"), {"all": [{"field": "state", "op": "is", "value": str(MATCHED)}]}),
        ("ignored", _("Set aside"), {"all": [{"field": "state", "op": "is", "value": str(IGNORED)}]}),
        (
            "out",
            _("Money out"),
            {
                "all": [
                    {"field": "state", "op": "is", "value": str(UNMATCHED)},
                    {"field": "amount", "op": "below", "value": "0"},
                ]
            },
        ),
    ]

    def import_url(self) -> str | None:
        sees = self.appbuilder.sm.has_access("can_import", "BankStatementView")
        return url_for("BankStatementView.start") if sees else None

    def row_chips(self, record: Line) -> Sequence[tuple[str, str]]:
        return [(str(_("Several possible")), "amber")] if record.has_several and record.state == UNMATCHED else []

    @expose("/again")
    @has_access
    @permission_name("list")
    def again(self) -> Response:
        """Lead from a message to the matches that have to be looked at again."""
        return redirect(home.address("again"))

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> str:
        """Show a line beside what it may be for. ``with``: fees a person chose; ``q``: words to search fees by."""
        return self._page(self.record(pk))

    def _page(self, line: Line, *, problem: object = None, ignore_form: Any = None) -> str:
        chosen = linepage.chosen(request.values.get("with", ""))
        form = ignore_form or self.ignore_form()
        page = linepage.build(self, line, chosen=chosen, words=request.values.get("q", ""), problem=problem)
        drawn: str = self.render_template("zhike/reconciliation/line.html", page=page, form=forms.fill(form, None))
        return drawn

    def whose_form(self, line: Line) -> Any:
        """Return the form that asks whose fee is to be entered, with the likely customer chosen."""
        spec = Link(_("Customer"), name="customer", column="customer_id", to="customer", required=True)
        form = forms.form_class([spec], choices_url=self.url("choices", field="-").removesuffix("/-"))(formdata=None)
        key = queries.likely_customer(line.payer or "", actor=self.actor())
        form.customer.data = str(key) if key else ""
        return forms.fill(form, None)

    def may_enter(self) -> bool:
        """Tell whether this person may enter fees."""
        return bool(self.may("confirm") and self.appbuilder.sm.has_access("can_add", "FeeView"))

    def ignore_form(self) -> Any:
        """Return the form of setting a line aside."""
        specs = [self.specs["reason"], self.specs["reason_text"]]
        return forms.form_class(specs, choices_url=self.url("choices", field="-").removesuffix("/-"))()

    # ── buttons ──

    @expose("/<pk>/confirm", methods=["POST"])
    @has_access
    @permission_name("confirm")
    def confirm(self, pk: str) -> Any:
        """Match a line to fees: ``part-<fee>`` is what of its amount is for which. ``approve``: approve those too."""
        line = self.record(pk, write=True)
        try:
            parts = _parts(request.form)
            services.confirm(line, parts, actor=self.actor())
        except DomainError as refusal:
            db.session.rollback()
            return self._page(self.record(pk), problem=refusal), 422
        flash(str(_("The bank line is matched.")), "success")
        if request.form.get("approve") and self.may_approve():
            self._approve(sorted(parts))
        asked = request.args.get("next", "")
        return redirect(own_path(asked) if asked else self.url("show", pk=pk))

    def may_approve(self) -> bool:
        """Tell whether this person may approve fees at all; which ones, their own rules say."""
        return bool(self.appbuilder.sm.has_access("can_approve", "FeeView"))

    def _approve(self, ids: Sequence[int]) -> None:
        try:
            applied = fees.approve(ids, "", self.actor())
        except DomainError as refusal:
            flash(str(refusal), "danger")
            return
        if applied.changed:
            flash(str(_("Approved: %(count)s") % {"count": len(applied.changed)}), "success")
        for why in dict.fromkeys(str(one) for one in applied.refused.values()):
            flash(str(_("Not approved: %(why)s") % {"why": why}), "warning")

    @expose("/<pk>/enter-fee")
    @has_access
    @permission_name("confirm")
    def enter_fee(self, pk: str) -> Response:
        """Lead to the entry of the fee that a line is for: of ``customer``, with amount, day and payer filled in."""
        line, text = self.record(pk), request.args.get("customer", "")
        key = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004 - digits
        back = self.url("show", pk=pk)
        if customers.by_id(key) is None:
            flash(str(_("Choose whose fee it is.")), "danger")
            return redirect(back)
        filled = {"amount": f"{line.amount:.2f}", "received_on": line.booked_on.isoformat(), "payer": line.payer or ""}
        return redirect(entry_address(key, back=back, method="bank_transfer", **filled))

    @expose("/<pk>/take-back", methods=["POST"])
    @has_access
    @permission_name("confirm")
    def take_back(self, pk: str) -> Response:
        """Take a match back."""
        line, service = self.record(pk, write=True), services.take_back
        self.perform(lambda: service(line, actor=self.actor()), done=_("Taken back: the bank line waits again."))
        return redirect(self.url("show", pk=pk))

    @expose("/<pk>/ignore", methods=["POST"])
    @has_access
    @permission_name("ignore")
    def ignore(self, pk: str) -> Any:
        """Set a line aside, with a reason."""
        line, form = self.record(pk, write=True), self.ignore_form()
        try:
            if not form.validate():
                return self._page(line, ignore_form=form), 422
            services.ignore(line, forms.values(form), actor=self.actor())
        except InvalidFields as refusal:
            db.session.rollback()
            for name, sentence in refusal.problems.items():
                form[name].errors = [str(sentence)]
            return self._page(self.record(pk), ignore_form=form), 422
        except DomainError as refusal:
            db.session.rollback()
            return self._page(self.record(pk), problem=refusal), 422
        flash(str(_("Set aside.")), "success")
        return redirect(self.url("show", pk=pk))

    @expose("/<pk>/take-up", methods=["POST"])
    @has_access
    @permission_name("ignore")
    def take_up(self, pk: str) -> Response:
        """Take a line up that was set aside."""
        line = self.record(pk, write=True)
        self.perform(lambda: services.take_up(line, actor=self.actor()), done=_("The bank line waits again."))
        return redirect(self.url("show", pk=pk))

    @expose("/<pk>/look-again", methods=["POST"])
    @has_access
    @permission_name("look_again")
    def look_again(self, pk: str) -> Response:
        """Look once more which fee a line may be for."""
        line = self.record(pk, write=True)
        key = line.id
        self.perform(lambda: services.propose([key], actor=self.actor()), done=_("Looked again."))
        return redirect(self.url("show", pk=pk))

    # ── what the page asks ──

    def buttons(self, line: Line) -> list[dict[str, Any]]:
        """Return the buttons of the page's head, as far as this person may press them."""
        found: list[dict[str, Any]] = []
        if line.state in (MATCHED, AGAIN) and self.may("confirm"):
            asked = _("Take this match back? The bank line and its fees wait again.")
            found.append(
                self._button("take_back", line, _("Take the match back"), "link-off") | {"confirm": str(asked)}
            )
        if line.state == IGNORED and self.may("ignore"):
            found.append(self._button("take_up", line, _("Take the line up again"), "arrow-back-up"))
        if line.state not in (MATCHED, AGAIN, IGNORED) and self.may("look_again"):
            found.append(self._button("look_again", line, _("Look for fees again"), "refresh"))
        if self.may("history"):
            found.append({"label": _("History"), "icon": "history", "url": self.url("history", pk=line.id)})
        return found

    def _button(self, verb: str, line: Line, label: object, icon: str) -> dict[str, Any]:
        return {"label": label, "icon": icon, "url": self.url(verb, pk=line.id), "method": "POST"}


def _parts(given: Mapping[str, str]) -> dict[int, Decimal]:
    """Return the amount of each fee that a form gives. Raises Invalid for what is no amount."""
    found: dict[int, Decimal] = {}
    for name, value in given.items():
        key = name.removeprefix("part-")
        if name.startswith("part-") and key.isascii() and key.isdigit() and len(key) < 10:  # noqa: PLR2004 - digits
            amount = reading.money(value)
            if amount is None:
                raise Invalid(_("Give an amount for each fee, or leave the fee out."))
            found[int(key)] = amount
    if len(found) > MOST_PARTS:
        raise Invalid(_("At most %(count)s fees of one bank line."), count=MOST_PARTS)
    return found
