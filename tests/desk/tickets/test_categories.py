"""Categories stand below one another: named by their path, found and led by what stands above them."""

import json
from urllib.parse import quote

import pytest

from app.base.actor import SYSTEM, acting
from app.base.choices import Item, Values, _walked
from app.base.errors import InvalidFields
from app.desk.tickets.models import Route
from app.desk.tickets.queries import route_for
from app.extensions import db
from app.system.dictionary.models import Dictionary, DictionaryValue
from app.system.dictionary.services import add_value, change_value
from tests.factories import a_queue, a_ticket

WORDS = ("label_zh_hans", "label_zh_hant", "label_en")


def a_category(code, name, *, below):
    with acting(SYSTEM):
        values = {"code": code, "parent_code": below, "color": "gray", "position": 0, **dict.fromkeys(WORDS, name)}
        return add_value(db.session.get_one(Dictionary, "ticket_category"), values, actor=SYSTEM)


def a_route(queue, **given):
    with acting(SYSTEM):
        db.session.add(Route(queue_id=queue.id, needs=[], **given))
        db.session.commit()


@pytest.fixture
def voucher(app):
    """Tickets of a category, of one below it, and of another; their ids."""
    with app.app_context():
        a_category("voucher", "凭证录入", below="usage")
        return [a_ticket(category=one, title=f"问题{one}").id for one in ("usage", "voucher", "data")]


def test_a_category_finds_what_stands_below_it_and_is_named_by_its_path(as_user, as_program, voucher):
    lin, (usage, below, other) = as_user("lin", language="zh_Hans"), voucher
    wish = {"all": [{"field": "category", "op": "is", "value": "usage"}]}
    found = lin.get(f"/tickets/?filter={quote(json.dumps(wish))}").text
    assert [f'/tickets/{key}"' in found for key in (usage, below, other)] == [True, True, False]
    wish["all"][0]["op"] = "not_is"
    found = lin.get(f"/tickets/?filter={quote(json.dumps(wish))}").text
    assert [f'/tickets/{key}"' in found for key in (usage, below, other)] == [False, False, True]
    for page in (
        lin.get(f"/tickets/{below}").text,
        lin.get("/tickets/new").text,
        lin.get(f"/tickets/{below}/edit").text,
    ):
        assert "操作使用 / 凭证录入" in page
    assert lin.get("/tickets/new").text.count('value="voucher"') == 1
    assert as_program("lin").get(f"/api/v1/tickets/{below}").json["result"]["category"] == "voucher"


def test_a_route_of_a_category_holds_below_it_until_there_is_a_nearer_one(in_app):
    a_category("voucher", "凭证录入", below="usage")
    first, second, third = (a_queue(name=name) for name in ("一队", "二队", "三队"))
    a_route(first, type="after_sales")
    assert route_for("after_sales", "voucher").queue_id == first.id
    a_route(second, category="usage", type="after_sales")
    assert route_for("after_sales", "voucher").queue_id == second.id
    a_route(third, category="voucher")
    assert route_for("after_sales", "voucher").queue_id == third.id
    assert route_for("after_sales", "usage").queue_id == second.id
    assert route_for("after_sales", "data").queue_id == first.id


def test_a_category_stands_below_another_there_is_and_never_below_itself(in_app):
    with pytest.raises(InvalidFields):
        a_category("voucher", "凭证录入", below="nothing")
    below = a_category("voucher", "凭证录入", below="usage")
    with acting(SYSTEM):
        top = db.session.query(DictionaryValue).filter_by(dictionary_code="ticket_category", code="usage").one()
        with pytest.raises(InvalidFields):
            change_value(top, {"parent_code": "voucher"}, actor=SYSTEM, revision=None)
        change_value(below, {"parent_code": None}, actor=SYSTEM, revision=None)
        assert below.parent_code is None


def test_the_screen_asks_for_what_stands_above_where_that_means_something(as_user):
    anran = as_user("anran")
    assert 'name="parent_code"' in anran.get("/dictionary-values/new?dictionary=ticket_category").text
    assert 'name="parent_code"' not in anran.get("/dictionary-values/new?dictionary=customer_level").text


def test_items_follow_what_stands_above_them_and_a_ring_loses_none():
    ring = (Item("d", "丁", parent="e"), Item("e", "戊", parent="d"))
    items = (Item("c", "丙", parent="b"), Item("b", "乙", parent="a"), Item("x", "外"), Item("a", "甲"), *ring)
    found = [one.label for one in _walked(Values(items))]
    assert found == ["外", "甲", "甲 / 乙", "甲 / 乙 / 丙", "丁", "戊"]
