"""The screens of rules: pools with their conditions and members, and limits of what people hold."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from app.base import choices
from app.base.choices import Item
from app.base.fields import Choices, Field
from app.base.i18n import _
from app.base.screens.view import DomainView
from app.crm.pool import queries, rules, services
from app.crm.pool.models import HoldLimit, Pool
from app.crm.pool.views.pool import hideable
from app.system.audit.views import History
from app.system.security import queries as security

MEMBERS_HINT = _("Nobody chosen: only those see it whose role reaches into the pool.")
#: What the form asks of a pool's parts; what a list shows of them are words.
PARTS: tuple[Choices, ...] = (
    Choices(
        _("Regions"),
        name="regions",
        through="regions",
        dictionary="region",
        tree=True,
        wide=True,
        help=_("A province means its cities. None chosen: all."),
    ),
    Choices(
        _("Departments"),
        name="houses",
        through="houses",
        dictionary="pool_department",
        wide=True,
        help=_("Of the customer, with those below. None chosen: all."),
    ),
    Choices(_("Roles"), name="roles", through="roles", dictionary="pool_role", help=MEMBERS_HINT),
    Choices(_("Teams"), name="teams", through="teams", dictionary="pool_department"),
    Choices(_("People"), name="people", through="people", dictionary="pool_employee", wide=True),
    Choices(
        _("Hidden until claimed"),
        name="hidden",
        through="hidden",
        dictionary="pool_field",
        wide=True,
        help=_("Phones, accounts and documents are masked anyway."),
    ),
)
PART_NAMES = {
    "region": _("Region"),
    "house": _("Department"),
    "hidden": _("Hidden until claimed"),
    "role": _("Role"),
    "team": _("Team"),
    "employee": _("Person"),
}
MOST_PEOPLE = 5000


class PoolsView(History, DomainView):
    route_base = "/pools"
    model = Pool
    title, one, group, icon = _("Pools"), _("Pool"), _("Administration"), "users-group"
    when_empty = _("Pools divide customers without an owner by region and department.")
    menu_place = 40
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_delete", "can_history"]
    list_fields = ["name", "position", "conditions", "audience", "concealed", "may_claim", "is_active"]
    column_choices = list_fields
    row_needs = ["is_catch_all"]
    default_sort = "position"
    has_segments = False
    form_sections = [
        ("pool", _("Pool"), ["name", "position", "may_claim", "is_active"]),
        ("takes", _("Takes in"), ["regions", "houses"]),
        ("members", _("Members"), ["roles", "teams", "people"]),
        ("fields", _("Hidden until claimed"), ["hidden"]),
    ]
    form_fields: ClassVar[Sequence[str]] = [name for _key, _title, names in form_sections for name in names]
    create, change, remove = services.create_pool, services.change_pool, services.delete_pool

    @classmethod
    def specs_of(cls) -> Mapping[str, Field]:
        return {**super().specs_of(), **{spec.name: spec for spec in PARTS}}

    @property
    def specs(self) -> Mapping[str, Field]:
        return self.specs_of()

    def form_names(self, record: Any) -> Sequence[str]:
        """Return the fields of the form: the pool for all the rest has no conditions, and stands last."""
        is_last = record is not None and record.is_catch_all
        left_out = {"position", "regions", "houses", "is_active"} if is_last else set()
        return [name for name in self.form_fields if name not in left_out]


class LimitView(History, DomainView):
    route_base = "/limits"
    model = HoldLimit
    title, one, group, icon = _("Limits"), _("Limit"), _("Administration"), "hand-stop"
    when_empty = _("How many customers a person, a role or a department may hold. The nearest limit counts.")
    menu_place = 41
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_delete", "can_history"]
    list_fields = ["holder", "level", "most"]
    column_choices = ["employee", "role", "department"]
    row_needs = ["employee_id", "department_id", "role"]
    form_fields = ["employee", "role", "department", "level", "most"]
    default_sort = "id"
    has_segments = False
    create, change, remove = services.create_limit, services.change_limit, services.delete_limit

    @classmethod
    def specs_of(cls) -> Mapping[str, Field]:
        """Return the fields; no role is chosen beforehand, as where people are hired."""
        known = super().specs_of()
        return {**known, "role": replace(known["role"], dictionary="pool_role")}  # type: ignore[call-arg]

    @property
    def specs(self) -> Mapping[str, Field]:
        return self.specs_of()


# ── what their forms choose from ──


def pools() -> tuple[Item, ...]:
    return tuple(Item(str(place.id), place.name) for place in queries.pools())


def departments() -> tuple[Item, ...]:
    return tuple(Item(str(house.id), house.name) for house, _depth in security.department_tree())


def roles() -> tuple[Item, ...]:
    return tuple(replace(item, is_default=False) for item in choices.values("role").items)


def people() -> tuple[Item, ...]:
    found = security.EmployeeNames().search("", actor=None, limit=MOST_PEOPLE)  # type: ignore[arg-type]
    return tuple(Item(one.value, one.text) for one in found)


def fields() -> tuple[Item, ...]:
    return tuple(Item(name, str(spec.label)) for name, spec in hideable().items())


def parts() -> tuple[Item, ...]:
    return tuple(Item(kind, str(PART_NAMES[kind])) for kind in rules.KINDS)
