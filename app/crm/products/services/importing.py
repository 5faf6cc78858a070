"""Products as an import sees them: a price list. A row with a code that is known changes that product."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.base import clock, normal
from app.base.actor import Actor
from app.base.errors import Invalid
from app.base.fields import Choice, fields_of
from app.base.history import delete_versioned, insert_versioned, versions_of
from app.base.i18n import _
from app.base.tabular.template import TemplateField
from app.crm.customers.services.imports.columns import Vocabulary
from app.crm.products import queries, rules
from app.crm.products.models import Product
from app.crm.products.services.editing import OWN
from app.extensions import db
from app.system.imports.services import Line, Refused, changed_since, readable, template_field, used

TABLE = Product.__table__
LIST = "products"


class ProductTarget:
    """See system.imports.services.targets.Target."""

    kind = "products"
    templates: Mapping[str, object] = {LIST: _("Products")}

    def fields(self, template: str) -> Sequence[TemplateField]:  # noqa: ARG002 - the protocol's
        specs = fields_of(Product)
        required = {"code"}  # of a product that is there the name may be left out
        return [
            template_field(name, specs[name], kind="code" if name == "code" else "", is_required=name in required)
            for name in OWN
        ]

    def dictionary_of(self, name: str) -> str:
        spec = fields_of(Product)[name]
        return spec.dictionary if isinstance(spec, Choice) else ""

    def notes(self, template: str, *, actor: Actor) -> Sequence[object]:  # noqa: ARG002 - the protocol's
        return [_("A row with the code of a product that is there changes that product; empty cells leave it alone.")]

    def checker(self, template: str, *, actor: Actor) -> "ProductChecker":  # noqa: ARG002 - the protocol's
        return ProductChecker()

    def taken(self, values: Sequence[Mapping[str, Any]]) -> Mapping[int, tuple[str, object]]:
        codes = [row["code"] for row in values]
        there = {*queries.by_codes(codes), *queries.codes_in_bin(codes)}
        return {place: ("code", rules.CODE_TAKEN) for place, code in enumerate(codes) if code.lower() in there}

    def create(self, values: Sequence[Mapping[str, Any]], *, template: str, actor: Actor) -> Sequence[int]:  # noqa: ARG002
        now = clock.now()
        common = {"is_active": True, "created_at": now, "updated_at": now, "deleted_at": None}
        rows = [{name: _typed(name, row.get(name)) for name in OWN} | common for row in values]
        return insert_versioned(Product, rows) if rows else []

    def refused(self, values: Mapping[int, Mapping[str, Any]], *, actor: Actor) -> Mapping[int, tuple[str, object]]:  # noqa: ARG002
        return {}

    def update(
        self,
        values: Mapping[int, Mapping[str, Any]],
        *,
        actor: Actor,  # noqa: ARG002 - whoever may import may change all of them
    ) -> Mapping[int, dict[str, Any] | Refused]:
        """Change products, only what is given; return what stood there."""
        found: dict[int, dict[str, Any] | Refused] = {}
        for product in _locked(values):
            wanted = {name: _typed(name, value) for name, value in values[product.id].items() if name != "code"}
            found[product.id] = _assign(product, wanted)
        db.session.flush()
        return found

    def finished(self, run_id: int, *, actor: Actor) -> None:
        """Nobody is told."""

    def edited_since(self, ids: Sequence[int], *, change_set_id: int, was_created: bool) -> Mapping[int, str]:
        """Return the names of those that were changed since or, if the import made them, are in use."""
        versions = versions_of(Product).__table__
        edited = changed_since(Product, ids, change_set_id=change_set_id)
        edited |= used(Product, ids) if was_created else set()
        latest = select(versions.c.id, versions.c.name).where(versions.c.id.in_(edited))
        return {row.id: row.name for row in db.session.execute(latest.order_by(versions.c.transaction_id))}

    def remove(self, ids: Sequence[int]) -> None:
        delete_versioned(Product, ids)

    def put_back(self, before: Mapping[int, Mapping[str, Any]], *, actor: Actor) -> Mapping[int, str]:  # noqa: ARG002
        for product in _locked({key: values for key, values in before.items() if values}):
            _assign(product, {name: _typed(name, value) for name, value in before[product.id].items()})
        db.session.flush()
        return {}


def _typed(name: str, value: Any) -> Any:
    """Return a value that came through JSON as the column holds it."""
    return Decimal(value) if name == "price" and value is not None else value


def _locked(ids: Iterable[int]) -> Sequence[Product]:
    wanted = select(Product).where(Product.id.in_(sorted(ids))).order_by(Product.id).with_for_update()
    return list(db.session.scalars(wanted))


def _assign(product: Product, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Set what differs; return what stood there, as JSON can hold it."""
    differs = {name: value for name, value in wanted.items() if getattr(product, name) != value}
    before = {name: getattr(product, name) for name in differs}
    for name, value in differs.items():
        setattr(product, name, value)
    if differs:
        product.updated_at = clock.now()
    return {name: str(value) if isinstance(value, Decimal | date) else value for name, value in before.items()}


class ProductChecker:
    """Checks the rows of one price list; remembers codes, so that the file does not repeat itself."""

    def __init__(self) -> None:
        self.specs = {name: fields_of(Product)[name] for name in OWN}
        self.categories = Vocabulary("product_category")
        self.seen: dict[str, int] = {}

    def check(self, lines: Sequence[Line]) -> None:
        """Fill in values and problems, with two queries for all lines together."""
        for line in lines:
            self._read(line)
        codes = [code for line in lines if (code := line.values.get("code"))]
        there, gone = queries.by_codes(codes), queries.codes_in_bin(codes)
        for line in lines:
            if not line.problems:
                self._match(line, there, gone)

    def _read(self, line: Line) -> None:
        line.title = str(line.cells.get("name") or line.cells.get("code") or "")
        for name, raw in line.cells.items():
            if name in self.specs and not normal.is_blank(raw):
                try:
                    self._cell(line, name, raw)
                except Invalid as refusal:
                    line.refuse(name, refusal)

    def _cell(self, line: Line, name: str, raw: Any) -> None:
        if name == "category":
            code = self.categories.code(str(readable(raw)).strip())
            if code is None:
                line.words[name] = [str(raw).strip()]
            else:
                line.values[name] = code
            return
        value = self.specs[name].parse(readable(raw))
        line.values[name] = str(value) if isinstance(value, Decimal) else value

    def _match(self, line: Line, there: Mapping[str, int], gone: Iterable[str]) -> None:
        code = str(line.values.get("code") or "").lower()
        known = there.get(code)
        if not code or (known is None and not line.values.get("name")):
            line.refuse("code" if not code else "name", _("Please fill this in."))
        elif code in self.seen:
            line.refuse("code", _("Row %(row)s of this file has the same code.", row=self.seen[code]))
        elif code in gone:
            line.refuse("code", _("A product in the recycle bin has this code: restore that one."))
        else:
            self.seen[code] = line.number
            if known is not None:
                line.changes(known)
