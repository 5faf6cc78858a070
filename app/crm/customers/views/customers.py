"""The customer list, page and form. They choose what to show and which service to call, and nothing else."""

import json
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from flask import abort, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import select
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from app.base.errors import Invalid
from app.base.fields import Boolean, Choice, Date, fields_of
from app.base.filters import ME
from app.base.i18n import _
from app.base.screens import forms
from app.base.screens.reveals import Reveals
from app.base.screens.view import DomainView
from app.crm.customers import queries, rules, services
from app.crm.customers.models import Collaborator, Contact, ContactLink, Customer
from app.crm.customers.views import bulk, calling, entering, keydata, page, parts, relations, sheet
from app.crm.customers.views.entering import Entering
from app.extensions import db
from app.system.audit.queries import SILENT, Line
from app.system.audit.views import History
from app.system.recycle.views import Recycled
from app.system.runs.views import BulkActions

BASICS = "kind name credit_code industry registered_on sex birthday document_kind document_number region"
BASICS += " operating_status address parent"
REACH = "phone email wechat person_in_charge legal_person legal_phone finance_name finance_phone"
REACH += " cashier_name cashier_phone fax website"
BUSINESS = "level status type source tags owner service_person deputy needs notes"
#: The form: (anchor, heading, fields).
SECTIONS = [
    ("basics", _("Basic information"), BASICS.split()),
    ("reach", _("How to reach them"), REACH.split()),
    ("business", _("Business"), BUSINESS.split()),
]


#: What the house writes itself; the export holds it too.
KEPT = (
    "followup_status department converted_on assigned_at last_followup_at next_contact_at fee_end_on covered_until "
    "created_by created_at updated_by updated_at"
).split()
#: What both companies and persons should have: a customer that lacks one of these is still to be completed.
TO_COMPLETE = sorted(set(rules.COMPLETE_COMPANY) & set(rules.COMPLETE_PERSON) - {"name"})


def files_page(key: int) -> str:
    """Return the address of a customer's files."""
    return url_for("CustomerView.show", pk=key, tab="files")


class CustomerView(BulkActions, Entering, Recycled, Reveals, History, DomainView):
    route_base = "/customers"
    model = Customer
    title, one, group, icon = _("Customer records"), _("Customer"), _("Customers"), "building-community"
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_delete", "can_export", "can_history"]
    base_permissions += ["can_import", "can_revert", "can_share", "can_bulk_edit", "can_release"]
    base_permissions += ["can_phones", "can_accounts", "can_identity", "can_reveal", "can_edit_key"]
    base_permissions += ["can_assign", "can_recall", "can_exceed", "can_make_opportunities"]
    bulk_actions = bulk.ACTIONS

    list_fields = ["name", "followup_status", "status", "owner", "phone", "region", "industry", "tags", "updated_at"]
    keeps_rows = True
    rows_as = parts.Rows
    form_sections = SECTIONS
    form_fields = [name for _key, _title, names in SECTIONS for name in names]
    export_fields = [
        *form_fields,
        *KEPT,
    ]
    default_sort = "-updated_at"
    quick_segments = [
        ("mine", _("Mine"), {"all": [{"field": "owner", "op": "is", "value": ME}]}),
        ("key", _("Key customers"), {"all": [{"field": "level", "op": "is", "value": rules.KEY}]}),
        ("unassigned", _("Unassigned"), {"all": [{"field": "owner", "op": "empty"}]}),
        ("companies", _("Companies"), {"all": [{"field": "kind", "op": "not_is", "value": rules.PERSON}]}),
        ("persons", _("Persons"), {"all": [{"field": "kind", "op": "is", "value": rules.PERSON}]}),
        ("incomplete", _("To complete"), {"any": [{"field": name, "op": "empty"} for name in TO_COMPLETE]}),
    ]
    create, change, remove = entering.create, entering.change, services.delete
    take_back, bring_back = services.take_back, services.restore

    def form_names(self, record: Any) -> Sequence[str]:
        kind = record.kind if record is not None else None
        names = [name for name in self.form_fields if kind is None or rules.belongs(self.specs[name].only, kind)]
        return names if record is None else [name for name in names if name != "owner"]

    def form(self, record: Any = None) -> Any:
        return keydata.locked(super().form(record), record, actor=self.actor())

    def can_take_back(self, line: Line) -> bool:
        return line.key[0] is not Collaborator and line.spec.name not in SILENT | {"owner", "department", "assigned_at"}

    def hanging(self, record: Any) -> Sequence[object]:
        return relations.hanging(record)

    def import_url(self) -> str | None:
        return url_for("CustomerImportView.start") if self.may("import") else None

    def row_level(self, record: Any) -> Mapping[str, str] | None:
        item = self.specs["level"].values.by_code.get(record.level)  # type: ignore[attr-defined]
        return {"text": item.label[:1], "color": item.color, "title": item.label} if item else None

    @property
    def row_needs(self) -> Sequence[str]:  # type: ignore[override] # what is hung on the rows is known once all is
        return ["level", *calling.NEEDED, *parts.row_needs()]

    @property
    def row_stamps(self) -> Sequence[str]:  # type: ignore[override]
        return parts.row_stamps()

    def row_key(self, record: Any) -> Hashable:
        return parts.row_key(record)

    def fixed_tabs(self) -> Sequence[tuple[str, object, Mapping[str, Any]]]:
        return [*self.quick_segments, *parts.gathered("fixed", self)]

    def row_chips(self, record: Any) -> Sequence[tuple[str, str]]:
        is_key = [(self.specs["level"].text(record.level), "amber")] if record.level == rules.KEY else []
        return [*is_key, *parts.gathered("row_chips", self, record)]

    def row_actions(self, record: Any) -> Sequence[Mapping[str, Any]]:
        button = self.reveals(record, "phone")
        more = parts.gathered("row_actions", self, record)
        return [*more, *super().row_actions(record), *([button] if button else [])]

    # ── the page ──

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> str | Response:
        """Show everything about a customer."""
        customer = self.record(pk)
        self.looked_at(customer)
        built = page.build(self, customer, tab=request.args.get("tab", ""), contact_form=self.contact_form())
        return self.render_template("zhike/customer.html", page=built)

    @expose("/<pk>/sheet.pdf")
    @has_access
    @permission_name("export")
    def sheet(self, pk: str) -> Response:
        """Send everything about a customer as PDF."""
        return sheet.send(self, self.record(pk))

    def looked_at(self, record: Any) -> None:
        services.look_at(record)

    def url_of_number(self, number: str) -> str:
        """Return the address of the list of all customers at which a number stands."""
        wanted = {"all": [{"field": "any_phone", "op": "is", "value": number}]}
        return self.url("list", filter=json.dumps(wanted))

    def contact_places(self) -> Sequence[tuple[str, str]]:
        """Return (position, column of the name) of the people named on a customer itself."""
        return [(position, columns[0]) for position, columns in services.PLACES.items()]

    # ── contacts ──

    def contact_form(self) -> Any:
        """Return the short form of a new contact."""
        known = fields_of(Contact)
        position = Choice(_("Position"), name="position", dictionary="contact_position")
        specs = [known["name"], position, known["phones"], known["wechat"], known["email"]]
        return forms.fill(forms.form_class(specs, choices_url="")(prefix="contact-"), None)

    @expose("/<pk>/contacts", methods=["POST"])
    @has_access
    @permission_name("edit")
    def add_contact(self, pk: str) -> str | Response:
        """Add a contact in place."""
        customer, form = self.record(pk, write=True), self.contact_form()
        if not form.validate():
            built = page.build(self, customer, tab="contacts", contact_form=form)
            return self.render_template("zhike/customer.html", page=built), 422
        values = forms.values(form)
        done = _("Saved: %(name)s") % {"name": values["name"]}
        self.perform(lambda: services.create_contact(values, actor=self.actor(), customer=customer), done=done)
        return self._back(pk, "contacts")

    def _link(self, customer: Customer, key: int) -> ContactLink:
        found = db.session.scalar(select(ContactLink).where(ContactLink.id == key))
        if found is None or found.customer_id != customer.id:
            abort(404)
        return found

    @expose("/<pk>/contacts/<int:link>/detach", methods=["POST"])
    @has_access
    @permission_name("edit")
    def detach_contact(self, pk: str, link: int) -> Response:
        """Take a contact off this customer."""
        row = self._link(self.record(pk, write=True), link)
        self.perform(lambda: services.detach_contact(row, actor=self.actor()), done=_("The contact was taken off."))
        return self._back(pk, "contacts")

    @expose("/<pk>/contacts/<int:link>/primary", methods=["POST"])
    @has_access
    @permission_name("edit")
    def make_primary(self, pk: str, link: int) -> Response:
        """Make a contact the one to call first."""
        row = self._link(self.record(pk, write=True), link)
        self.perform(
            lambda: services.make_primary(row, actor=self.actor()), done=_("This contact is called first now.")
        )
        return self._back(pk, "contacts")

    @expose("/<pk>/contacts/of/<position>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def make_contact(self, pk: str, position: str) -> Response:
        """Make a contact of the legal person, finance contact, cashier or person in charge."""
        customer = self.record(pk, write=True)
        if position not in services.PLACES:
            abort(404)
        service = services.make_contact_of
        self.perform(lambda: service(customer, position, actor=self.actor()), done=_("The contact was made."))
        return self._back(pk, "contacts")

    @expose("/<pk>/numbers/<number>/<state>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def mark_number(self, pk: str, number: str, state: str) -> Response:
        """Say in one click what became of a call to a number."""
        self.record(pk, write=True)
        known = queries.numbers([number]).get(number)
        if known is None:
            abort(404)
        read = Choice(dictionary="phone_state").read
        done = _("The state of the number is kept.")
        self.perform(lambda: services.mark_number(known, state=read(state), actor=self.actor()), done=done)
        return self._back(pk, "contacts")

    # ── sharing ──

    @expose("/<pk>/share", methods=["POST"])
    @has_access
    @permission_name("share")
    def share(self, pk: str) -> Response:
        """Open the customer to a colleague."""
        customer = self.record(pk, write=True)
        self.perform(lambda: self._share(customer), done=_("The customer is shared."))
        return self._back(pk, "access")

    def _share(self, customer: Customer) -> None:
        given = request.form
        if not given.get("employee", "").isdigit():
            raise Invalid(_("Choose a person."))
        services.share(
            customer,
            employee_id=int(given["employee"][:9]),
            can_write=bool(Boolean().parse(given.get("can_write"))),
            until_on=Date().parse(given.get("until")),
            actor=self.actor(),
        )

    @expose("/<pk>/unshare/<int:employee>", methods=["POST"])
    @has_access
    @permission_name("share")
    def unshare(self, pk: str, employee: int) -> Response:
        """Close the customer to a colleague again."""
        customer = self.record(pk, write=True)
        service = services.unshare
        self.perform(
            lambda: service(customer, employee_id=employee, actor=self.actor()),
            done=_("The customer is no longer shared with this person."),
        )
        return self._back(pk, "access")

    def _back(self, pk: str, tab: str) -> Response:
        return redirect(self.url("show", pk=pk, tab=tab))
