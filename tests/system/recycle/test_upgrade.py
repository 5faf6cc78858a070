"""What was deleted before there was a recycle bin stands in it after the upgrade, with who did it and when."""

import importlib

import pytest
from sqlalchemy import text

from app.base.actor import SYSTEM, acting
from app.base.recycle import UNSAID
from app.extensions import db
from app.system.recycle.models import BinEntry
from tests.cast import SAM
from tests.system.recycle.steps import a_deleted_contact, a_deleted_customer, entry_of, in_bin

DELETED_BEFORE = importlib.import_module("app.migrations.versions.d28e8e190753_recycle").DELETED_BEFORE


@pytest.mark.usefixtures("in_app")
def test_records_deleted_before_the_upgrade_are_in_the_bin():
    gone = a_deleted_customer(actor=SAM.actor, why=UNSAID)
    a_deleted_contact()
    with acting(SYSTEM):
        at = db.session.get(BinEntry, gone.entry).binned_at
        db.session.execute(text("DELETE FROM recycle_entry"))
        for kind, table in (("customer", "customers_customer"), ("contact", "customers_contact")):
            db.session.execute(text(DELETED_BEFORE.format(kind=kind, table=table)))
        db.session.commit()
        db.session.expire_all()
        entry = db.session.get(BinEntry, entry_of("customer", gone.id))
        assert (entry.binned_by_id, entry.reason, entry.revision) == (SAM.id, None, 1)
        assert abs((entry.binned_at - at).total_seconds()) < 1
    assert in_bin() == ["河南晨光商贸有限公司", "王小明"]
