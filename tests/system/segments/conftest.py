"""Whose customers the segments find, and how one is kept."""

import pytest

from tests.cast import EVE, LIN, MEI
from tests.factories import a_customer
from tests.system.segments.steps import kept


@pytest.fixture
def houses(app):
    """Lin and Mei have a customer of level b each, Eve one, and Lin one of level c; their ids by name."""
    rows = (("甲家", LIN, "b"), ("乙家", MEI, "b"), ("丙家", EVE, "b"), ("丁家", LIN, "c"))
    with app.app_context():
        made = {name: a_customer(name=name, owner=who.id, level=level) for name, who, level in rows}
        return {name: one.id for name, one in made.items()}


@pytest.fixture
def make(app):
    def save(*given, **more):
        with app.app_context():
            return kept(*given, **more)

    return save
