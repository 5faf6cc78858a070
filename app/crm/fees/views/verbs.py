"""The buttons of a fee: approve, reject, void, reverse, give back, pay on. One service each."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import flash, redirect, request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.base import clock
from app.base.bulk import Applied
from app.base.errors import DomainError, InvalidFields
from app.base.fields import Choice, Field, LongText, Money
from app.base.i18n import _
from app.base.screens import forms, listpage
from app.crm.fees import queries, rules, services
from app.crm.fees.models import Fee
from app.crm.fees.views.entering import PART_FIELDS
from app.extensions import db
from app.system.sign_in.views import own_path

REASON = Choice(_("Reason of rejection"), name="reason", column="reason", dictionary="fee_reject_reason", required=True)
TEXT = LongText(_("In words"), name="text", column="text", max_length=500)
WHY = LongText(_("Why"), name="reason", column="reason", required=True, max_length=500)
BACK = Money(_("Amount given back"), name="amount", column="amount", required=True, low=0, high=9_999_999_999)
LONGEST_KEY = 9  # digits
Serve = Callable[[Mapping[str, Any]], Any]


class Verbs:
    """Adds what can be done with one fee to its screen. ``self`` is the view."""

    @expose("/<pk>/approve", methods=["POST"])
    @has_access
    @permission_name("approve")
    def approve(self: Any, pk: str) -> Any:
        """Approve a fee. ``revision``: of the page on which it was looked at."""
        fee = self.record(pk, write=True)
        number, seen = fee.number, _seen(fee)
        done = services.approve([fee.id], request.form.get("note", "")[:500], self.actor(), seen=seen)
        return self._told(done, pk, _("Approved: %(number)s") % {"number": number})

    @expose("/<pk>/reject", methods=["GET", "POST"])
    @has_access
    @permission_name("approve")
    def reject(self: Any, pk: str) -> Any:
        """Reject a fee, with a reason that its author reads."""
        fee = self.record(pk, write=True)
        rules.after("reject", fee.state)
        key = fee.id

        def serve(values: Mapping[str, Any]) -> None:
            done = services.reject([key], values["reason"] or "", values["text"] or "", self.actor(), seen=_seen(fee))
            for sentence in done.refused.values():
                raise DomainError(sentence)

        said = _("Whoever entered it is told why, corrects it, or voids it.")
        return self._by_form(fee, [REASON, TEXT], serve, title=_("Reject"), said=said, done=_("Rejected: %(number)s"))

    @expose("/<pk>/void", methods=["GET", "POST"])
    @has_access
    @permission_name("void")
    def void(self: Any, pk: str) -> Any:
        """Take a fee out that nobody has approved."""
        fee = self.record(pk, write=True)
        rules.after("void", fee.state)
        said = _("It stays in the ledger under its number and counts nothing. This cannot be taken back.")
        return self._by_form(
            fee,
            [WHY],
            lambda values: services.void(fee, values["reason"], actor=self.actor()),
            title=_("Void"),
            said=said,
            done=_("Void: %(number)s"),
        )

    @expose("/<pk>/reverse", methods=["GET", "POST"])
    @has_access
    @permission_name("reverse")
    def reverse(self: Any, pk: str) -> Any:
        """Enter what brings an approved fee to nothing."""
        fee = self.record(pk, write=True)
        rules.after("reverse", fee.state)
        said = _("An entry of the same amount below zero is made. Once somebody has approved it, both come to nothing.")
        return self._by_form(
            fee,
            [WHY],
            lambda values: services.reverse(fee, values["reason"], self.actor()),
            title=_("Reverse"),
            said=said,
            done=_("Entered: %(number)s. It waits for approval."),
        )

    @expose("/<pk>/refund", methods=["GET", "POST"])
    @has_access
    @permission_name("reverse")
    def refund(self: Any, pk: str) -> Any:
        """Enter what is given back of an approved fee."""
        fee = self.record(pk, write=True)
        rules.after("reverse", fee.state)
        left = self.specs["amount"].text(queries.refundable(fee))
        return self._by_form(
            fee,
            [BACK, WHY],
            lambda values: services.refund(fee, values["amount"], values["reason"], self.actor()),
            title=_("Refund"),
            said=_("At most %(left)s. The entry waits for approval like any other.") % {"left": left},
            done=_("Entered: %(number)s. It waits for approval."),
        )

    @expose("/<pk>/further", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    def further(self: Any, pk: str) -> Any:
        """Enter a later payment of what was agreed."""
        fee = self.record(pk, write=True)
        first = fee.part_of if fee.part_of is not None else fee
        left = self.specs["amount"].text(max(queries.open_amount(first), queries.NOTHING))
        return self._by_form(
            fee,
            [self.specs[name] for name in PART_FIELDS],
            lambda values: services.further_payment(first, values, self.actor()),
            title=_("Further payment"),
            said=_("Open of what was agreed: %(left)s") % {"left": left},
            done=_("Entered: %(number)s. It waits for approval."),
            preset={"received_on": clock.today()},
        )

    # ── the form of a verb ──

    def _by_form(
        self: Any,
        fee: Fee,
        specs: Sequence[Field],
        serve: Serve,
        *,
        title: object,
        said: object,
        done: Any,
        preset: Mapping[str, Any] | None = None,
    ) -> Any:
        """Ask what a verb needs to know, and do it. ``done``: told with the number of what was made, or of the fee."""
        form, number = self._verb_form(specs, fee, preset or {}), fee.number
        if not form.is_submitted() or not form.validate():
            return self._verb_page(fee, form, title=title, said=said)
        try:
            made = serve(forms.values(form))
        except InvalidFields as refusal:
            db.session.rollback()
            for name, sentence in refusal.problems.items():
                if name in form:
                    form[name].errors = [str(sentence)]
            loose = [str(sentence) for name, sentence in refusal.problems.items() if name not in form]
            return self._verb_page(fee, form, title=title, said=said, problem=" ".join(loose) or None)
        except DomainError as refusal:
            db.session.rollback()
            return self._verb_page(fee, form, title=title, said=said, problem=refusal)
        flash(str(done % {"number": made.number if made is not None else number}), "success")
        return redirect(self._way_on(made.id if made is not None else fee.id))

    def _verb_form(self: Any, specs: Sequence[Field], fee: Fee, preset: Mapping[str, Any]) -> Any:
        form = forms.fill(forms.form_class(specs, choices_url="")(), None)
        if not form.is_submitted():
            form.revision.data = str(fee.revision)
            for name, value in preset.items():
                form[name].data = self.specs[name].typed(value)
        return form

    def _verb_page(self: Any, fee: Fee, form: Any, *, title: object, said: object, problem: object = None) -> Any:
        page = listpage.form_page(self, form, fee, name=fee.number, problem=problem) | {
            "title": title,
            "sections": [{"id": "fields", "title": None, "fields": [box.short_name for box in form]}],
            "submit_label": title,
            "said": said,
            "about": _about(self, fee),
        }
        drawn = self.render_template("zhike/fees/verb.html", page=page, form=form)
        return drawn, 422 if form.is_submitted() else 200

    def _told(self: Any, done: Applied, pk: str, sentence: object) -> Any:
        for refusal in done.refused.values():
            flash(str(refusal), "danger")
        if done.changed:
            flash(str(sentence), "success")
        return redirect(self._way_on(int(pk)))

    def _way_on(self: Any, key: int) -> str:
        asked = request.args.get("next", "")
        return own_path(asked) if asked else str(self.url("show", pk=key))


def _about(view: Any, fee: Fee) -> str:
    parts = [view.specs[name].text(getattr(fee, name)) for name in ("amount", "received_on")]
    return " · ".join([fee.number, str(fee.customer or ""), str(fee.product), *parts])


def _seen(fee: Fee) -> dict[int, int]:
    """Return which revision the person looked at, as the page says."""
    said = request.form.get("revision", "")
    known = said.isascii() and said.isdigit() and len(said) <= LONGEST_KEY
    return {fee.id: int(said)} if known else {}
