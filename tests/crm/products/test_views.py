"""The screens of products: each button at its gates, what is offered, REST."""

import pytest

from app.base import recycle
from app.crm.products.models import Product
from tests.factories import a_product

FORM = {"code": "CW-09", "name": "进销存", "price": "5800", "term_months": "12", "revision": "1"}
BUTTONS = ["new", "{id}/edit", "{id}/delete", "{id}/retire", "{id}/revive", "{id}/restore", "{id}/history/take-back"]


@pytest.fixture
def product(saved):
    return saved(a_product)


@pytest.mark.parametrize("address", BUTTONS)
@pytest.mark.parametrize("username", ["bai", "lin", "xu"])
def test_no_button_for_who_lacks_the_permission(as_user, product, read, username, address):
    answer = as_user(username).post(f"/products/{address}".format(id=product), data=FORM)
    assert answer.status_code == 403
    assert (read(Product, product).revision, read(Product, product).name) == (1, "财务软件标准版")


@pytest.mark.parametrize("address", ["", "{id}", "{id}/history", "export", "{id}/edit"])
def test_no_screen_for_who_may_not_read(as_user, product, address):
    assert as_user("bai").get(f"/products/{address}".format(id=product)).status_code == 403


@pytest.mark.parametrize("address", ["{id}", "{id}/edit", "{id}/delete", "{id}/history"])
@pytest.mark.parametrize("key", ["999", "x", "99999999999", "-1"])
def test_what_is_not_there_is_not_found(as_user, key, address):
    assert as_user("anran").get(f"/products/{address}".format(id=key)).status_code == 404


@pytest.mark.parametrize("username", ["lin", "xu", "ji", "dai"])
def test_all_who_serve_customers_read_and_are_offered_nothing_more(as_user, product, username):
    page = as_user(username).get("/products/")
    assert page.status_code == 200
    assert "财务软件标准版" in page.text
    assert "/edit" not in page.text
    assert "/retire" not in page.text


def test_finance_enters_a_product_and_retires_it(as_user, read):
    qian = as_user("qian")
    answer = qian.post("/products/new", data=FORM)
    assert answer.status_code == 302, answer.text
    key = int(answer.location.rsplit("/", 1)[1])

    assert qian.post(f"/products/{key}/retire").status_code == 302

    assert not read(Product, key).is_active
    assert "Retired" in qian.get(f"/products/{key}").text
    assert f"/products/{key}/revive" in qian.get("/products/").text
    assert read(Product, key).term_months == 12


def test_a_code_in_use_is_told_at_the_field_and_what_was_typed_stays(as_user, product):
    answer = as_user("qian").post("/products/new", data=FORM | {"code": "cw-01"})
    assert answer.status_code == 422
    assert "Another product has this code already." in answer.text
    assert "进销存" in answer.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"price": "-1"},
        {"price": "many"},
        {"price": "1e30"},
        {"term_months": "0"},
        {"term_months": "x"},
        {"name": ""},
        {"code": "x" * 99},
        {"category": "nothing"},
    ],
)
def test_what_cannot_be_meant_is_refused_not_an_error(as_user, wrong):
    assert as_user("qian").post("/products/new", data=FORM | wrong).status_code == 422


def test_one_that_is_in_use_stays_and_the_person_is_told_what_to_do(as_user, product, read):
    recycle.forbid("product", "test", lambda ids: dict.fromkeys(ids, "Deals name it."))
    try:
        qian = as_user("qian")
        given = {"reason": "mistake", "words": "x"}
        answer = qian.post(f"/products/{product}/delete", data=given, follow_redirects=True)
    finally:
        recycle.forbid("product", "test", lambda _ids: {})
    assert "Retire it instead" in answer.text
    assert read(Product, product).deleted_at is None


def test_products_are_found_by_search(as_user, product):
    assert f"/products/{product}" in as_user("lin").get("/search/?q=财务软件").text
    assert f"/products/{product}" in as_user("lin").get("/search/?q=CW-01").text


def test_only_who_may_import_is_offered_it(as_user, product):
    assert "/imports/products/" in as_user("qian").get("/products/").text
    assert as_user("qian").get("/imports/products/").status_code == 200
    assert as_user("qian").get("/imports/products/template/products.xlsx").status_code == 200
    assert as_user("lin").get("/imports/products/").status_code == 403


def test_a_program_reads_and_writes_what_its_person_may(as_program, product):
    url = "/api/v1/products/"
    assert as_program("lin").get(f"{url}{product}").json["result"]["price"] == "3980.00"
    assert as_program("lin").post(url, json={"code": "A", "name": "甲"}).status_code == 403
    made = as_program("qian").post(url, json={"code": "A", "name": "甲", "price": "12.50"})
    assert made.status_code == 201, made.text
    key = made.json["result"]["id"]
    changed = as_program("qian").put(f"{url}{key}", json={"revision": 1, "price": "13"})
    assert changed.json["result"]["price"] == "13.00"
    assert as_program("qian").post(url, json={"code": "A", "name": "乙"}).status_code == 422
    assert as_program("qian").post(url, json={"code": "B", "is_active": False}).status_code == 422
    assert as_program("qian").delete(f"{url}{key}").status_code == 204
