"""Recording a follow-up: on a page of its own, or in a drawer of the customer's page. The same form, one service."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from wtforms import MultipleFileField

from app.base import clock
from app.base.errors import DomainError, Invalid, InvalidFields, NotAllowed
from app.base.fields import Choice, Link
from app.base.i18n import _
from app.base.scope import may_write
from app.base.screens import forms, listpage, markup
from app.base.screens.house import screen
from app.base.screens.outside import not_found
from app.base.screens.view import current_actor
from app.crm.customers import queries as customers
from app.crm.customers import services as their
from app.crm.customers.queries import Customer
from app.crm.customers.views import calling
from app.crm.customers.views import page as customer_page
from app.crm.followups import rules, services
from app.crm.followups.views import more
from app.extensions import db
from app.system.files import services as files
from app.system.files.services import Content
from app.system.files.views.tab import limits
from app.system.sign_in.views import own_path

PREFIX = "followup-"  # of the inputs in the drawer: the page has other forms
LONGEST_KEY = 9  # digits
STATE = Choice(dictionary="phone_state")
FIRST = ("progress", "result", "next_contact_at", "content", "contact", "channel", "direction", "purpose")
FIELDS = (*FIRST, "at", "call_seconds")


def view() -> Any:
    """Return the screen of follow-ups."""
    return screen("FollowupView")


def page_of(key: int) -> str:
    """Return the address of a follow-up, where its files are."""
    return url_for("FollowupView.show", pk=key)


def address(customer_id: int, *, back: str | None = None, **more: str) -> str:
    """Return where a follow-up of a customer is recorded. ``back``: where it leads afterwards; else to where one is."""
    here = back if back is not None else request.full_path.rstrip("?") if request.method == "GET" else ""
    given = {"next": here} if here else {}
    return url_for("FollowupView.add", customer=customer_id, **given, **more)


def record_button(customer_id: int, *, back: str | None = None) -> Mapping[str, Any]:
    """Return the button that leads there."""
    return {"label": _("Record follow-up"), "icon": "message-plus", "url": address(customer_id, back=back)}


def form_for(customer: Customer, *, in_place: bool) -> Any:
    """Return the form of a new follow-up of a customer, with its contacts to choose from."""
    specs = [view().specs[name] for name in FIELDS]
    plain = forms.form_class(specs, choices_url="")  # before the files: inputs stand in the order they were made
    more = {"files": MultipleFileField(_("Attachments"))} if _may_attach() else {}
    form_class = type("EntryForm", (plain,), more)
    form = forms.default(form_class(prefix=PREFIX if in_place else ""))
    if not form.is_submitted():
        form.at.data = view().specs["at"].typed(clock.now())
    return with_contacts(forms.fill(form, None), customer)


def with_contacts(form: Any, customer: Customer | None) -> Any:
    """Let the contact be chosen out of those of the customer, and of the one that is named already."""
    links = customers.links_of(customer) if customer is not None else ()
    there = {str(link.contact_id): link.contact.name for link in links}
    now = [(key, label) for key, label in form.contact.choices if key and key not in there]
    form.contact.choices = [("", ""), *there.items(), *now]
    form.contact.render_kw = {"data-search": "1"}
    return form


def _may_attach() -> bool:
    return bool(screen("AttachmentView").may("add"))


class Entering:
    """Adds the recording of a new follow-up to its screen."""

    @expose("/new", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    def add(self: Any) -> Any:
        """Record a follow-up of ``customer``; without one, ask whose it is. ``next``: where it leads afterwards."""
        if not request.args.get("customer"):
            return self.choose_customer()
        customer, in_place = _customer(request.args["customer"]), "in_place" in request.args
        form = form_for(customer, in_place=in_place)
        if not form.is_submitted():
            return entry_page(customer, form)
        if "mark" in request.form:
            return _mark(customer, form)
        return self._recorded(customer, form) if form.validate() else entry_page(customer, form)

    def choose_customer(self: Any) -> str:
        """Ask whose follow-up is to be recorded."""
        spec = Link(_("Customer"), name="customer", column="customer_id", to="customer", required=True)
        form = forms.form_class([spec], choices_url=self.url("choices", field="-").removesuffix("/-"))()
        page = {
            "title": _("New follow-up"),
            "crumbs": self.crumbs(),
            "next": own_path(request.args.get("next", self.url("list"))),
        }
        drawn: str = self.render_template("zhike/followups/choose.html", page=page, form=forms.fill(form, None))
        return drawn

    def _recorded(self: Any, customer: Customer, form: Any) -> Any:
        key = customer.id
        try:
            contents = _taken_in()
            saved = services.record(
                customer, forms.values(form), actor=current_actor(), contents=contents, limits=limits()
            )
        except InvalidFields as refusal:
            return _refused(key, form, problems=refusal.problems)
        except DomainError as refusal:
            return _refused(key, form, problem=refusal)
        flash(str(_("Saved: %(name)s") % {"name": saved}), "success")
        return redirect(more.leads(request.form.get("then", ""), saved) or _back(key))


def _customer(text: str) -> Customer:
    """Return a customer in scope: 404 otherwise; 403 with a sentence if the actor may not record anything there."""
    key = int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_KEY else abort(404)
    found = customers.by_id(key)
    if found is None:
        not_found(Customer, key)
    rules.check_writable(is_deleted=False, may_write=may_write(found, current_actor()))
    return found


def _back(customer_id: int) -> str:
    asked = request.args.get("next", "")
    return own_path(asked) if asked else url_for("CustomerView.show", pk=customer_id, tab="followups")


def _taken_in() -> Sequence[Content]:
    """Put the files into the store, before the transaction. Raises InvalidFields for one that is not taken."""
    given = [one for name in ("files", f"{PREFIX}files") for one in request.files.getlist(name) if one.filename]
    if given and not _may_attach():
        raise NotAllowed(_("You may not attach files."))
    try:
        return [files.take_in(one.stream, name=one.filename or "", limits=limits()) for one in given]
    except Invalid as refusal:
        raise InvalidFields({"files": str(refusal)}) from refusal


def _refused(key: int, form: Any, *, problem: object = None, problems: Mapping[str, object] | None = None) -> Any:
    """Show the form again, as it was typed; what a refused service left behind must not be saved by the next commit."""
    db.session.rollback()
    loose = []
    for name, sentence in (problems or {}).items():
        if name in form:
            form[name].errors = [str(sentence)]
        else:
            loose.append(str(sentence))
    return entry_page(customers.by_id(key), form, problem=problem or " ".join(loose) or None)


def _mark(customer: Customer, form: Any) -> Any:
    """Say in one click what became of a call, and go on typing."""
    number, _bar, state = request.form["mark"].partition("|")
    if not may_mark(customer):
        abort(403)
    known = customers.numbers_at(customer, [number]).get(number)
    if known is None:
        abort(404)
    try:
        their.mark_number(known, state=STATE.read(state), actor=current_actor())
        flash(str(_("The state of the number is kept.")), "success")
    except DomainError as refusal:
        flash(str(refusal), "danger")
    return entry_page(customers.by_id(customer.id), form, was_marked=True)


def may_mark(customer: Customer) -> bool:
    """Tell whether this person may say what became of the numbers of a customer: of those they see in full."""
    return bool(screen("CustomerView").may("edit") and calling.numbers(customer, current_actor()))


def entry_page(customer: Customer | None, form: Any, *, problem: object = None, was_marked: bool = False) -> Any:
    """Show the form: in the drawer of the customer's page where it was opened there, else on its own."""
    status = 422 if form.is_submitted() and not was_marked else 200
    shows = screen("CustomerView")
    if customer is not None and "in_place" in request.args and shows.may("show"):
        g.followup_entry = (form, problem)
        page = customer_page.build(shows, customer, tab="followups", contact_form=shows.contact_form())
        return shows.render_template("zhike/customer.html", page=page), status
    own = view()
    page = listpage.form_page(own, form, None, name="", problem=problem) | {
        "title": _("Record follow-up"),
        "sections": [{"id": "fields", "title": None, "fields": [*FIELDS, *(["files"] if "files" in form else [])]}],
        "cancel_url": _back(customer.id) if customer is not None else own.url("list"),
        "multipart": True,
        "extra_submits": more.submits(),
        "customer": about(customer),
    }
    return own.render_template("zhike/followups/entry.html", page=page, form=form), status


def about(customer: Customer | None) -> dict[str, Any] | None:
    """Return what the form says of the customer: name, when it was last spoken with, its numbers."""
    if customer is None:
        return None
    marks = screen("CustomerView").may("edit")
    return {
        "name": customer.name,
        "url": url_for("CustomerView.show", pk=customer.id),
        "marks": customers.marks(customer),
        "last": markup.moment(customer.last_followup_at),
        "numbers": [
            one | {"states": one["states"] if marks else []} for one in calling.numbers(customer, current_actor())
        ],
    }


__all__ = [
    "Entering",
    "about",
    "address",
    "entry_page",
    "form_for",
    "page_of",
    "record_button",
    "screen",
    "view",
    "with_contacts",
]
