"""What the tests of duplicates share: the customer that is entered twice, and how it is asked about."""

from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.crm.customers.models import Customer
from app.extensions import db
from app.system.logs.models import Entry

NAME, CODE = "河南安然科技有限公司", "91350000NFEU9W2E97"
NUMBER, OTHER = "+8613800138000", "+8613800138111"


def asked(browser, **typed):
    return browser.get("/customers/alike", query_string=typed)


def looked_up(app):
    with app.app_context(), acting(SYSTEM):
        found = db.session.scalars(select(Entry).where(Entry.kind == "looked_up").order_by(Entry.id))
        return [(one.person_id, one.title) for one in found]


def all_named(app, name):
    with app.app_context(), acting(SYSTEM):
        return list(db.session.scalars(select(Customer.id).where(Customer.name == name).order_by(Customer.id)))
