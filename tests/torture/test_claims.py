"""Twenty agents claim the same five customers, again and again: every time five win, and nobody holds too many."""

from dataclasses import replace

import pytest

from tests.bed.torture import times
from tests.crm.pool.races import FREE, agents, claim_at_once, free_again, free_customers, held, open_spells

pytestmark = pytest.mark.torture
ROUNDS, AGENTS, CUSTOMERS = times(50, full=200), 20, 5


def test_twenty_who_claim_five_customers_get_five_between_them(app):
    ids, people = free_customers(app, CUSTOMERS), agents(app, AGENTS)
    for number in range(ROUNDS):
        got = claim_at_once(app, people, ids, replace(FREE, hold_limit=2, claim_per_day=2))

        taken = sorted(key for _person, keys in got for key in keys)
        assert taken == ids, f"round {number}"
        assert max(len(keys) for _person, keys in got) <= 2
        assert held(app).get(None) is None
        assert open_spells(app) == CUSTOMERS
        free_again(app, ids)
