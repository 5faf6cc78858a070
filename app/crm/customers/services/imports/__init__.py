"""Customers as an import sees them: what a column may hold, what a row means, how it is written and taken back."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.base.actor import Actor, Level
from app.base.i18n import _
from app.base.tabular.template import TemplateField
from app.crm.customers.rules import COMPANY, PERSON
from app.crm.customers.services.imports import columns, existing, undoing, writing
from app.crm.customers.services.imports.checking import CustomerChecker


class CustomerTarget:
    """See system.imports.services.targets.Target."""

    kind = "customers"
    templates: Mapping[str, object] = {COMPANY: _("Companies"), PERSON: _("Persons")}

    def fields(self, template: str) -> Sequence[TemplateField]:
        return columns.template_fields(template)

    def dictionary_of(self, name: str) -> str:
        return columns.dictionary_of(name)

    def notes(self, template: str, *, actor: Actor) -> Sequence[object]:  # noqa: ARG002 - the protocol's
        if actor.reach("customers").write == Level.ALL:
            return []
        return [_("You cannot assign customers to others: all new customers of this file will be yours.")]

    def checker(self, template: str, *, actor: Actor) -> CustomerChecker:
        return CustomerChecker(template, actor)

    def taken(self, values: Sequence[Mapping[str, Any]]) -> Mapping[int, tuple[str, object]]:
        return existing.taken(values)

    def create(self, values: Sequence[Mapping[str, Any]], *, template: str, actor: Actor) -> Sequence[int]:
        return writing.create(values, template=template, actor=actor)

    def refused(self, values: Mapping[int, Mapping[str, Any]], *, actor: Actor) -> Mapping[int, tuple[str, object]]:
        return writing.refused(values, actor=actor)

    def update(self, values: Mapping[int, Mapping[str, Any]], *, actor: Actor) -> Mapping[int, dict[str, Any]]:
        return writing.update(values, actor=actor)

    def finished(self, run_id: int, *, actor: Actor) -> None:
        """Nobody is told."""

    def edited_since(self, ids: Sequence[int], *, change_set_id: int, was_created: bool) -> Mapping[int, str]:
        return undoing.edited_since(ids, change_set_id=change_set_id, was_created=was_created)

    def remove(self, ids: Sequence[int]) -> None:
        undoing.remove(ids)

    def put_back(self, before: Mapping[int, Mapping[str, Any]], *, actor: Actor) -> Mapping[int, str]:
        return undoing.put_back(before, actor=actor)


__all__ = ["CustomerTarget"]
