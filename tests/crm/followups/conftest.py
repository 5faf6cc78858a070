"""A customer of Lin's and a follow-up of hers, as the tests of the screens need them."""

import pytest
from sqlalchemy import func, select

from app.base.actor import SYSTEM, acting
from app.crm.followups.models import Followup
from app.extensions import db
from tests.crm.followups.steps import PHONE
from tests.factories import a_customer, a_followup


@pytest.fixture
def customer(saved):
    return saved(a_customer, phone=PHONE)


@pytest.fixture
def followup(saved, customer):
    return saved(a_followup, customer=customer, content="谈了价格")


@pytest.fixture
def count(app):
    def ask(model=Followup):
        with app.app_context(), acting(SYSTEM):
            return db.session.scalar(select(func.count(model.id)))

    return ask
