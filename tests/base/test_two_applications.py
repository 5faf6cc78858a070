"""A process may hold two applications (the tests do): what modules register must not pile up."""

from dataclasses import dataclass

from app.base import transaction as base
from app.base.screens import frame
from app.base.transaction import announce, listen, transaction


@dataclass(frozen=True)
class Rang:
    number: int


def test_a_listener_named_twice_hears_a_fact_once(in_app, monkeypatch):
    monkeypatch.setattr(base, "_listeners", type(base._listeners)(list))
    heard = []
    listen(Rang, heard.append)
    listen(Rang, heard.append)
    transaction(lambda: announce(Rang(7)))()
    assert heard == [Rang(7)]


def test_the_new_button_offers_each_thing_once(as_user, monkeypatch):
    lin = as_user("lin")
    before = lin.get("/").text.count('href="/customers/new"')
    monkeypatch.setattr(frame, "quick_adds", [*frame.quick_adds, *frame.quick_adds])
    assert lin.get("/").text.count('href="/customers/new"') == before > 0
