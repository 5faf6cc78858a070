"""The pool: customers without an owner, to look at with fields hidden, and to claim."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from flask import flash, redirect, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import ColumnElement
from werkzeug.wrappers import Response

from app.base import wording
from app.base.actor import Actor, acting
from app.base.actor import current_actor as acting_now  # nobody, while screens are registered
from app.base.fields import Field, fields_of, is_hidden, value_of
from app.base.i18n import _
from app.base.screens import listpage, markup
from app.base.screens.listing import filterable
from app.base.screens.outside import is_there
from app.base.screens.view import DomainView, current_actor
from app.crm.customers import services as customers
from app.crm.customers.queries import mark_needs, marks
from app.crm.customers.views import CustomerView
from app.crm.pool import queries, rules, services
from app.crm.pool.views import actions
from app.crm.pool.views.terms import terms
from app.system.runs.views import BulkActions

HIDDEN = "pool_hidden"  # the group of what pools hide
#: Fields that nobody holds without an owner, or that a pool needs.
ALWAYS_SEEN = frozenset({"name", "owner", "assigned_at"})


class PoolView(BulkActions, DomainView):
    route_base = "/pool"
    model = CustomerView.model
    title, one, group, icon = _("Pool"), _("Customer of the pool"), _("Customers"), "users-group"
    when_empty = _("Customers without an owner stand here, as far as the pools are yours.")
    base_permissions = ["can_list", "can_show", "can_export", "can_claim", "can_hidden_fields", "can_assign"]
    bulk_actions = (actions.CLAIM,)
    subject_kind = actions.PoolSubject
    list_fields = ["name", "level", "region", "industry", "status", "last_followup_at", "phone", "created_at"]
    form_sections = CustomerView.form_sections
    form_fields: ClassVar[Sequence[str]] = [name for name in CustomerView.form_fields if name != "owner"]
    export_fields: ClassVar[Sequence[str]] = [*form_fields, "department", "last_followup_at", "created_at"]

    # ── whose rows, and how much of them ──

    @classmethod
    def reader(cls, actor: Actor) -> Actor:
        """Return the actor to whom their own pools are open, as they are on this screen alone."""
        return queries.opened_to(actor)

    @classmethod
    def within(cls) -> Sequence[ColumnElement[bool]]:
        return [cls.model.owner_id.is_(None)]

    @classmethod
    def specs_of(cls) -> Mapping[str, Field]:
        """Return the customer's fields, those that the actor's pools hide in a group of their own."""
        return _with_hidden(fields_of(cls.model))

    @property
    def specs(self) -> Mapping[str, Field]:
        return self.specs_of()

    @classmethod
    def filterable(cls) -> Mapping[str, Field]:
        return _with_hidden(filterable(cls.model))

    @property
    def quick_segments(self) -> Sequence[tuple[str, object, Mapping[str, Any]]]:  # type: ignore[override]
        """The pools of whoever looks, where they have several."""
        actor = acting_now()
        if actor is None:  # upstream reads every attribute of a screen when it is registered
            return []
        places = queries.mine(actor) or queries.pools()
        asked = [{"all": [{"field": "pool", "op": "is", "value": str(place.id)}]} for place in places]
        pairs = zip(places, asked, strict=True)
        return [(f"pool-{place.id}", place.name, one) for place, one in pairs] if len(places) > 1 else []

    # ── the list ──

    def above(self) -> dict[str, Any]:
        """Return how many customers this person holds and has claimed today, of how many they may."""
        actor = self.actor()
        if actor.id is None or not self._may_claim():
            return {}
        allowed = terms()
        day = queries.day(actor.id, most=allowed.claim_per_day)
        room = services.rooms([actor.id], house=allowed.hold_limit)[actor.id]
        is_full = day.is_full or room.full(None) is not None
        held = _of(room.total, room.limits.get(None))
        text = _(
            "Customers you hold: %(held)s. Claimed today: %(claimed)s.", held=held, claimed=_of(day.count, day.most)
        )
        return {"text": text, "tone": "warning" if is_full else "info", "action": None}

    def _may_claim(self) -> bool:
        return self.may("claim") and bool(queries.mine(self.actor(), to_claim=True))

    def bulk_offered(self) -> list[dict[str, Any]]:
        """Return what this person may do: claim from pools of their own, and what a domain above adds."""
        return [one for one in super().bulk_offered() if one["name"] != actions.CLAIM.name or self._may_claim()]

    @property
    def row_needs(self) -> Sequence[str]:  # type: ignore[override] # how customers are marked is known once all is
        return ["level", "region", "department_id", *mark_needs()]

    def row_chips(self, record: Any) -> Sequence[tuple[str, str]]:
        return marks(record)

    def row_level(self, record: Any) -> Mapping[str, str] | None:
        spec: Any = self.specs["level"]
        item = None if is_hidden(spec, self.actor(), record) else spec.values.by_code.get(record.level)
        return {"text": item.label[:1], "color": item.color, "title": item.label} if item else None

    def row_actions(self, record: Any) -> Sequence[Mapping[str, Any]]:
        button = self._button(record)
        return [button] if button else []

    def _button(self, record: Any) -> dict[str, Any] | None:
        """Return the button that claims a customer; None where this person may not."""
        place = queries.place_of(region=record.region, department_id=record.department_id)
        is_open = place is not None and place.may_claim and place.is_members(self.actor())
        if not is_open or not self.may("claim"):
            return None
        label, icon = actions.CLAIM.label, actions.CLAIM.icon
        return {"label": label, "icon": icon, "url": self.row_url("claim", record), "method": "POST"}

    # ── one customer ──

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> str | Response:
        """Show a customer of the pool, as far as it is not hidden until somebody claims it."""
        customer = self.record(pk)
        customers.look_at(customer)
        with acting(self.reader(current_actor())):
            page = self._page(customer)
        return self.render_template("zhike/record.html", page=page)

    def _page(self, customer: Any) -> dict[str, Any]:
        place = queries.place_of(region=customer.region, department_id=customer.department_id)
        empty = {name for name in self.form_fields if value_of(customer, self.specs[name]) in (None, "", ())}
        button = self._button(customer)
        return listpage.record_page(self, customer) | {
            "avatar_text": customer.name[:1],
            "avatar_color": markup.color_of(customer.name),
            "level": self.row_level(customer),
            "chips": [
                *([{"text": place.name, "color": "amber"}] if place else []),
                *[{"text": words, "color": color} for words, color in marks(customer)],
            ],
            "figures": [
                {"k": self.specs[name].label, "v": self.drawn(customer, name)}
                for name in ("department", "last_followup_at", "created_at")
            ],
            "sections": listpage.sections(self, customer, skip=empty),
            "actions": [*([button | {"primary": True}] if button else []), *self._ways(customer)],
        }

    def _ways(self, customer: Any) -> list[dict[str, Any]]:
        """Return the way to the customer's own page, for whom it is in reach."""
        record = self._house_view()
        if not record.may("show"):
            return []
        with acting(replace(current_actor(), opened=None)):
            is_open = is_there(self.model, customer.id)
        url = record.url("show", pk=customer.id)
        return [{"label": _("Customer record"), "icon": "building-community", "url": url}] if is_open else []

    def _house_view(self) -> Any:
        return next(view for view in self.appbuilder.baseviews if isinstance(view, CustomerView))

    @expose("/<pk>/claim", methods=["POST"])
    @has_access
    @permission_name("claim")
    def claim(self, pk: str) -> Response:
        """Claim one customer."""
        customer = self.record(pk)
        key, name = customer.id, customer.name
        claimed = services.claim([key], actor=self.actor(), terms=terms())
        if not claimed.changed:
            flash(str(claimed.refused[key]), "danger")
            return redirect(self.url("list"))  # type: ignore[return-value]
        flash(str(_("Claimed: %(name)s") % {"name": name}), "success")
        return redirect(url_for("CustomerView.show", pk=key))  # type: ignore[return-value]


def _of(count: int, most: int | None) -> str:
    """Return "180 of 200"; without a limit the number alone."""
    if not most:
        return wording.number(count)
    return str(_("%(count)s of %(most)s", count=wording.number(count), most=wording.number(most)))


def _with_hidden(known: Mapping[str, Field]) -> Mapping[str, Field]:
    actor = acting_now()
    hidden = rules.hidden_from(actor, queries.pools()) if actor else frozenset()
    return {name: replace(spec, group=spec.group or HIDDEN) if name in hidden else spec for name, spec in known.items()}


def hideable() -> Mapping[str, Field]:
    """Return what a pool may hide: fields of the customer, and what hangs on it, that are not masked anyway."""
    known = {**fields_of(PoolView.model), **filterable(PoolView.model)}
    names = [*PoolView.form_fields, "contact_name", "parent"]
    shown = {name: known[name] for name in dict.fromkeys(names) if name in known and name not in ALWAYS_SEEN}
    return {name: spec for name, spec in shown.items() if not spec.group}
