"""How long the pages take, and how many statements they ask, on ROWS customers (20,000 if nothing is said).

Makes a SQLite database in a folder of its own and removes it. For PostgreSQL name an empty database:
``BENCH_DATABASE_URL=postgresql://… make bench``; its contents are lost.
"""

import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import event

from app import create_app
from app.base import history
from app.base.actor import SYSTEM, acting
from app.base.transaction import transaction
from app.cli import prepare
from app.crm.customers.models import Customer
from app.extensions import db
from config import Settings
from tests.bed.browsers import signed_in
from tests.cast import ANRAN, LIN, employ

ROUNDS = 20
WORDS = [
    "晨光",
    "华美",
    "宏远",
    "金桥",
    "东方",
    "天成",
    "瑞丰",
    "恒信",
    "中原",
    "嘉禾",
    "百川",
    "思源",
    "卓越",
    "同创",
    "永兴",
]
TRADES = ["商贸", "科技", "餐饮", "物流", "建材", "服饰", "电子", "医药", "教育", "文化"]


def settings(folder: Path) -> Settings:
    url = os.environ.get("BENCH_DATABASE_URL", f"sqlite:///{folder / 'bench.sqlite'}")
    secret = "only for measurements, nobody signs in here"  # noqa: S105 - true
    return Settings(mode="test", data_dir=folder, database_url=url, secret_key=secret).completed()


def customers(rows: int) -> Iterator[dict[str, object]]:
    """Yield companies, the same ones each time; every tenth is Lin's."""
    dice = random.Random(1)
    for number in range(rows):
        yield {
            "kind": "company",
            "name": f"河南{dice.choice(WORDS)}{dice.choice(TRADES)}有限公司{number}",
            "phone": f"+86371{60000000 + number}",
            "owner_id": LIN.id if number % 10 == 0 else ANRAN.id,
            "department_id": LIN.department_id,
            "created_at": history.clock.now(),
            "updated_at": history.clock.now(),
        }


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    seen: list[str] = []
    with app.app_context():
        engine = db.engine

    def hear(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", hear)
    yield seen
    event.remove(engine, "before_cursor_execute", hear)


def measure(app: Flask, username: str, path: str) -> str:
    """Return one line: median and 95th percentile in ms, statements, size."""
    browser, spent = signed_in(app, username), []
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code)  # noqa: PLR2004, S101 - a page that failed is quick
    for _round in range(ROUNDS):
        began = time.perf_counter()
        browser.get(path)
        spent.append((time.perf_counter() - began) * 1000)
    with counted(app) as seen:
        size = len(browser.get(path).data) / 1024
    asked = sum(not statement.startswith("BEGIN") for statement in seen)
    late = statistics.quantiles(spent, n=20)[-1]
    return f"{username:6} {path:58} {statistics.median(spent):8.1f} {late:8.1f} {asked:10} {size:8.0f}"


def main() -> None:
    rows = int(os.environ.get("ROWS", "20000"))
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(settings(Path(folder)))
        with app.app_context(), acting(SYSTEM):
            upgrade()
            prepare()
            employ()
            began = time.perf_counter()
            transaction(lambda: history.insert_versioned(Customer, customers(rows)))()
            print(f"{rows} customers with history in {time.perf_counter() - began:.1f} s")
        print(f"{'who':6} {'page':58} {'median':>8} {'p95 ms':>8} {'statements':>10} {'KiB':>8}")
        for username in ("anran", "lin"):
            for path in ("/", "/customers/", "/customers/?sort=name&page=3", "/customers/?q=晨光", "/customers/1"):
                print(measure(app, username, path))


if __name__ == "__main__":
    main()
