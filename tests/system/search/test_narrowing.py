"""The filter "contains" finds with the index what it found without, and does not read the table for it."""

import json

import pytest

from app.base import filters
from app.base.actor import acting
from app.base.scope import with_deleted
from app.base.screens.listing import Listing, filterable
from app.crm.customers import services
from app.crm.customers.models import Customer
from app.extensions import db
from app.system.search.queries import narrowing
from tests.cast import ANRAN, LIN
from tests.factories import a_customer

NAMES = ("郑州恒信科技有限公司", "洛阳 ABC Trading", "鄭州軟件園", "开封100%纯棉_服饰", "郑州软件园")


@pytest.fixture
def named(saved):
    return {name: saved(a_customer, name=name, legal_person="王小明", owner_id=LIN.id) for name in NAMES}


def found(person, text, field="name", op="contains"):
    asked = {"filter": json.dumps({"all": [{"field": field, "op": op, "value": text}]})}
    with acting(person.actor) as actor:
        listing = Listing(Customer, filterable(Customer), [], asked, actor)
        return sorted(row.name for row in listing.rows), str(listing.filter.sql(Customer, actor))


def plain(person, text, monkeypatch):
    with monkeypatch.context() as without:
        without.setattr(filters, "narrowed", {})
        return found(person, text)[0]


@pytest.mark.parametrize("text", ["恒信", "郑州", "abc t", "ABC", "软件", "軟件", "100%", "%", "_服", "园", "没有"])
def test_a_piece_of_a_name_finds_the_same_with_the_index_as_without(app, named, monkeypatch, text):
    with app.app_context():
        assert found(ANRAN, text)[0] == plain(ANRAN, text, monkeypatch)


def test_a_rare_word_is_looked_up_and_a_frequent_or_single_character_is_not(app, named, monkeypatch):
    with app.app_context():
        assert "search_entry" in found(ANRAN, "恒信")[1]
        assert "search_entry" in found(ANRAN, "王小", field="legal_person")[1]
        assert "search_entry" not in found(ANRAN, "恒")[1]
        assert "search_entry" not in found(ANRAN, "恒信", op="not_contains")[1]
        monkeypatch.setattr(narrowing, "FREQUENT", -1)
        assert "search_entry" not in found(ANRAN, "恒信")[1]


def test_deleted_customers_are_found_where_they_are_looked_for(app, named):
    key = named["郑州恒信科技有限公司"]
    with app.app_context(), acting(ANRAN.actor) as actor:
        services.delete(db.session.get_one(Customer, key), actor=actor)
        assert found(ANRAN, "恒信")[0] == []
        with with_deleted():
            assert found(ANRAN, "恒信")[0] == ["郑州恒信科技有限公司"]
