"""A process that works as people do: it makes customers and changes them through the services, until the time is over.

``python -m tests.torture.house_writers NUMBER SECONDS`` with the settings in the environment. Prints what it was told
was saved, as JSON: the names of new customers, how often the shared one was changed, and every failure.
"""

import json
import sys
import time

from app import create_app
from app.base.actor import acting
from app.base.errors import WrongState
from app.crm.customers import services
from app.crm.customers.models import Customer
from app.extensions import db
from config import Settings
from tests.cast import BY_USERNAME

SHARED = 1  # the customer that all of them change


def main(number: str, seconds: float) -> dict[str, object]:
    app = create_app(Settings.from_environment())
    made, changed, failures, ends = [], 0, [], time.monotonic() + seconds
    with app.app_context(), acting(BY_USERNAME["anran"].actor) as actor:
        while time.monotonic() < ends:
            try:
                name = f"并发客户{number}号第{len(made)}有限公司"
                services.create({"name": name, "phone": f"+86139{number}{len(made):07}"}, actor=actor)
                made.append(name)
                changed += add_one(actor)
            except Exception as error:  # noqa: BLE001 - whatever a clerk would have seen
                failures.append(repr(error)[:300])
            finally:
                db.session.remove()
    return {"made": made, "changed": changed, "failures": failures}


def add_one(actor) -> int:
    """Add one to the number in the notes of the shared customer; tell whether it was this process's turn."""
    customer = db.session.get_one(Customer, SHARED)
    revision = customer.revision
    try:
        services.change(customer, {"notes": str(int(customer.notes or 0) + 1)}, actor=actor, revision=revision)
    except WrongState:  # somebody was faster, and the person is told so
        return 0
    return 1


if __name__ == "__main__":
    number, seconds = sys.argv[1:]
    sys.stdout.write(json.dumps(main(number, float(seconds))))
