"""The screens on which queues and service routes are set up."""

from collections.abc import Sequence
from typing import Any

from app.base.fields import Choices, Field, Links, Value, fields_of, is_hidden
from app.base.i18n import _
from app.base.screens import forms
from app.base.screens.view import DomainView, current_actor
from app.desk.tickets import services
from app.desk.tickets.models import Queue, Route
from app.system.audit.views import History


class People(Links):
    """Several people, as a form shows them."""

    def typed(self, value: Value) -> Any:
        return [str(key) for key in value or ()]


PEOPLE = People(_("Who works in it"), name="people", column="people", to="ticket_worker", wide=True)
NEEDS = Choices(_("Must be filled in"), name="needs", dictionary="ticket_need", through="needed", wide=True)


class _More(DomainView):
    """A screen whose form asks what stands in no column of its own."""

    more: Sequence[Field] = ()

    def form(self, record: Any = None) -> Any:
        known = [fields_of(self.model)[name] for name in self.form_fields]
        specs = [one for one in known if record is None or not is_hidden(one, current_actor(), record)]
        return forms.form_class([*specs, *self.more], choices_url=self.url("choices", field="-").removesuffix("/-"))()

    def choosable(self, name: str) -> Field | None:
        """Return a field whose values may be searched here."""
        return next((one for one in self.more if one.name == name), None) or super().choosable(name)


BASE = ["can_list", "can_show", "can_add", "can_edit", "can_history", "can_export"]


class QueueView(History, _More):
    route_base = "/ticket-queues"
    model = Queue
    title, one, group, icon = _("Queues"), _("Queue"), _("Tickets"), "users"
    menu_place = 70
    when_empty = _("Tickets wait in queues for whoever works in them.")
    base_permissions = BASE
    list_fields = ["name", "department", "is_active", "notes"]
    form_fields = ["name", "department", "is_active", "notes"]
    form_sections = (("fields", None, (*form_fields, "people")),)
    more = (PEOPLE,)
    default_sort = "name"
    create, change = services.add_queue, services.change_queue


class RouteView(History, _More):
    route_base = "/ticket-routes"
    model = Route
    title, one, group, icon = _("Service routes"), _("Service route"), _("Tickets"), "git-merge"
    menu_place = 80
    when_empty = _("Type and category decide the queue, the deadline and the standard answer.")
    base_permissions = BASE
    list_fields = ["type", "category", "queue", "priority", "due_hours", "is_active"]
    export_fields = [*list_fields, "answer"]
    form_fields = ["type", "category", "queue", "priority", "due_hours", "answer", "is_active"]
    form_sections = (("fields", None, (*form_fields, "needs")),)
    more = (NEEDS,)
    create, change = services.add_route, services.change_route
