"""Pools and customers of the pool, as the tests of screens and services need them."""

import pytest

from app.base.actor import SYSTEM, acting
from app.crm.pool import services
from app.crm.pool.models import Pool
from app.crm.pool.rules import Terms
from app.extensions import db
from tests.crm.pool.steps import ADDRESS, NOTES, PHONE
from tests.factories import a_pool, a_pool_customer

LUOYANG, ZHENGZHOU = "410300", "410100"
TERMS = Terms(hold_limit=0, claim_per_day=0, cooling_days=0, embargo_hours=0)


@pytest.fixture
def free(saved):
    """A customer of the catch-all pool."""
    return saved(a_pool_customer)


@pytest.fixture
def luoyang(saved):
    """The pool of Luoyang, Lin's and nobody else's."""
    return saved(a_pool, name="洛阳公海", regions=(LUOYANG,), people=("3",))


@pytest.fixture
def hide(app):
    """Let the pool for all the rest hide fields until a customer is claimed."""

    def set_hidden(*names):
        with app.app_context(), acting(SYSTEM):
            pool = db.session.query(Pool).filter_by(is_catch_all=True).one()
            services.change_pool(pool, {"hidden": names}, actor=SYSTEM, revision=None)

    return set_hidden


@pytest.fixture
def secret(saved):
    """A customer of the pool with a phone, and an address and notes that pools may hide."""
    given = {"phone": f"+86{PHONE}", "address": ADDRESS, "notes": NOTES, "level": "key", "email": "boss@secret.cn"}
    return saved(a_pool_customer, name="暗巷商贸有限公司", **given)
