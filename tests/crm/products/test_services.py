"""Making, changing, retiring and deleting products; a price list brought in by a file."""

from decimal import Decimal

import pytest

from app.base import choices, recycle
from app.base.actor import SYSTEM, acting
from app.base.errors import Conflict, Invalid, InvalidFields, WrongState
from app.base.scope import with_deleted
from app.base.transaction import transaction
from app.crm.products import queries, rules, services
from app.crm.products.models import Product
from app.extensions import db
from app.system.audit import queries as audit
from app.system.imports import services as imports
from app.system.recycle import services as bins
from tests.cast import ANRAN, QIAN
from tests.factories import a_product
from tests.system.imports.steps import rows_of, workbook

pytestmark = pytest.mark.usefixtures("in_app")


@pytest.fixture
def qian(in_app):
    with acting(QIAN.actor) as actor:
        yield actor


@pytest.fixture
def in_use():
    """Somebody says that some products are in use."""
    keys = set()
    recycle.forbid("product", "test", lambda ids: {key: "It is in use." for key in ids if key in keys})
    yield keys
    recycle.forbid("product", "test", lambda _ids: {})


@pytest.mark.parametrize(
    ("values", "taken", "fields"),
    [
        ({}, False, {"code", "name"}),
        ({"code": "A"}, False, {"name"}),
        ({"name": "甲"}, False, {"code"}),
        ({"code": "A", "name": "甲"}, True, {"code"}),
    ],
)
def test_a_product_has_a_name_and_a_code_of_its_own(values, taken, fields):
    with pytest.raises(InvalidFields) as refused:
        rules.check(values, is_code_taken=taken)
    assert set(refused.value.problems) == fields


def test_a_code_is_taken_whatever_its_case_and_also_in_the_recycle_bin(qian):
    first = a_product(code="CW-01")
    for _turn in range(2):
        with pytest.raises(InvalidFields, match="Another product has this code"):
            services.create({"code": "cw-01", "name": "乙"}, actor=qian)
        if first.deleted_at is None:
            services.delete(first, actor=qian)


def test_a_product_keeps_its_own_code(qian):
    product = a_product()
    services.change(product, {"code": "cw-01", "price": Decimal("1.50")}, actor=qian, revision=product.revision)
    assert (product.code, product.price, product.revision) == ("cw-01", Decimal("1.50"), 2)


def test_a_stale_form_is_refused(qian):
    product = a_product()
    with pytest.raises(Conflict):
        services.change(product, {"name": "乙"}, actor=qian, revision=product.revision + 1)


def test_a_retired_product_keeps_its_name_and_is_not_offered(qian):
    product = a_product()

    services.retire(product, actor=qian)

    names = choices.references["product"]
    assert names.labels([product.id]) == {product.id: "财务软件标准版"}
    assert names.search("财务", actor=qian, limit=9) == []
    assert queries.offered(product.id) is None
    with pytest.raises(WrongState, match="retired already"):
        services.retire(product, actor=qian)
    services.revive(product, actor=qian)
    assert [one.sub for one in names.search("cw", actor=qian, limit=9)] == ["CW-01"]
    with pytest.raises(WrongState, match="offered already"):
        services.revive(product, actor=qian)


def test_a_product_in_use_is_retired_not_deleted(qian, in_use):
    product = a_product()
    in_use.add(product.id)

    with pytest.raises(Invalid, match=r"It is in use\. Retire it instead"):
        services.delete(product, actor=qian)

    in_use.clear()
    services.delete(product, actor=qian)
    assert queries.by_id(product.id) is None
    with with_deleted():
        services.restore(db.session.get_one(Product, product.id), actor=qian)
    assert queries.by_id(product.id) is not None


def test_what_is_in_the_bin_and_named_by_something_does_not_go_for_good(qian, in_use):
    product = a_product()
    services.delete(product, actor=qian)
    in_use.add(product.id)
    assert recycle.forbidden("product", [product.id]).keys() == {product.id}
    transaction(bins.forget)("product", [])


def test_a_change_is_taken_back(qian):
    product = a_product()
    services.change(product, {"price": Decimal(1), "unit": "套"}, actor=qian, revision=None)

    first = audit.sets(Product, product.id)[-1].number
    assert services.take_back(product, number=first, only=None, actor=qian) == 2
    assert (product.price, product.unit) == (Decimal("3980.00"), None)
    with pytest.raises(Invalid, match="Nothing differs"):
        services.take_back(product, number=first, only=None, actor=qian)


# ── by file ──

HEADINGS = ["Product code", "Product name", "Category", "Unit", "Price", "Term in months"]


def brought_in(folder, *rows):
    path = workbook(folder, HEADINGS, *rows, name="价目表.xlsx")
    with acting(ANRAN.actor) as actor:
        about = {"kind": "products", "template": "products", "actor": actor, "in_browser": True}
        run = imports.upload(path, file_name=path.name, **about)
        imports.check(run, [column["field"] for column in run.columns], actor=actor)
        imports.choose(run, defaults={}, rows={}, words=(), actor=actor)
        imports.import_run(run, actor=actor)
    return run


def found(code):
    with acting(SYSTEM):
        return db.session.get(Product, queries.by_codes([code]).get(code.lower(), 0))


def test_a_price_list_makes_new_products_and_changes_those_whose_code_is_known(tmp_path):
    a_product(code="CW-01", price=Decimal(100), unit="套")

    run = brought_in(tmp_path, ["CW-02", "云财务", "软件", "账套", "1298", "12"], ["cw-01", "", "", "", "99.5", ""])

    assert (found("CW-02").category, found("CW-02").price, found("CW-02").term_months) == (
        "software",
        Decimal("1298.00"),
        12,
    )
    assert (found("CW-01").price, found("CW-01").unit, found("CW-01").name) == (
        Decimal("99.50"),
        "套",
        "财务软件标准版",
    )
    with acting(ANRAN.actor) as actor:
        imports.undo(run, actor=actor)
    assert found("CW-02") is None
    assert found("CW-01").price == Decimal("100.00")


def test_rows_that_make_no_sense_are_returned_with_the_reason(tmp_path):
    gone = a_product(code="OLD")
    services.delete(gone, actor=ANRAN.actor)

    run = brought_in(
        tmp_path,
        ["A", "甲", "", "", "-1", ""],
        ["", "乙", "", "", "1", ""],
        ["B", "", "", "", "1", ""],
        ["C", "丙", "不存在的分类", "", "1", ""],
        ["D", "丁", "", "", "1", "0"],
        ["E", "戊", "", "", "1", ""],
        ["e", "己", "", "", "1", ""],
        ["old", "庚", "", "", "1", ""],
    )

    with acting(SYSTEM):
        done = {number: row.done for number, row in rows_of(run).items()}
    assert done == {
        2: "reject", 3: "reject", 4: "reject", 5: "reject", 6: "reject", 7: "create", 8: "reject", 9: "reject",
    }  # fmt: skip
