"""What a column of a file may be: the fields of a customer, and the words of their dictionaries."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from app.base import choices
from app.base.chinese import fold
from app.base.choices import Item
from app.base.errors import Invalid
from app.base.fields import Choice, CreditCode, Date, Field, IdentityNumber, Phone, fields_of
from app.base.i18n import _
from app.base.tabular.template import TemplateField
from app.crm.customers.models import Customer
from app.crm.customers.rules import belongs

#: Never imported: each is the business of a service.
LEFT_OUT = frozenset(
    "department converted_on assigned_at last_followup_at next_contact_at fee_end_on covered_until "
    "created_at created_by updated_at updated_by parent".split()
)
SEPARATORS = re.compile(r"[,，、;；|\n]+")
BETWEEN_PLACES = re.compile(r"[\s/\\>、，,·-]+")
MOST_CHOICES = 200  # of a dictionary that is offered in the template


def specs(template: str) -> Mapping[str, Field]:
    """Return the fields of a company's, or a person's, file."""
    return {
        name: spec
        for name, spec in fields_of(Customer).items()
        if name not in LEFT_OUT and belongs(spec.only, template)
    }


def dictionary_of(name: str) -> str:
    """Return the dictionary a field takes its values from; none for others."""
    spec = fields_of(Customer)[name]
    return spec.dictionary if isinstance(spec, Choice) else ""


def template_fields(template: str) -> Sequence[TemplateField]:
    """Return the columns of the template, the required one first."""
    found = [_template_field(spec) for name, spec in specs(template).items() if name != "kind"]
    return sorted(found, key=lambda field: not field.is_required)


def _template_field(spec: Field) -> TemplateField:
    kinds = {CreditCode: "code", IdentityNumber: "identity", Phone: "phone", Date: "date"}
    items = choices.values(spec.dictionary).active if isinstance(spec, Choice) and not spec.tree else ()
    return TemplateField(
        spec.name,
        spec.label,
        spec.synonyms,
        kind=kinds.get(type(spec), "text"),
        is_required=spec.name == "name",
        help=spec.help,
        choices=[item.label for item in items] if len(items) <= MOST_CHOICES else (),
    )


class Vocabulary:
    """The words of one dictionary, in any language and spelling."""

    def __init__(self, dictionary: str) -> None:
        self.values = choices.values(dictionary)
        self.known: dict[str, str | None] = {}

    @cached_property
    def words(self) -> Mapping[str, list[Item]]:
        found: dict[str, list[Item]] = {}
        for item in self.values.active:
            for word in {fold(word) for word in (item.code, item.label, *item.words)}:
                found.setdefault(word, []).append(item)
        return found

    def code(self, word: str) -> str | None:
        """Return the code of a word; None for one that an open dictionary may take in. Raises Invalid otherwise."""
        if word not in self.known:
            self.known[word] = self._code(word)
        return self.known[word]

    def known_code(self, word: str) -> str:
        """Return the code of a word. Raises Invalid for one that is not there, however open the dictionary is."""
        code = self.code(word)
        if code is None:
            raise Invalid(_("“%(word)s” is not one of the values of this field."), word=word)
        return code

    def _code(self, word: str) -> str | None:
        items = self.words.get(fold(word), [])
        if len(items) == 1:
            return items[0].code
        if items:
            raise Invalid(_("“%(word)s” may mean several values: write it in full."), word=word)
        if self.values.is_open:
            return None
        raise Invalid(_("“%(word)s” is not one of the values of this field, and this list is closed."), word=word)


class Places(Vocabulary):
    """The regions: a tree, in which a short name may stand at several levels."""

    def _code(self, word: str) -> str:
        found = self._path([part for part in BETWEEN_PLACES.split(word.strip()) if part])
        if not found:
            raise Invalid(
                _("There is no region “%(word)s”: write province and city, each with its full name."), word=word
            )
        best = self._broadest(found)
        if best is None:
            names = "、".join(self._in_full(item) for item in found[:3])
            raise Invalid(_("“%(word)s” may be %(names)s: write the province too."), word=word, names=names)
        return best.code

    def _path(self, parts: Sequence[str]) -> list[Item]:
        """Return the places that a way from the larger to the smaller leads to: 河南 郑州, 河南省郑州市."""
        found = self._below(fold(parts[0]), None) if parts else []
        for part in parts[1:]:
            found = [place for above in found for place in self._below(fold(part), above)] or found
        return found

    def _below(self, text: str, above: Item | None) -> list[Item]:
        whole = [item for item in self.words.get(text, []) if above is None or self._is_below(item, above)]
        if whole:
            return whole
        for length in range(len(text) - 1, 1, -1):
            heads = [item for item in self.words.get(text[:length], []) if above is None or self._is_below(item, above)]
            found = [place for head in heads for place in self._below(text[length:], head)]
            if found:
                return found
        return []

    def _ancestors(self, item: Item) -> Iterable[Item]:
        above = self.values.by_code.get(item.parent or "")
        while above is not None:
            yield above
            above = self.values.by_code.get(above.parent or "")

    def _is_below(self, item: Item, above: Item) -> bool:
        return any(one.code == above.code for one in self._ancestors(item))

    def _broadest(self, found: Sequence[Item]) -> Item | None:
        """Return the province if one is meant, else the place that all the others lie in, else the only one."""
        provinces = [item for item in found if not item.parent]
        if len(provinces) == 1:
            return provinces[0]
        for item in found:
            if all(other.code == item.code or self._is_below(other, item) for other in found):
                return item
        return None

    def _in_full(self, item: Item) -> str:
        return "".join(reversed([item.label, *(above.label for above in self._ancestors(item))]))


def vocabulary(spec: Choice) -> Vocabulary:
    """Return the words a field understands."""
    return Places(spec.dictionary) if spec.tree else Vocabulary(spec.dictionary)
