"""How quick search is on ROWS customers of realistic names (200,000 if nothing is said), for three people.

On SQLite in a folder of its own, or on ``BENCH_DATABASE_URL`` (an empty database; its contents are lost).
Beside each figure stands that of the plain ``LIKE '%words%'`` on the name, newest first, for the same page.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flask_migrate import upgrade
from sqlalchemy import select

from app import create_app
from app.base import clock, history
from app.base.actor import SYSTEM, acting
from app.base.chinese import to_traditional
from app.base.transaction import transaction
from app.cli import prepare
from app.crm.customers.models import Customer
from app.demo.companies import Maker
from app.extensions import db
from app.system.search import queries, services
from app.system.search.queries import finding
from benchmarks.pages import settings
from tests.cast import ANRAN, GUO, LIN, SAM, employ

ROUNDS, BATCH = 9, 5000
#: Besides a rare name: common words, one character, initials, parts of a number, common pieces that never meet.
WORDS = ["郑州", "有限公司", "河", "z", "zzkh", "zzkhrmy", "5551", "没有的", "司限", "科技 王"]
OWN = 400  # customers of Lin's; a third of the others are of Sam's department


def rows(count: int) -> list[dict[str, object]]:
    maker = Maker(1)
    found = []
    for place, row in enumerate(maker.companies(count)):
        owner = LIN if place % (count // OWN) == 0 else GUO if place % 3 == 0 else ANRAN
        row |= {"owner_id": owner.id, "department_id": owner.department_id, "credit_code": None}
        found.append(row | {"created_at": clock.now(), "updated_at": clock.now()})
    return found


def timed(work: Callable[[], object]) -> float:
    spent = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        work()
        spent.append((time.perf_counter() - began) * 1000)
    return statistics.median(spent)


def fill(count: int) -> None:
    made = rows(count)
    rare = str(made[count // 3]["name"])[:6]
    WORDS[:0] = [rare, to_traditional(rare)]
    began = time.perf_counter()
    for start in range(0, count, BATCH):
        part = made[start : start + BATCH]
        transaction(lambda part=part: history.insert_versioned(Customer, part))()
    print(f"{count:,} customers with history and index: {time.perf_counter() - began:.1f} s")
    for name, work in {
        "rebuild": services.rebuild,
        "count tokens": services.count_tokens,
        "check": services.check,
    }.items():
        began = time.perf_counter()
        print(f"{name}: {work()} in {time.perf_counter() - began:.1f} s")


def like(words: str) -> object:
    found = select(Customer.id).where(Customer.name.contains(words, autoescape=True))
    return db.session.scalars(found.order_by(Customer.updated_at.desc(), Customer.id.desc()).limit(8)).all()


def measure() -> None:
    people = (ANRAN, SAM, LIN)
    finding.FREQUENT = int(os.environ.get("FREQUENT", finding.FREQUENT))
    print(f"{'words':10} {'hits':>5}" + "".join(f"{one.username:>9} {'LIKE':>8}" for one in people) + "  (ms)")
    for words in WORDS:
        line, hits = "", 0
        for person in people:
            actor = person.actor
            with acting(actor):
                ask = lambda: queries.find("customer", words, actor=actor, limit=8)  # noqa: B023, E731 - asked at once
                hits = max(hits, len(ask()))
                line += f"{timed(ask):9.1f} {timed(lambda: like(words)):8.1f}"  # noqa: B023 - asked at once
                db.session.rollback()
        print(f"{words:10} {hits:5}{line}")


def main() -> None:
    """Make a database of that many customers and print a line for each of the words."""
    count = int(os.environ.get("ROWS", "200000"))
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(settings(Path(folder)))
        with app.app_context(), acting(SYSTEM):
            upgrade()
            prepare()
            employ()
            fill(count)
            measure()


if __name__ == "__main__":
    main()
