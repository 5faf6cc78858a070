"""Which customer a row of a file of another domain means: by credit code, else by its exact name."""

from collections.abc import Mapping, Sequence

from app.base.actor import Actor
from app.base.errors import Invalid
from app.base.fields import Field, Name, fields_of
from app.base.i18n import _
from app.crm.customers.models import Customer
from app.crm.customers.services.imports.existing import Existing
from app.system.imports.services import EMPTY, Line, readable, word

CODE, CUSTOMER = "credit_code", "customer"  # the fields of a row
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    CODE: ("企业社会信用码", "信用代码", "税号", "credit code"),
    CUSTOMER: ("客户名称", "企业名称", "单位名称", "客户", "company"),
}


def customer_fields() -> Mapping[str, Field]:
    """Return the fields that name a customer, by name."""
    return {CODE: fields_of(Customer)[CODE], CUSTOMER: Name(_("Customer"), name=CUSTOMER)}


class CustomerNaming:
    """Finds the customers that lines mean, of those that the importer sees."""

    def __init__(self, actor: Actor) -> None:
        self.existing, self.specs = Existing(actor), customer_fields()

    def fill(self, lines: Sequence[Line]) -> None:
        """Fill in the customer of each line, and call the line by its name; refuse those of no customer."""
        codes = {line.number: word(line.cells.get(CODE)).upper() for line in lines}
        names = {line.number: self._name(line) for line in lines}
        by_code = self.existing.by_code(code for code in codes.values() if code)
        by_name = self.existing.by_name(name for name in names.values() if name)
        for line in lines:
            code, name = codes[line.number], names[line.number]
            found = by_code.get(code) if code else by_name.get(name)
            if found is not None and found.is_seen:
                line.values[CUSTOMER], line.title = found.id, found.name
                continue
            line.title = name or code
            sentence = _("There is no customer with this code, or exactly this name, that you see.")
            line.refuse(CODE if code else CUSTOMER, sentence if code or name else EMPTY)

    def _name(self, line: Line) -> str:
        try:
            return str(self.specs[CUSTOMER].parse(readable(line.cells.get(CUSTOMER))) or "")
        except Invalid:  # no customer is called so
            return word(line.cells.get(CUSTOMER))
