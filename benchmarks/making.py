"""Making the databases: the product's through its own set-based functions, the plain one by COPY."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import sqlalchemy as sa

from benchmarks import rows as made
from tests.cast import PEOPLE

SECRET = "only for measurements, nobody else signs in here"  # noqa: S105 - true
RARE_AT_MOST = 50


@dataclass
class Found:
    """Words and rows to ask for. ``rare`` and ``common``: two characters that few and many names hold."""

    count: int
    rare: str
    common: str
    one: int


def databases(folder: Path, url: str, count: int) -> Found:
    """Make both databases if they are not there; return what to ask for."""
    kept = folder / f"found-{count}.json"
    if not kept.exists():
        for name in (f"ours_{count}", f"plain_{count}"):
            _command(url, f"CREATE DATABASE {name}")
        began = time.perf_counter()
        _in_process("ours", url.format(name=f"ours_{count}"), folder, count)
        print(f"{count:,} customers with history, phones and index: {time.perf_counter() - began:.0f} s", flush=True)
        _fill_plain(url.format(name=f"plain_{count}"), count)
        kept.write_text(json.dumps(asdict(_look(count))))
    return Found(**json.loads(kept.read_text()))


def _command(url: str, statement: str) -> None:
    engine = sa.create_engine(url.format(name="postgres"), poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)


def _in_process(what: str, url: str, folder: Path, count: int) -> None:
    run_in([sys.executable, "-m", "benchmarks.making", what, str(count)], url, folder)


def run_in(words: list[str], url: str, folder: Path) -> None:
    """Run a command for which the product's database is ``url``."""
    given = {"MODE": "demo", "DATABASE_URL": url, "DATA_DIR": str(folder), "SECRET_KEY": SECRET}
    subprocess.run(words, env={**os.environ, **given}, check=True)


def _look(count: int) -> Found:
    """Return what to ask for: pairs of characters are counted in every name."""
    seen: Counter[str] = Counter()
    for row in made.customers(count):
        seen.update({row["name"][place : place + 2] for place in range(len(row["name"]) - 1)})
    common = max((pair for pair in seen if pair in "商贸 科技 物流 餐饮"), key=seen.__getitem__)
    rare = min(pair for pair, times in seen.items() if 3 <= times <= max(RARE_AT_MOST, min(seen.values())))  # noqa: PLR2004
    return Found(count, rare, common, count // 2)


def _fill_plain(url: str, count: int) -> None:
    """Make the plain application's tables by starting it once, and copy the same rows into them."""
    os.environ["BENCH_PLAIN_URL"] = url
    code = "from benchmarks.plain import create; create()"
    subprocess.run([sys.executable, "-c", code], check=True)
    raw = sa.create_engine(url, poolclass=sa.NullPool).raw_connection()
    cursor = raw.cursor()
    people = [(person.id, person.name) for person in PEOPLE]
    cursor.executemany("INSERT INTO owner (id, name) VALUES (%s, %s)", people)
    columns = ", ".join(made.COLUMNS)
    with cursor.copy(f"COPY company ({columns}) FROM STDIN") as copy:
        for row in made.customers(count):
            copy.write_row([row.get(column) for column in made.COLUMNS])
    raw.commit()
    cursor.execute("ANALYZE")
    raw.commit()
    raw.close()


def fill_ours(count: int) -> None:
    """Set the product up, employ the cast, and bring the customers in."""
    from flask_migrate import upgrade

    from app import create_app
    from app.base.actor import SYSTEM, acting
    from app.base.history import insert_versioned
    from app.base.transaction import transaction
    from app.cli import prepare
    from app.crm.customers.models import Customer
    from app.crm.customers.services import phones
    from app.extensions import db
    from app.system.search import services as search
    from config import Settings
    from tests.cast import employ

    @transaction
    def bring_in(part: list[dict[str, object]]) -> None:
        phones.index_new(insert_versioned(Customer, part))

    app = create_app(Settings.from_environment())
    with app.app_context(), acting(SYSTEM):
        upgrade()
        prepare()
        employ()
        for part in made.batches(count):
            bring_in(part)
        search.count_tokens()
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


if __name__ == "__main__":
    fill_ours(int(sys.argv[2]))
