"""Entering a fee: on a page of its own, of a customer, with its vouchers; what is usual is filled in."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import Response, abort, current_app, flash, jsonify, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from itsdangerous import BadSignature, URLSafeTimedSerializer
from wtforms import HiddenField, MultipleFileField

from app.base import clock
from app.base.errors import DomainError, Doubtful, Invalid, InvalidFields, NotAllowed
from app.base.fields import Field, Link
from app.base.i18n import _
from app.base.screens import forms, listpage
from app.base.screens.house import screen
from app.base.screens.outside import not_found
from app.base.screens.view import current_actor
from app.crm.customers import queries as customers
from app.crm.customers.queries import Customer
from app.crm.deals import queries as deals
from app.crm.deals.queries import Deal
from app.crm.fees import queries, rules, services
from app.crm.fees.models import Fee
from app.crm.products import queries as products
from app.extensions import db
from app.system.files import services as files
from app.system.files.services import Content
from app.system.files.views.tab import limits
from app.system.sign_in.views import own_path

LONGEST_KEY = 9  # digits
GOOD_FOR_SECONDS = 86_400  # a form may stand open for a day
PERIOD = ("period_from", "period_to")
#: The form, in the order of a clerk's thoughts: what was bought, for which period, how the money came.
SECTIONS: Sequence[tuple[str, object, Sequence[str]]] = (
    ("what", _("What was paid for"), ("product", "kind", *PERIOD, "amount", "agreed_amount")),
    ("how", _("How the money came"), ("received_on", "method", "payer", "invoice_number", "agent")),
    ("more", _("Voucher and notes"), ("files", "notes")),
)
FIELDS = tuple(name for _key, _title, names in SECTIONS for name in names if name != "files")
#: What a page that leads here may fill in, as text: it is read when the form is sent.
PREFILLED, LONGEST_PREFILLED = ("amount", "received_on", "method", "payer"), 200
PART_FIELDS = ("amount", "received_on", "method", "payer", "invoice_number", "notes")


def view() -> Any:
    """Return the screen of fees."""
    return screen("FeeView")


def page_of(key: int) -> str:
    """Return the address of a fee, where its vouchers are."""
    return url_for("FeeView.show", pk=key)


def address(customer_id: int, *, back: str = "", **filled: str) -> str:
    """Return where a fee of a customer is entered. ``back``: where it leads afterwards; ``filled``: of PREFILLED."""
    return url_for("FeeView.add", customer=customer_id, **({"next": back} if back else {}), **filled)


def names_for(record: Fee | None) -> Sequence[str]:
    """Return the fields of the form: of an entry that belongs to another, what is its own."""
    if record is not None and (record.reverses_id or record.refunds_id):
        return PART_FIELDS[1:]
    if record is not None and record.part_of_id:
        return PART_FIELDS
    return [name for name in FIELDS if name != "agent" or services.may_choose_agent(current_actor())]


def form_of(names: Sequence[str]) -> Any:
    """Return the form of a new entry, with vouchers, and the token by which it makes one fee."""
    specs: list[Field] = [view().specs[name] for name in names]
    plain = forms.form_class(specs, choices_url=view().url("choices", field="-").removesuffix("/-"))
    more: dict[str, Any] = {"token": HiddenField()}
    if _may_attach():
        more["files"] = MultipleFileField(_("Vouchers"))
    form = forms.default(type("EntryForm", (plain,), more)())
    if not form.is_submitted():
        form.token.data = secrets.token_urlsafe(18)
        form.received_on.data = view().specs["received_on"].typed(clock.today())
        for name in PREFILLED:
            if name in form and request.args.get(name):
                form[name].data = request.args[name][:LONGEST_PREFILLED]
    return forms.fill(form, None)


def _may_attach() -> bool:
    return bool(screen("AttachmentView").may("add"))


class Entering:
    """Adds the entry of a new fee to its screen."""

    @expose("/new", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    def add(self: Any) -> Any:
        """Enter a fee of ``customer``; without one, ask whose it is. ``next``: where it leads afterwards."""
        if not request.args.get("customer"):
            return self.choose_customer()
        customer = _customer(request.args["customer"])
        deal = _deal(customer)
        form = form_of(names_for(None))
        if deal is not None and not form.is_submitted():
            _of_deal(form, deal)
        if not form.is_submitted() or not form.validate():
            return self._entry_page(customer, form)
        return self._recorded(customer, form)

    def choose_customer(self: Any) -> str:
        """Ask whose fee is to be entered."""
        spec = Link(_("Customer"), name="customer", column="customer_id", to="customer", required=True)
        form = forms.form_class([spec], choices_url=self.url("choices", field="-").removesuffix("/-"))()
        page = {
            "title": _("Enter fee"),
            "crumbs": self.crumbs(),
            "next": own_path(request.args.get("next", self.url("list"))),
        }
        drawn: str = self.render_template("zhike/followups/choose.html", page=page, form=forms.fill(form, None))
        return drawn

    def _recorded(self: Any, customer: Customer, form: Any) -> Any:
        key, deal = customer.id, _deal(customer)
        values = forms.values(form) | {"deal": deal.id if deal is not None else None}
        try:
            saved = services.record(
                customer,
                values,
                actor=current_actor(),
                contents=_taken_in(),
                limits=limits(),
                token=form.token.data or None,
                despite=_agreed(),
            )
        except InvalidFields as refusal:
            return self._refused(key, form, problems=refusal.problems)
        except DomainError as refusal:
            return self._refused(key, form, problem=refusal)
        flash(str(_("Entered: %(number)s. Finance has been told.") % {"number": saved.number}), "success")
        return redirect(_back(key))

    def _refused(
        self: Any, key: int, form: Any, *, problem: object = None, problems: Mapping[str, object] | None = None
    ) -> Any:
        """Show the form again as it was typed; what a refused service left behind must not be saved."""
        db.session.rollback()
        loose = []
        for name, sentence in (problems or {}).items():
            if name in form:
                form[name].errors = [str(sentence)]
            else:
                loose.append(str(sentence))
        return self._entry_page(customers.by_id(key), form, problem=problem or " ".join(loose) or None)

    def _entry_page(self: Any, customer: Customer | None, form: Any, *, problem: object = None) -> Any:
        page = listpage.form_page(self, form, None, name="", problem=problem) | {
            "title": _("Enter fee"),
            "cancel_url": _back(customer.id) if customer is not None else self.url("list"),
            "multipart": True,
            "sections": _sections(form),
            "customer": _about(customer),
            "deal": str(_deal(customer) or "") if customer is not None else "",
            "alike": _alike(problem),
            "usual_url": self.url("usual", customer=customer.id) if customer is not None else None,
        }
        drawn = self.render_template("zhike/fees/entry.html", page=page, form=form)
        return drawn, 422 if form.is_submitted() else 200

    @expose("/usual")
    @has_access
    @permission_name("add")
    def usual(self: Any) -> Response:
        """Answer the usual amount and period of a ``product`` for a ``customer``, to be filled in."""
        customer = _customer(request.args.get("customer", ""))
        product = products.by_id(_key(request.args.get("product", "")))
        if product is None:
            return jsonify({})
        found: dict[str, str] = {}
        if product.price is not None:
            found["amount"] = view().specs["amount"].typed(product.price)
        if product.term_months:
            before = queries.last_period(customer.id, product.id)
            first = before + timedelta(days=1) if before else clock.today()
            last = rules.term_end(first, product.term_months)
            found |= {"period_from": first.isoformat(), "period_to": last.isoformat()}
        return jsonify(found)


def _sections(form: Any) -> list[dict[str, Any]]:
    drawn = ((key, title, [name for name in names if name in form]) for key, title, names in SECTIONS)
    return [{"id": key, "title": title, "fields": names} for key, title, names in drawn if names]


def _key(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_KEY else 0


def _customer(text: str) -> Customer:
    """Return a customer in scope, 404 otherwise."""
    key = _key(text) or abort(404)
    found = customers.by_id(key)
    if found is None:
        not_found(Customer, key)
    services.check_may_enter(found, current_actor())
    return found


def _deal(customer: Customer) -> Deal | None:
    """Return the deal in scope that the fee pays for, 404 for one of somebody else; None if none is named."""
    if not request.args.get("deal"):
        return None
    key = _key(request.args["deal"]) or abort(404)
    found = deals.by_id(key)
    if found is None or found.customer_id != customer.id:
        not_found(Deal, key)
    return found


def _of_deal(form: Any, deal: Deal) -> None:
    """Fill in what the deal says: the product, and what is still open of it."""
    left = deal.amount - queries.paid_of_deal(deal.id, origin_id=None)
    if deal.product_id is not None and "product" in form:
        form.product.data = str(deal.product_id)
        forms.fill(form, None)
    if left > 0:
        form.amount.data = view().specs["amount"].typed(left)


def _about(customer: Customer | None) -> dict[str, Any] | None:
    """Return what the form says of the customer."""
    if customer is None:
        return None
    return {
        "name": customer.name,
        "code": customer.credit_code or "",
        "url": url_for("CustomerView.show", pk=customer.id, tab="fees"),
    }


def _back(customer_id: int) -> str:
    asked = request.args.get("next", "")
    return own_path(asked) if asked else url_for("CustomerView.show", pk=customer_id, tab="fees")


def _taken_in() -> Sequence[Content]:
    """Put vouchers into the store, before the transaction. Raises InvalidFields for one that is not taken."""
    given = [one for one in request.files.getlist("files") if one.filename]
    if given and not _may_attach():
        raise NotAllowed(_("You may not attach files."))
    try:
        return [files.take_in(one.stream, name=one.filename or "", limits=limits()) for one in given]
    except Invalid as refusal:
        raise InvalidFields({"files": str(refusal)}) from refusal


# ── what looks the same ──


def _seal() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=f"fees alike {current_actor().id}")


def _agreed() -> Sequence[int]:
    """Return the fees that the person was shown as looking the same, and enters this one all the same."""
    try:
        return list(_seal().loads(request.form.get("despite", ""), max_age=GOOD_FOR_SECONDS))
    except BadSignature:
        return ()


def _alike(problem: object) -> dict[str, Any]:
    if not isinstance(problem, Doubtful):
        return {"found": [], "accept": None}
    found = [_drawn(key) for key in problem.keys]
    return {"found": found, "accept": _seal().dumps(list(problem.keys))}


def _drawn(key: int) -> dict[str, Any]:
    """Return a fee that looks the same: outside the scope only that there is one."""
    fee = queries.by_id(key)
    if fee is None:
        return {"name": "", "url": None, "text": ""}
    specs = view().specs
    text = " · ".join(specs[name].text(getattr(fee, name)) for name in ("amount", "received_on", "state"))
    return {"name": fee.number, "url": page_of(key), "text": text}
