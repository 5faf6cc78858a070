"""How long 10,000 rows of xlsx take from upload to the last row of history, and how much memory: at most 20 s, 250 MB.

On SQLite in a folder of its own, or on ``BENCH_DATABASE_URL`` (an empty database; its contents are lost).
"""

import resource
import tempfile
import time
from pathlib import Path

from flask_migrate import upgrade

from app import create_app
from app.base.actor import SYSTEM, acting
from app.cli import prepare
from benchmarks.pages import settings
from tests.cast import ANRAN, employ
from tests.system.imports.steps import DATA, imported

FILE = DATA / "customers-10k.xlsx"


def main() -> None:
    """Make a database, import the file into it and print one line."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(settings(Path(folder)))
        with app.app_context():
            with acting(SYSTEM):
                upgrade()
                prepare()
                employ()
            before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            begun, spent = time.monotonic(), time.process_time()
            run = imported(FILE, ANRAN)
            seconds, cpu = time.monotonic() - begun, time.process_time() - spent
            count = run.counts["create"]
            more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb) / 1024
    took = f"{seconds:.1f} s ({cpu:.1f} s of CPU), {more:.0f} MB more"
    print(f"import of {count:,} rows: {took} (goal: 20 s, 250 MB)")


if __name__ == "__main__":
    main()
