"""Processes that add one to a number over and over, through the app's engine or without its recipe.

``python -m tests.torture.writers FILE SECONDS with|without`` prints how many additions were acknowledged and how
many were refused.
"""

import json
import sys
import time

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from app.base import engine as recipe

COUNTER = sa.Table("counter", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Integer))


def open_engine(file: str, *, with_recipe: bool) -> sa.Engine:
    """Return an engine on the file, with the listeners of ``app.base.engine`` or with none of them."""
    if not with_recipe:
        sa.event.remove(sa.Engine, "connect", recipe._on_connect)
        sa.event.remove(sa.Engine, "begin", recipe._on_begin)
    return sa.create_engine(f"sqlite:///{file}", connect_args={"timeout": 10 if with_recipe else 0.2})


def add(engine: sa.Engine, seconds: float) -> dict[str, int]:
    """Read, think, write, commit, until the time is over."""
    done, refused, ends = 0, 0, time.monotonic() + seconds
    while time.monotonic() < ends:
        try:
            with engine.begin() as connection:
                number = connection.scalar(sa.select(COUNTER.c.n))
                time.sleep(0.001)
                connection.execute(sa.update(COUNTER).values(n=number + 1))
            done += 1
        except OperationalError:
            refused += 1
    return {"done": done, "refused": refused}


if __name__ == "__main__":
    file, seconds, how = sys.argv[1:]
    sys.stdout.write(json.dumps(add(open_engine(file, with_recipe=how == "with"), float(seconds))))
