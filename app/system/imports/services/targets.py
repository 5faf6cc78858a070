"""What a domain must say so that its records can be imported."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple, Protocol

from app.base import choices
from app.base.actor import Actor
from app.base.fields import Choice, Field, fields_of
from app.base.sentences import stored
from app.base.tabular.template import TemplateField
from app.system.imports.rules import Verdict


@dataclass
class Line:
    """One row of a file while it is checked or written."""

    number: int
    cells: Mapping[str, Any]  # by field, as they were read
    values: dict[str, Any] = field(default_factory=dict)  # by field, as they will be stored
    title: str = ""
    problems: list[dict[str, str]] = field(default_factory=list)
    words: dict[str, list[str]] = field(default_factory=dict)  # field → new words of an open dictionary
    reason: str | None = None
    duplicate_of: int | None = None
    may_update: bool = False

    def refuse(self, name: str, sentence: object) -> None:
        """Note what is wrong with a cell."""
        self.problems.append(
            {"field": name, "cell": str(self.cells.get(name) or "")[:200], "sentence": stored(sentence)}
        )

    def changes(self, record_id: int) -> None:
        """Note which record this row is about, in a file that makes none."""
        self.duplicate_of, self.may_update = record_id, True

    def equals(self, reason: str, sentence: object, *, record_id: int | None, may_update: bool) -> None:
        """Note which record, or earlier row, this row repeats."""
        self.reason, self.duplicate_of, self.may_update = reason, record_id, may_update
        name = {"code": "credit_code", "phone": "phone"}.get(reason, reason)
        self.problems.append(
            {"field": name, "cell": str(self.values.get(name) or "")[:200], "sentence": stored(sentence)}
        )

    @property
    def verdict(self) -> Verdict:
        if self.reason:
            return Verdict.DUPLICATE
        return Verdict.REJECT if self.problems else Verdict.ACCEPT


class Refused(NamedTuple):
    """Why a record was not changed."""

    sentence: object


class Checker(Protocol):
    """Checks the rows of one file, in order; remembers what it has seen."""

    def check(self, lines: Sequence[Line]) -> None:
        """Fill in values, problems and duplicates of these lines, with a handful of queries for all of them."""


class Target(Protocol):
    """The records of one domain, as an import sees them."""

    kind: str
    templates: Mapping[str, object]  # name → words for people

    def fields(self, template: str) -> Sequence[TemplateField]:
        """Return what a column may be mapped to."""

    def dictionary_of(self, name: str) -> str:
        """Return the dictionary whose values a field takes."""

    def notes(self, template: str, *, actor: Actor) -> Sequence[object]:
        """Return sentences the importer should read before the import."""

    def checker(self, template: str, *, actor: Actor) -> Checker: ...

    def taken(self, values: Sequence[Mapping[str, Any]]) -> Mapping[int, tuple[str, object]]:
        """Return what, since the check, can no longer be created: place in ``values`` → (field, sentence)."""

    def create(self, values: Sequence[Mapping[str, Any]], *, template: str, actor: Actor) -> Sequence[int]:
        """Make records, each with its history; return their ids in order. Part of the caller's transaction."""

    def refused(self, values: Mapping[int, Mapping[str, Any]], *, actor: Actor) -> Mapping[int, tuple[str, object]]:
        """Return which records must not be changed so by the actor: id → (field, sentence)."""

    def update(
        self, values: Mapping[int, Mapping[str, Any]], *, actor: Actor
    ) -> Mapping[int, dict[str, Any] | Refused]:
        """Change records in the actor's write scope, only what is given and not empty.

        Returns by id what the changed fields were before, or why not; ids left out were not theirs to change.
        """

    def finished(self, run_id: int, *, actor: Actor) -> None:
        """Hear that a file was imported, in the transaction that ends it."""

    def edited_since(self, ids: Sequence[int], *, change_set_id: int, was_created: bool) -> Mapping[int, str]:
        """Return the names of those records that anything was done to after that change set."""

    def remove(self, ids: Sequence[int]) -> None:
        """Take created records away again, with their history's last line. Part of the caller's transaction."""

    def put_back(self, before: Mapping[int, Mapping[str, Any]], *, actor: Actor) -> Mapping[int, str]:
        """Give updated records their former values back. Part of the caller's transaction."""


def template_field(
    name: str, spec: Field, *, synonyms: Collection[str] = (), kind: str = "", is_required: bool = False
) -> TemplateField:
    """Return a column of a template: what a field says of itself, and what it is called elsewhere."""
    items = choices.values(spec.dictionary).active if isinstance(spec, Choice) else ()
    return TemplateField(
        name,
        spec.label,
        (*spec.synonyms, *synonyms),
        kind=kind or {"number": "number", "date": "date"}.get(spec.kind, "text"),
        is_required=is_required,
        help=spec.help,
        choices=[item.label for item in items],
    )


class MakesOnly:
    """Base of a target whose files make records of ``model``, and never change one that is there.

    It says of its columns what their fields do not: other names, what the cells of some are, which have to be there.
    """

    model: ClassVar[type[Any]]
    synonyms: ClassVar[Mapping[str, Sequence[str]]] = {}
    kinds: ClassVar[Mapping[str, str]] = {}
    required: ClassVar[Collection[str]] = ()

    def columns(self) -> Mapping[str, Field]:
        """Return the fields of a row, by name, in the order of the template."""
        raise AssertionError(f"{type(self).__name__} says no columns")

    def fields(self, template: str) -> Sequence[TemplateField]:  # noqa: ARG002 - the protocol's
        return [
            template_field(
                name,
                spec,
                synonyms=self.synonyms.get(name, ()),
                kind=self.kinds.get(name, ""),
                is_required=name in self.required,
            )
            for name, spec in self.columns().items()
        ]

    def dictionary_of(self, name: str) -> str:
        spec = fields_of(self.model).get(name)
        return spec.dictionary if isinstance(spec, Choice) else ""

    def refused(self, values: Mapping[int, Mapping[str, Any]], *, actor: Actor) -> Mapping[int, tuple[str, object]]:  # noqa: ARG002
        return {}

    def update(
        self,
        values: Mapping[int, Mapping[str, Any]],  # noqa: ARG002 - the protocol's
        *,
        actor: Actor,  # noqa: ARG002
    ) -> Mapping[int, dict[str, Any] | Refused]:
        return {}

    def finished(self, run_id: int, *, actor: Actor) -> None:
        """Tell nobody."""

    def put_back(self, before: Mapping[int, Mapping[str, Any]], *, actor: Actor) -> Mapping[int, str]:  # noqa: ARG002
        return {}


targets: dict[str, Target] = {}


def register(target: Target) -> None:
    """Let a domain's records be imported."""
    targets[target.kind] = target
