"""What the tests of the pool's screens share: filters, grants, and runs over many rows."""

import json
import re

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.crm.customers.models import Customer
from app.extensions import db
from app.system.jobs import services as jobs
from app.system.jobs.models import Job
from app.system.security import services as security

PHONE, ADDRESS, NOTES = "13755501234", "暗巷路七号", "只给自己人看"


def one(field, op, value=None):
    return json.dumps({"all": [{"field": field, "op": op} | ({} if value is None else {"value": value})]})


def give(app, role, *rights):
    with app.app_context(), acting(SYSTEM):
        found = db.session.scalars(select(Role).where(Role.name == role)).one()
        for right in rights:
            security.grant(found, right, actor=SYSTEM)
        db.session.commit()


def owner_of(read, key):
    return read(Customer, key).owner_id


def bulk(browser, base="/pool", **form):
    return browser.post(f"{base}/bulk", data={"scope": "selected", "filter": ""} | form)


def yes(browser, page, base="/pool", **form):
    asked = re.search(r'name="asked" value="([^"]+)"', page.text)[1]
    return browser.post(f"{base}/bulk/run", data={"asked": asked} | form)


def worked(app):
    """Do what waits, as a worker does."""
    with app.app_context(), acting(SYSTEM):
        for job_id in db.session.scalars(select(Job.id).where(Job.state == "waiting")).all():
            jobs.work(job_id, lease_seconds=60)
