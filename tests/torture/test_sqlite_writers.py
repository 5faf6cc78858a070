"""Four processes write to one SQLite file. With the engine's recipe nothing is lost and nobody is refused."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.torture.writers import COUNTER

ROOT = Path(__file__).parents[2]
WRITERS, SECONDS = 4, 3

pytestmark = pytest.mark.torture


def written_by_four(file, how):
    """Return (acknowledged, refused, what the counter says)."""
    engine = sa.create_engine(f"sqlite:///{file}", poolclass=sa.NullPool)
    with engine.begin() as connection:
        COUNTER.metadata.create_all(connection)
        connection.execute(COUNTER.insert().values(id=1, n=0))
    if how == "without":  # the switch to the write-ahead log stays in the file: take it back
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
    command = [sys.executable, "-m", "tests.torture.writers", str(file), str(SECONDS), how]
    running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) for _writer in range(WRITERS)]
    said = [json.loads(one.communicate(timeout=60)[0]) for one in running]
    with engine.connect() as connection:
        return (
            sum(one["done"] for one in said),
            sum(one["refused"] for one in said),
            connection.scalar(sa.select(COUNTER.c.n)),
        )


def test_four_writers_lose_nothing_and_nobody_is_refused(tmp_path):
    done, refused, counted = written_by_four(tmp_path / "with.sqlite", "with")
    assert done > 100
    assert (refused, counted) == (0, done)


def test_without_the_recipe_additions_are_lost_or_refused(tmp_path):
    """The guard taken out: this is what the test above would see."""
    done, refused, counted = written_by_four(tmp_path / "without.sqlite", "without")
    assert refused > 0 or counted < done
