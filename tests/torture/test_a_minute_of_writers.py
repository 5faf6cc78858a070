"""Four processes save through the services on one SQLite file for a minute: no lock error, nothing saved is lost."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.base.actor import SYSTEM, acting
from app.base.history import versions_of
from app.crm.customers.models import Customer, PhoneEntry
from app.extensions import db
from tests.bed.databases import SQLITE, build, environment
from tests.factories import a_customer

pytestmark = [pytest.mark.torture, pytest.mark.one_database]
ROOT = Path(__file__).parents[2]
WRITERS, SECONDS = 4, 60


def written(app):
    """Let them write; return what each was told."""
    settings = app.config["ZHIKE"]
    given = environment(settings)
    command = [sys.executable, "-m", "tests.torture.house_writers"]
    running = [
        subprocess.Popen([*command, str(n), str(SECONDS)], cwd=ROOT, env=os.environ | given, stdout=subprocess.PIPE)
        for n in range(WRITERS)
    ]
    return [json.loads(one.communicate(timeout=SECONDS + 120)[0]) for one in running]


def test_a_minute_of_four_processes_loses_nothing(bed):
    app = build(bed, SQLITE)
    with app.app_context():
        shared = a_customer(notes="0").id
        db.session.remove()
    told = written(app)
    assert [one["failures"] for one in told] == [[]] * WRITERS
    names = {name for one in told for name in one["made"]}
    changed = sum(one["changed"] for one in told)
    assert all(len(one["made"]) > 20 for one in told), "each had its turns"
    with app.app_context(), acting(SYSTEM):
        kept = versions_of(Customer)
        assert set(db.session.scalars(select(Customer.name).where(Customer.id != shared))) == names
        assert db.session.get_one(Customer, shared).notes == str(changed)
        assert db.session.scalar(select(func.count()).where(kept.id == shared)) == changed + 1
        assert db.session.scalar(select(func.count(kept.id)).where(kept.id != shared)) == len(names)
        assert db.session.scalar(select(func.count()).select_from(PhoneEntry)) == len(names) + 1
        db.session.remove()
