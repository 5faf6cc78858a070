"""The buttons of a ticket: each asks what its step needs, and calls one service."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import redirect, request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.wrappers import Response

from app.base.fields import Field, Link, LongText
from app.base.i18n import _
from app.base.screens import forms
from app.base.screens.asking import Asked, Asking, Service, whole
from app.desk.tickets import services
from app.desk.tickets.models import Ticket
from app.desk.tickets.rules.phases import DISPATCH, RESUME
from app.desk.tickets.views import steps
from app.desk.tickets.views.steps import REMARK
from app.system.sign_in.views import own_path

TO_WHOM = Link(_("To whom"), name="assignee", column="assignee", to="ticket_worker")
QUEUE = Link(
    _("Or into a queue"),
    name="queue",
    column="queue",
    to="ticket_queue",
    help=_("Whoever works in it may take the ticket."),
)
WHY = LongText(_("Why"), name="words", column="words", max_length=300, required=True)


class Verbs(Asking):
    """Mixin: what can be done with a ticket. Without a form where nothing is to be said."""

    @expose("/<pk>/dispatch", methods=["GET", "POST"])
    @has_access
    @permission_name("dispatch")
    def dispatch_ticket(self, pk: str) -> Any:
        """Ask who is to get it, and give it to them."""
        to = request.values.get("to") or None
        specs = (TO_WHOM, QUEUE, *steps.asked(steps.handing(self.record(pk, write=True), DISPATCH, to)))  # type: ignore[attr-defined]
        extra = {"to": to} if to else {}
        return self._ask(pk, specs, services.dispatch, _("Dispatch"), done=_("Dispatched."), extra=extra)

    @expose("/<pk>/take", methods=["GET", "POST"])
    @has_access
    @permission_name("take")
    def take(self, pk: str) -> Any:
        """Take a ticket that nobody has; with a form only where the flow asks for something."""
        return self._press(pk, services.take, _("It is yours now."))

    @expose("/<pk>/accept", methods=["GET", "POST"])
    @has_access
    @permission_name("work")
    def accept(self, pk: str) -> Any:
        """Begin with a ticket that was dispatched; with a form only where the flow asks for something."""
        return self._press(pk, services.accept, _("Accepted: it is in work."))

    @expose("/<pk>/transfer", methods=["GET", "POST"])
    @has_access
    @permission_name("transfer")
    def transfer(self, pk: str) -> Any:
        """Ask who is to go on with it, and why."""
        return self._ask(pk, (TO_WHOM, QUEUE, WHY), services.transfer, _("Transfer"), done=_("Transferred."))

    @expose("/<pk>/give-back", methods=["GET", "POST"])
    @has_access
    @permission_name("work")
    def give_back(self, pk: str) -> Any:
        """Ask why, and return it to whoever dispatches."""
        return self._step(pk, services.give_back, done=_("Returned."), remark=WHY)

    @expose("/<pk>/advance", methods=["GET", "POST"])
    @has_access
    @permission_name("work")
    def advance(self, pk: str) -> Any:
        """Go on to the state ``to``."""
        return self._step(pk, services.advance, done=_("Gone on."))

    @expose("/<pk>/wait", methods=["GET", "POST"])
    @has_access
    @permission_name("work")
    def wait(self, pk: str) -> Any:
        """Ask what for, and wait for the customer."""
        return self._step(pk, services.wait, done=_("It waits for the customer."))

    @expose("/<pk>/resume", methods=["GET", "POST"])
    @has_access
    @permission_name("work")
    def resume(self, pk: str) -> Any:
        """Go on after the customer has answered."""
        return self._step(pk, services.resume, done=_("It goes on."))

    @expose("/<pk>/solve", methods=["GET", "POST"])
    @has_access
    @permission_name("work")
    def solve(self, pk: str) -> Any:
        """Ask how it was solved."""
        return self._step(pk, services.solve, done=_("Solved. Whoever took it in is told."))

    @expose("/<pk>/revisit", methods=["GET", "POST"])
    @has_access
    @permission_name("revisit")
    def revisit(self, pk: str) -> Any:
        """Note that the customer was asked how it was."""
        return self._step(pk, services.revisit, done=_("Noted as revisited."))

    @expose("/<pk>/close", methods=["GET", "POST"])
    @has_access
    @permission_name("close")
    def close(self, pk: str) -> Any:
        """Close what is solved."""
        return self._step(pk, services.close, done=_("Closed."))

    @expose("/<pk>/reopen", methods=["GET", "POST"])
    @has_access
    @permission_name("reopen")
    def reopen(self, pk: str) -> Any:
        """Ask why, and go on with it."""
        return self._step(pk, services.reopen, done=_("Open again."), remark=WHY)

    @expose("/<pk>/follow-on", methods=["POST"])
    @has_access
    @permission_name("add")
    def follow_on(self: Any, pk: str) -> Response:
        """Open a ticket that follows one at its end: of the same customer, with the same problem."""
        record, made = self.record(pk, write=True), list[Ticket]()
        deed = lambda: made.append(services.follow_on(record, {}, actor=self.actor()))  # noqa: E731 - as others
        self.perform(deed, done=_("Opened: it follows the one that is over."))
        return redirect(self.url("show", pk=made[0].id if made else pk))

    @expose("/<pk>/cancel", methods=["GET", "POST"])
    @has_access
    @permission_name("cancel")
    def cancel(self, pk: str) -> Any:
        """Ask why nothing is to be done any more."""
        return self._step(pk, services.cancel, done=_("Cancelled."), remark=WHY)

    @expose("/<pk>/except", methods=["GET", "POST"])
    @has_access
    @permission_name("except")
    def allow_exception(self, pk: str) -> Any:
        """Ask why, and let a customer be served although their service has run out."""
        label = _("Serve all the same")
        return self._ask(pk, (WHY,), services.allow_exception, label, done=_("It may be dispatched now."))

    @expose("/<pk>/ask-exception", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def ask_exception(self, pk: str) -> Any:
        """Ask why, and let those who approve decide whether to serve all the same."""
        label = _("Ask for an exception")
        return self._ask(pk, (WHY,), services.ask_exception, label, done=_("Submitted. You are told what is decided."))

    # ── how ──

    def _press(self: Any, pk: str, service: Service, done: object) -> Any:
        """Press a verb that asks nothing by itself; what its arrow asks for is asked in a form."""
        record, verb = self.record(pk, write=True), service.__name__
        to, back = request.values.get("to") or None, request.values.get("next", "")
        arrow = steps.handing(record, verb, to)
        given = {"to": to} if to else {}
        if request.method == "GET" or "revision" in request.form:
            return self._ask(pk, steps.asked(arrow), service, steps.title(record, verb, arrow), done=done, extra=given)
        if steps.lacks(record, arrow):
            return redirect(self.url(verb, pk=pk, **given, **({"next": back} if back else {})))
        revision = whole(request.args.get("revision"))
        self.perform(lambda: service(record, given, actor=self.actor(), revision=revision), done=done)
        return redirect(own_path(back) if back else self.url("show", pk=pk))

    def _step(self: Any, pk: str, service: Service, *, done: object, remark: Field = REMARK) -> Any:
        """Press a verb of the flow: its form asks what the arrow needs, and a ``remark``."""
        record, verb = self.record(pk, write=True), service.__name__
        to = request.values.get("to")
        arrow = steps.arrow(record, verb, to)
        specs = steps.asked(arrow, remark)
        label = steps.title(record, verb, arrow)
        extra = {"to": arrow.target} if arrow is not None and (to or verb != RESUME) else {}
        return self._ask(pk, specs, service, label, done=done, extra=extra)

    def after_asking(self: Any, pk: str) -> str:
        asked = request.args.get("next", "")
        return own_path(asked) if asked else str(self.url("show", pk=pk))

    def _ask(
        self: Any,
        pk: str,
        specs: Sequence[Field],
        service: Service,
        label: object,
        *,
        done: object,
        extra: Mapping[str, Any] | None = None,
    ) -> Any:
        record = self.record(pk, write=True)
        asked = Asked(label, done, section=record.title)
        return self.ask(pk, self._form_of(record, specs), service, asked, extra=extra)

    def _form_of(self: Any, record: Ticket, specs: Sequence[Field]) -> Any:
        form = forms.form_class(specs, choices_url=self.asking_url())()
        if not form.is_submitted():
            form.revision.data = str(record.revision)
            for spec in specs:
                if spec.name in services.COLUMNS:
                    form[spec.name].data = spec.typed(getattr(record, services.COLUMNS[spec.name]))
        return forms.fill(form, None)
