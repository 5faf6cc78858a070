"""What tests of search share: looking for words as somebody, and the three plans by which search may go."""

import pytest

from app.base.actor import acting
from app.system.search import queries
from app.system.search.queries import finding

#: So small that every test's few rows are many: (FEW, FREQUENT, FIRST, WINDOWS, OWN).
PLANS = {
    "few proposals": {},
    "rank by rank": {"FEW": 1, "FIRST": 2, "LARGEST": 5},
    "the newest one after the other": {"FREQUENT": -1, "WINDOWS": (3, 30, 60), "OWN": 0},
    "the newest, then the index": {"FREQUENT": -1, "WINDOWS": (3,), "OWN": 0, "FIRST": 2},
    "all in scope": {"FREQUENT": -1, "WINDOWS": (3,), "OWN": 500},
}


@pytest.fixture(params=PLANS)
def plan(request):
    """Make search go by each of its plans in turn."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in PLANS[request.param].items():
            patch.setattr(finding, name, value)
        yield request.param


@pytest.fixture
def found(in_app):
    """Return what somebody finds, as ids: ``found(LIN, "郑州")``."""

    def look(person, words, *, kind="customer", limit=50, after=""):
        actor = getattr(person, "actor", person)
        with acting(actor):
            return [hit.id for hit in queries.find(kind, words, actor=actor, limit=limit, after=after)]

    return look
