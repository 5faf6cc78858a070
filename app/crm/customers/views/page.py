"""What the customer page is told: head, figures, tabs, contacts with their numbers, related companies, access list."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flask import url_for

from app.base import choices
from app.base.fields import is_hidden, seen, value_of
from app.base.i18n import _
from app.base.paper import engine
from app.base.scope import may_write
from app.base.screens import listpage, markup
from app.base.screens.reveals import button_on
from app.crm.customers import queries, rules
from app.crm.customers.models import ContactLink, ContactPhone, Customer, PhoneNumber
from app.crm.customers.views import parts, readers, relations
from app.crm.customers.views.relations import NUMBER
from app.system.files.views import tab as attached_files

if TYPE_CHECKING:
    from app.crm.customers.views.customers import CustomerView

TABS = ("overview", "contacts", "related", "access", "files", "readers")


def build(view: "CustomerView", customer: Customer, *, tab: str, contact_form: Any) -> dict[str, Any]:
    """Return everything ``zhike/customer.html`` draws."""
    is_mine = may_write(customer, view.actor())
    more = parts.tabs(view, customer, tab, is_mine=is_mine)
    is_known = tab in more or (tab in TABS and (tab != "readers" or readers.may_see(view)))
    tab = tab if is_known else "overview"
    files = attached_files("customer", customer, is_mine=is_mine, is_open=tab == "files")
    links, related = queries.links_of(customer), relations.related(view, customer)
    own = _own_numbers(customer).values()
    known = queries.numbers([*own, *[row.number for link in links for row in link.contact.phones]])
    page = {
        "title": customer.name,
        "tab": tab,
        "crumbs": listpage.crumbs(view),
        "avatar_text": customer.name[:1],
        "avatar_color": markup.color_of(customer.name),
        "level": view.row_level(customer),
        "chips": _chips(view, customer),
        "facts": _facts(view, customer),
        "figures": _figures(view, customer, known=known, contacts=len(links)),
        "tabs": _tabs(view, customer, tab, contacts=len(links), related=len(related), files=files, more=more),
        "more": more[tab].body if tab in more else None,
        "files": files if tab == "files" else None,
        "actions": _actions(view, customer, is_mine=is_mine),
        "sections": _sections(view, customer, known) if tab == "overview" else [],
        "timeline": parts.timeline(view, customer) if tab == "overview" else [],
        "history_url": view.url("history", pk=customer.id) if view.may("history") else None,
        "contacts": [_contact(view, customer, link, known, is_mine=is_mine) for link in links],
        "related": related,
        "access": relations.access(view, customer, is_mine=is_mine),
        "readers": readers.build(view, customer) if tab == "readers" else [],
        "missing": _missing(view, customer),
        "make_contacts": _make_contacts(view, customer, links) if is_mine and view.may("edit") else [],
    }
    return page | _dialogs(view, customer, contact_form, is_mine=is_mine)


def _sections(view: "CustomerView", customer: Customer, known: Mapping[str, PhoneNumber]) -> list[dict[str, Any]]:
    drawn = {name: _number_html(view, customer, name, known) for name in _own_numbers(customer)}
    return listpage.sections(view, customer, skip=_empty(view, customer), drawn=drawn)


def _empty(view: "CustomerView", customer: Customer) -> set[str]:
    """Return the fields that hold nothing: a page of dashes tells a clerk nothing."""
    return {name for name in view.form_fields if value_of(customer, view.specs[name]) in (None, "", ())}


def _dialogs(view: "CustomerView", customer: Customer, contact_form: Any, *, is_mine: bool) -> dict[str, Any]:
    writes = is_mine and view.may("edit")
    return {
        "contact_form": contact_form,
        "contact_url": view.url("add_contact", pk=customer.id) if writes else None,
        "share_url": view.url("share", pk=customer.id) if is_mine and view.may("share") else None,
        "employees_url": view.url("choices", field="owner"),
        "edit_url": view.url("edit", pk=customer.id) if writes else None,
    }


def _chips(view: "CustomerView", customer: Customer) -> list[dict[str, Any]]:
    found = []
    for name, dot in (("followup_status", False), ("status", False), ("operating_status", True)):
        item = view.specs[name].values.by_code.get(getattr(customer, name) or "")  # type: ignore[attr-defined]
        if item:
            found.append({"text": item.label, "color": item.color, "dot": dot})
    if not customer.followup_status:
        found.insert(0, {"text": _("Not followed up"), "color": "gray", "line": True})
    if customer.deleted_at:
        found.insert(0, {"text": _("Deleted"), "color": "red"})
    is_key = [{"text": view.specs["level"].text(rules.KEY), "color": "amber"}] if customer.level == rules.KEY else []
    return [*is_key, *found, *parts.gathered("chips", view, customer)]


def _facts(view: "CustomerView", customer: Customer) -> list[dict[str, Any]]:
    lines = [
        {"icon": "id", "text": customer.credit_code, "copy": True},
        {"icon": "map-pin", "text": view.specs["region"].text(customer.region)},
        {"icon": "category", "text": view.specs["industry"].text(customer.industry)},
        {"text": markup.draw(view.specs["owner"], customer, actor=view.actor())},
        {
            "text": markup.draw_value(view.specs["tags"], value_of(customer, view.specs["tags"]))
            if customer.tags
            else ""
        },
    ]
    return [line for line in lines if line["text"]]


def _own_numbers(customer: Customer) -> dict[str, str]:
    return {column: number for column in rules.PHONE_COLUMNS if (number := getattr(customer, column))}


def _figures(
    view: "CustomerView", customer: Customer, *, known: Mapping[str, PhoneNumber], contacts: int
) -> list[dict[str, Any]]:
    values = {name: value_of(customer, spec) for name, spec in view.specs.items() if spec.column}
    main = next(iter(_own_numbers(customer)), None)
    return [
        {"k": _("Phone"), "v": _number_html(view, customer, main, known) if main else markup.NOTHING},
        {"k": _("Completeness"), "v": f"{rules.completeness_percent(values, customer.kind)} %"},
        {"k": _("Contacts"), "v": contacts},
        {"k": _("Assigned"), "v": markup.moment(customer.assigned_at)},
        {"k": _("Created"), "v": markup.moment(customer.created_at)},
        {"k": _("Updated"), "v": markup.moment(customer.updated_at)},
        *parts.gathered("figures", view, customer),
    ]


def _number_html(view: "CustomerView", customer: Customer, name: str, known: Mapping[str, PhoneNumber]) -> Any:
    """Return a number with its state and badge; one that reaches nobody is not offered for a call (CUS-18)."""
    number = getattr(customer, name)
    row, spec = known.get(number), view.specs[name]
    is_dead = row is not None and row.state in rules.DEAD_STATES
    drawn = markup.draw_value(spec, number, short=True)
    if not is_dead or is_hidden(spec, view.actor(), customer):
        drawn = view.drawn(customer, name)
    state = choices.values("phone_state").by_code.get(row.state) if row and row.state != "unverified" else None
    if state:
        drawn = markup.Markup("{} {}").format(drawn, markup.chip(state.label, state.color))
    return drawn + _serves(view, customer, number, row)


def _url_of_others(view: "CustomerView", customer: Customer, number: str) -> str:
    """Return the way to the customers of a number; its list names the number, so not for who may not see it."""
    if is_hidden(NUMBER, view.actor(), customer):
        return view.url("show", pk=customer.id, tab="related")
    return view.url_of_number(number)


def _serves(view: "CustomerView", customer: Customer, number: str, row: PhoneNumber | None) -> Any:
    """Return the badge "at N customers" (任职企业数) of a number, with the way to them; nothing below two."""
    if row is None or row.customer_count < 2:  # noqa: PLR2004 - one customer is the usual case
        return markup.Markup("")
    title = _("This number stands at %(count)s customers") % {"count": row.customer_count}
    badge = markup.Markup('<a class="zk-serves" href="{}" title="{}" aria-label="{}">{}{}</a>')
    return badge.format(
        _url_of_others(view, customer, number), title, title, markup.icon("building"), row.customer_count
    )


def _tabs(
    view: "CustomerView",
    customer: Customer,
    tab: str,
    *,
    contacts: int,
    related: int,
    files: Mapping[str, Any] | None,
    more: Mapping[str, parts.Tab],
) -> list[dict[str, Any]]:
    labels = {
        "overview": (_("Overview"), None),
        "contacts": (_("Contacts"), contacts),
        "related": (_("Related companies"), related),
        "access": (_("Access"), None),
    }
    labels = {
        "overview": labels.pop("overview"),
        **{name: (one.label, one.count) for name, one in more.items()},
        **labels,
    }
    if files is not None:
        labels["files"] = (_("Files"), files["count"])
    if readers.may_see(view):
        labels["readers"] = (_("Who viewed and exported"), None)
    return [
        {
            "label": label,
            "count": count,
            "current": name == tab,
            "url": view.url("show", pk=customer.id, tab=name if name != "overview" else None),
        }
        for name, (label, count) in labels.items()
    ]


def _actions(view: "CustomerView", customer: Customer, *, is_mine: bool) -> list[dict[str, Any]]:
    found = [
        *parts.gathered("actions", view, customer, is_mine=is_mine),
        *(listpage.actions(view, customer) if is_mine else []),
    ]
    if not is_mine and view.may("history"):
        found.append({"label": _("History"), "icon": "history", "url": view.url("history", pk=customer.id)})
    if is_mine and view.may("share"):
        found.append({"label": _("Share"), "icon": "share", "url": view.url("show", pk=customer.id, tab="access")})
    if view.may("export"):
        label = _("Customer sheet (PDF)")
        url = view.url("sheet", pk=customer.id)
        found.append({"label": label, "icon": "file-type-pdf", "url": url, "disabled": engine.missing()})
    return found


def position_of(link: ContactLink) -> str:
    """Return what a contact does at the customer, in the reader's words."""
    item = choices.values("contact_position").by_code.get(link.position or "")
    return item.label if item else ""


def _contact(
    view: "CustomerView", customer: Customer, link: ContactLink, known: Mapping[str, PhoneNumber], *, is_mine: bool
) -> dict[str, Any]:
    contact = link.contact
    return {
        "name": contact.name,
        "color": markup.color_of(contact.name),
        "url": url_for("ContactView.show", pk=contact.id),
        "position": position_of(link),
        "is_primary": link.is_primary,
        "numbers": [_number(view, customer, row, known, is_mine=is_mine) for row in contact.phones],
        "masked": markup.place_of(contact, "phones") if is_hidden(NUMBER, view.actor(), customer) else None,
        "reveal": button_on("ContactView", contact, "phones", shown_at=customer),
        "actions": _contact_actions(view, customer, link) if is_mine and view.may("edit") else [],
    }


def _number(
    view: "CustomerView", customer: Customer, row: ContactPhone, known: Mapping[str, PhoneNumber], *, is_mine: bool
) -> dict[str, Any]:
    what = known.get(row.number)
    state = choices.values("phone_state").by_code.get(what.state) if what and what.state != "unverified" else None
    shown = seen(NUMBER, row.number, actor=view.actor(), record=customer)
    is_marked = is_mine and view.may("edit") and not is_hidden(NUMBER, view.actor(), customer)
    return {
        "text": shown if shown != row.number else NUMBER.text(row.number),
        "serves": what.customer_count if what else 0,
        "url": _url_of_others(view, customer, row.number),
        "state": state,
        "states": _states(view, customer, row.number) if is_marked else [],
    }


def _states(view: "CustomerView", customer: Customer, number: str) -> list[dict[str, Any]]:
    return [
        {
            "label": item.label,
            "url": view.url("mark_number", pk=customer.id, number=number, state=item.code),
            "method": "POST",
        }
        for item in choices.values("phone_state").active
    ]


def _contact_actions(view: "CustomerView", customer: Customer, link: ContactLink) -> list[dict[str, Any]]:
    detach = {
        "label": _("Take off this customer"),
        "icon": "unlink",
        "url": view.url("detach_contact", pk=customer.id, link=link.id),
        "method": "POST",
        "danger": True,
        "confirm": str(_("Take “%(name)s” off this customer? The contact itself stays.") % {"name": link.contact.name}),
    }
    edit = {"label": _("Edit"), "icon": "edit", "url": url_for("ContactView.edit", pk=link.contact_id)}
    primary = {"label": _("Make primary"), "icon": "star", "method": "POST"}
    primary["url"] = view.url("make_primary", pk=customer.id, link=link.id)
    return [edit, detach] if link.is_primary else [edit, primary, detach]


def _make_contacts(view: "CustomerView", customer: Customer, links: Sequence[ContactLink]) -> list[dict[str, Any]]:
    there = {link.contact.name for link in links}
    found = []
    for position, column in view.contact_places():
        name = getattr(customer, column)
        if name and name not in there:
            label = _("%(name)s (%(position)s)") % {"name": name, "position": view.specs[column].label}
            url = view.url("make_contact", pk=customer.id, position=position)
            found.append({"label": label, "icon": "user-plus", "url": url, "method": "POST"})
            there.add(name)
    return found


def _missing(view: "CustomerView", customer: Customer) -> list[object]:
    values = {name: value_of(customer, spec) for name, spec in view.specs.items() if spec.column}
    return [view.specs[name].label for name in rules.missing(values, customer.kind)]
