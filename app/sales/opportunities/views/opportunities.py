"""The list of opportunities, an opportunity's page, and its buttons."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.wrappers import Response

from app.base.actor import Actor
from app.base.errors import DomainError, InvalidFields
from app.base.i18n import _
from app.base.scope import may_write
from app.base.screens import forms as house_forms
from app.base.screens.asking import Asked, Asking, whole
from app.base.screens.view import DomainView
from app.crm.customers import queries as customers
from app.crm.followups.views.entering import with_contacts
from app.extensions import db
from app.sales.opportunities import queries, rules, services
from app.sales.opportunities.models import Opportunity
from app.sales.opportunities.views import forms, page
from app.system.audit.queries import Line
from app.system.audit.views import History
from app.system.recycle.views import Recycled
from app.system.runs.views import BulkActions
from app.system.sign_in.views import own_path

FIELDS = ("title", "type", "product", "amount", "probability", "expected_on", "contact", "owner", "notes")
AFTER = ("loss_reason", "competitor", "loss_words")


def create(values: Mapping[str, Any], *, actor: Actor) -> Opportunity:
    """Make an opportunity of the customer that the form names."""
    customer = customers.by_id(values.get("customer") or 0)
    if customer is None:
        raise InvalidFields({"customer": _("Please fill this in.")})
    return services.create(customer, values, actor=actor)


class OpportunityView(Asking, BulkActions, Recycled, History, DomainView):
    route_base = "/opportunities"
    model = Opportunity
    title, one, group, icon = _("Opportunities"), _("Opportunity"), _("Sales"), "target-arrow"
    menu_place = 20
    when_empty = _("A follow-up becomes an opportunity in one step; or make one here.")
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_delete", "can_move", "can_decide"]
    base_permissions += ["can_allocate", "can_export", "can_history", "can_revert"]
    list_fields = ["title", "customer", "stage", "amount", "probability", "expected_on", "owner", "moved_at"]
    export_fields = [*list_fields, "state", "type", "product", "contact", "closed_on", *AFTER, "notes", "created_at"]
    form_fields = ["customer", *FIELDS]
    row_needs = ["state", "expected_on"]
    default_sort = "-moved_at"
    quick_segments = [
        ("mine", _("My open ones"), page.asked(page.MINE, page.OPEN)),
        ("month", _("Expected in 30 days"), page.asked(page.OPEN, page.NEXT_MONTH)),
        ("stale", _("Stale"), page.asked(page.OPEN, page.STALE)),
        ("won", rules.PHASES[rules.WON][0], page.asked(page.WON)),
        ("lost", rules.PHASES[rules.LOST][0], page.asked(page.LOST)),
    ]
    create, change, remove = create, services.change, services.delete
    take_back, bring_back = services.take_back, services.restore

    def can_take_back(self, line: Line) -> bool:
        return line.spec.name not in services.KEPT

    def form_names(self, record: Any) -> Sequence[str]:
        if record is None:
            return self.form_fields
        if record.state == rules.OPEN:
            return FIELDS
        kept = [name for name in FIELDS if name in rules.AFTERWARDS]
        return [*kept, *(AFTER if record.state == rules.LOST else ())]

    def form(self, record: Any = None) -> Any:
        form = super().form(record)
        return with_contacts(form, record.customer) if record is not None and "contact" in form else form

    @expose("/new", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    def add(self) -> str | Response:
        """Make an opportunity. ``customer``: whose; ``next``: where it leads afterwards."""
        form = self.form()
        if not form.is_submitted():
            form.customer.data = request.args.get("customer", "")
            form.owner.data = str(self.actor().id or "")
            form.probability.data = str(queries.first_open().probability)
        house_forms.default(house_forms.fill(form, None))
        self._offer_contacts(form)
        return self._answer(form, None, lambda: create(house_forms.values(form), actor=self.actor()))

    def _offer_contacts(self, form: Any) -> None:
        """Let the contact be chosen out of those of the customer that the address names."""
        given = str(form.customer.data or "")
        known = customers.by_id(int(given)) if given.isascii() and given.isdigit() and len(given) < 10 else None  # noqa: PLR2004 - digits
        if known is not None:
            with_contacts(form, known)

    def after_save(self, saved: Any) -> str:
        asked = request.args.get("next", "")
        return own_path(asked) if asked else super().after_save(saved)

    def row_more(self, record: Any) -> Mapping[str, Any]:
        return {"overdue": page.is_overdue(record)}

    def row_actions(self, record: Opportunity) -> Sequence[Mapping[str, Any]]:
        return [*super().row_actions(record), *page.deciding(self, record)]

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> str:
        """Show an opportunity: the stages, what it is worth, and every move."""
        record = self.record(pk)
        is_mine = may_write(record, self.actor())
        drawn: str = self.render_template(
            "zhike/opportunities/show.html", page=page.build(self, record, is_mine=is_mine)
        )
        return drawn

    # ── buttons ──

    @expose("/<pk>/move", methods=["POST"])
    @has_access
    @permission_name("move")
    def move(self, pk: str) -> Response:
        """Put it into the open stage ``stage``. ``next``: where it leads afterwards."""
        record = self.record(pk, write=True)
        code, revision = request.values.get("stage", "")[:40], whole(request.values.get("revision"))
        label = next((one.label for one in queries.stages() if one.code == code), code)
        done = _("“%(title)s” stands in “%(stage)s” now.") % {"title": record.title, "stage": label}
        self.perform(lambda: services.move(record, code, actor=self.actor(), revision=revision), done=done)
        asked = request.values.get("next", "")
        return redirect(own_path(asked) if asked else self.url("show", pk=pk))

    @expose("/<pk>/win", methods=["GET", "POST"])
    @has_access
    @permission_name("decide")
    def win(self, pk: str) -> Any:
        """Ask what was sold, and make the deal of it."""
        about = (_("Win"), _("A deal is made of it, and the customer becomes a deal customer."))
        return self._decide(pk, forms.WIN, services.win, about, done=_("Won. The deal is made."))

    @expose("/<pk>/lose", methods=["GET", "POST"])
    @has_access
    @permission_name("decide")
    def lose(self, pk: str) -> Any:
        """Ask why, and close it."""
        about = (_("Lose"), _("Say why: reasons and competitors are counted."))
        return self._decide(pk, forms.lose(), services.lose, about, done=_("Closed as lost."))

    @expose("/<pk>/reopen", methods=["GET", "POST"])
    @has_access
    @permission_name("decide")
    def reopen(self, pk: str) -> Any:
        """Ask where it goes on, and open it again."""
        about = (_("Reopen"), _("The deal that was made of it goes; it comes back when it is won again."))
        return self._decide(pk, forms.REOPEN, services.reopen, about, done=_("Open again."))

    def _decide(
        self, pk: str, specs: Any, service: Callable[..., None], about: tuple[object, object], *, done: object
    ) -> Any:
        form = forms.build(specs, self.record(pk, write=True), choices_url=self.asking_url())
        return self.ask(pk, form, service, Asked(about[0], done, help=about[1]))

    @expose("/from-followup/<pk>", methods=["POST"])
    @has_access
    @permission_name("add")
    def from_followup(self, pk: str) -> Response:
        """Make an opportunity of a follow-up, in one step; one that is there already is opened."""
        followup = page.followup(pk)
        if followup is None:
            abort(404)
        there = queries.at_followups([followup.id]).get(followup.id)
        if there is not None and queries.by_id(there) is not None:
            flash(str(_("This follow-up is an opportunity already.")), "info")
            return redirect(self.url("show", pk=there))
        return self._made(followup)

    def _made(self, followup: Any) -> Response:
        try:
            made = services.from_followup(followup, {}, actor=self.actor())
        except DomainError as refusal:
            db.session.rollback()
            flash(str(refusal), "danger")
            return redirect(url_for("FollowupView.list"))
        flash(str(_("Made: %(name)s. Fill in what is known.") % {"name": made.title}), "success")
        return redirect(self.url("edit", pk=made.id) if self.may("edit") else self.url("show", pk=made.id))
