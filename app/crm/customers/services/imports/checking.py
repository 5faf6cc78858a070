"""What a row of a file means as a customer, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.base import clock, normal
from app.base.actor import Actor, Level
from app.base.errors import Invalid, InvalidFields
from app.base.fields import Choice, Choices, Field
from app.base.i18n import _
from app.base.tabular.reading import CellError
from app.crm.customers import rules
from app.crm.customers.services.imports.columns import SEPARATORS, specs, vocabulary
from app.crm.customers.services.imports.existing import PHONES, Existing, Found
from app.system.imports.services import Line
from app.system.security.queries import employees_by_words

#: By what a row repeats a customer → (said to those who see that customer, said to others).
REPEATS: Mapping[str, tuple[object, object]] = {
    "code": (
        _("“%(name)s” has this credit code already (%(owner)s)."),
        _("There is a customer with this credit code already (%(owner)s)."),
    ),
    "name": (
        _("There is a customer of this name already (%(owner)s)."),
        _("There is a customer of this name already (%(owner)s)."),
    ),
    "phone": (
        _("“%(name)s” has this phone number already (%(owner)s)."),
        _("There is a customer with this phone number already (%(owner)s)."),
    ),
}


class CustomerChecker:
    """Checks the rows of one file; remembers codes and names, so that the file does not repeat itself."""

    def __init__(self, template: str, actor: Actor) -> None:
        self.template, self.specs = template, specs(template)
        self.may_assign = actor.reach("customers").write == Level.ALL
        self.existing = Existing(actor)
        self.vocabularies = {name: vocabulary(spec) for name, spec in self.specs.items() if isinstance(spec, Choice)}
        self.codes: dict[str, int] = {}
        self.names: dict[str, int] = {}

    def check(self, lines: Sequence[Line]) -> None:
        """Fill in values, problems and duplicates, with four queries for all lines together."""
        people = self._people(lines)
        for line in lines:
            self._read(line, people)
        found = self._look_up([line for line in lines if not line.problems])
        for line in lines:
            if not line.problems:
                self._compare(line, found)
            if not line.problems:
                self._remember(line)

    # ── cells ──

    def _people(self, lines: Sequence[Line]) -> Mapping[str, int]:
        names = [name for name in PEOPLE if self.may_assign or name != "owner"]
        return employees_by_words(word for line in lines for name in names if (word := _word(line.cells.get(name))))

    def _read(self, line: Line, people: Mapping[str, int]) -> None:
        line.title = _word(line.cells.get("name"))
        for name, raw in line.cells.items():
            spec = self.specs.get(name)
            if spec is not None and not normal.is_blank(raw):
                try:
                    self._cell(line, spec, raw, people)
                except Invalid as refusal:
                    line.refuse(name, refusal)
        if not line.problems:
            self._whole(line)

    def _cell(self, line: Line, spec: Field, raw: Any, people: Mapping[str, int]) -> None:
        if isinstance(raw, CellError):
            raise Invalid(_("The formula in this cell failed: write the value instead."))
        if spec.name in PEOPLE:
            self._person(line, spec.name, _word(raw), people)
        elif isinstance(spec, Choice):
            self._choose(line, spec, _word(raw))
        else:
            line.values[spec.name] = spec.parse(raw)

    def _person(self, line: Line, name: str, word: str, people: Mapping[str, int]) -> None:
        if name == "owner" and not self.may_assign:
            return
        if word not in people:
            raise Invalid(
                _("“%(word)s” is not exactly one active person: write the name or number in full."), word=word
            )
        line.values[name] = people[word]

    def _choose(self, line: Line, spec: Choice, text: str) -> None:
        known = self.vocabularies[spec.name]
        several = isinstance(spec, Choices)
        words = [word.strip() for word in SEPARATORS.split(text) if word.strip()] if several else [text]
        codes = [known.code(word) for word in words]
        new = [word for word, code in zip(words, codes, strict=True) if code is None]
        if any(len(word) > LONGEST_WORD for word in new):
            raise Invalid(_("A new value has at most %(limit)s characters."), limit=LONGEST_WORD)
        if new:
            line.words[spec.name] = new
        kept = sorted({code for code in codes if code})
        if kept:
            line.values[spec.name] = kept if several else kept[0]

    def _whole(self, line: Line) -> None:
        try:
            rules.check_reachable(line.values)
            rules.check_born(line.values.get("birthday"), today=clock.today())
            if line.values.get("document_number"):
                line.values["document_kind"] = rules.document_kind(line.values)
        except InvalidFields as refusal:
            for name, sentence in refusal.problems.items():
                line.refuse(name, sentence)

    # ── duplicates ──

    def _look_up(self, lines: Sequence[Line]) -> Mapping[str, Mapping[str, Found]]:
        return {
            "code": self.existing.by_code(code for line in lines if (code := line.values.get("credit_code"))),
            "name": self.existing.by_name(line.values["name"] for line in lines),
            "phone": self.existing.by_phone(number for line in lines for number in _numbers(line)),
        }

    def _compare(self, line: Line, found: Mapping[str, Mapping[str, Found]]) -> None:
        code, name = line.values.get("credit_code"), line.values["name"]
        if code in self.codes:
            sentence = _("Row %(row)s of this file has the same credit code.", row=self.codes[code])
            line.refuse("credit_code", sentence)
            return
        keys = {"code": [code], "name": [name], "phone": _numbers(line)}
        for reason, values in keys.items():
            if there := next((found[reason][value] for value in values if value in found[reason]), None):
                sentence = there.sentence(*REPEATS[reason])
                line.equals(reason, sentence, record_id=there.id, may_update=there.may_update)
                return
        if not code and name in self.names:
            sentence = _("Row %(row)s of this file has the same name.", row=self.names[name])
            line.equals("name", sentence, record_id=None, may_update=False)

    def _remember(self, line: Line) -> None:
        if code := line.values.get("credit_code"):
            self.codes.setdefault(code, line.number)
        self.names.setdefault(line.values["name"], line.number)


PEOPLE = ("owner", "service_person", "deputy")  # written by name, user name or number
LONGEST_WORD = 40  # characters of a new dictionary value


def _numbers(line: Line) -> list[str]:
    return [number for column in PHONES if (number := line.values.get(column))]


def _word(raw: Any) -> str:
    return " ".join(normal.text("" if raw is None else _integral(raw)).split())


def _integral(raw: Any) -> str:
    return str(int(raw)) if isinstance(raw, float) and raw.is_integer() else str(raw)
