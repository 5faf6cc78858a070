"""Work that no page does while one waits: changes of thousands, files in and out. Each in a process of its own.

``python -m benchmarks.work bulk|import|export|raw_import|raw_export …`` does one and prints a line of JSON.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks import bulk as many
from benchmarks import rows as made
from benchmarks.client import MOVED, Client
from benchmarks.making import SECRET, Found

TICKED, MATCHING, FILE_ROWS = 1000, 50_000, 100_000
EXPORTED = "name kind credit_code level status industry region address registered_on phone legal_person source".split()
EXPORTED += ["notes", "owner_id", "department_id", "created_at", "updated_at"]


def alone(what: str, url: str, folder: Path, *more: str) -> dict[str, Any]:
    """Do one piece of work in a process of its own; return what it printed, with its peak of memory."""
    given = {"MODE": "demo", "DATABASE_URL": url, "DATA_DIR": str(folder), "SECRET_KEY": SECRET}
    words = [sys.executable, "-m", "benchmarks.work", what, *more]
    done = subprocess.run(words, env={**os.environ, **given}, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def told(name: str, found: dict[str, Any]) -> dict[str, Any]:
    """Print one result, and return it."""
    cpu = f"{found['cpu_seconds']:8.1f} s cpu" if "cpu_seconds" in found else ""
    print(f"{name:52} {found['seconds']:8.1f} s {found['mb']:7.0f} MB {cpu}", flush=True)
    return found


def bulk(folder: Path, url: str, plain: Client, found: Found) -> dict[str, Any]:
    """Assign ticked and matching rows to two people, with history: raw SQL, plain, the product; and take it back."""
    result = {}
    matching = min(MATCHING, found.count)
    for count in (min(TICKED, found.count), matching):
        for how in ("bare", "whole"):
            spent = alone("raw_bulk", url, folder, str(count), how)
            result[f"raw {how} {count}"] = told(f"{count:,} rows changed with history, raw SQL, {how}", spent)
        for name, one in alone("bulk", url, folder, str(count)).items():
            result[f"{name} {count}"] = told(f"{count:,} rows {name}, the product", one)
    ticked = [("rowid", str(key)) for key in range(1, min(TICKED, found.count) + 1)]
    began = time.perf_counter()
    answer = plain.post("/companies/action_post", [("action", "assign"), *ticked])
    assert answer.status in MOVED, answer.status  # noqa: S101 - nothing was changed
    spent = {"seconds": time.perf_counter() - began, "mb": 0}
    result["plain 1000"] = told(f"{len(ticked):,} rows changed without history, plain Flask-AppBuilder", spent)
    return result


def files(folder: Path, ours: str, found: Found) -> dict[str, Any]:
    """Bring a file of 100,000 rows in, and write one."""
    count, file = min(FILE_ROWS, found.count), folder / "import.xlsx"
    alone("write_file", ours, folder, str(file), str(count))
    out = str(folder / "export.xlsx")
    return {
        "raw import": told(
            f"{count:,} rows of xlsx read and copied, raw", alone("raw_import", ours, folder, str(file))
        ),
        "import": told(f"{count:,} rows of xlsx imported, the product", alone("import", ours, folder, str(file))),
        "raw export": told(f"{count:,} rows × 17 to xlsx, raw", alone("raw_export", ours, folder, out, str(count))),
        "export": told(f"{count:,} rows to xlsx, the product", alone("export", ours, folder, out, str(count))),
    }


# ── inside the process ──


def timed(do: Callable[[], Any]) -> dict[str, Any]:
    """Return how long it took, and the peak of memory of this process so far."""
    began, cpu = time.perf_counter(), time.process_time()
    said = do()
    spent = {"seconds": time.perf_counter() - began, "cpu_seconds": time.process_time() - cpu}
    return spent | {"mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "said": str(said)}


def in_app(do: Callable[[Any], Any]) -> Any:
    """Do something in the product's application, as its administrator."""
    from app import create_app
    from app.base.actor import acting
    from config import Settings
    from tests.cast import ANRAN

    app = create_app(Settings.from_environment())
    with app.app_context(), acting(ANRAN.actor) as actor:
        return do((app, actor))


def do_bulk(count: str) -> dict[str, Any]:
    """Assign so many customers to two people evenly, and take the run back."""
    return dict(in_app(lambda application: many.given(int(count), application, timed)))


def do_raw_bulk(count: str, how: str) -> dict[str, Any]:
    """Do the same in SQL: ``bare`` with history nobody could ask, ``whole`` as it is kept."""
    return many.raw(int(count), whole=how == "whole")


def do_write_file(file: str, count: str) -> dict[str, Any]:
    """Write a workbook as a customer would send it: new companies."""
    from app.base.tabular.cells import Column
    from app.base.tabular.plain import write_plain

    headings = ["单位名称", "统一社会信用代码", "地址", "成立日期", "电话", "法定代表人", "备注"]
    names = ["name", "credit_code", "address", "registered_on", "legal_phone", "legal_person", "notes"]

    def each() -> Any:
        for number, row in enumerate(made.customers(int(count))):
            fresh = row | {"name": f"{row['name'][:-4]}{number}分公司", "credit_code": None}
            yield [fresh.get(name) if name != "registered_on" else str(fresh[name]) for name in names]

    with Path(file).open("wb") as stream:
        return timed(lambda: write_plain(stream, [Column(heading, "code") for heading in headings], each()))


def do_import(file: str) -> dict[str, Any]:
    """Do what ``flask customers import`` does."""
    from app.system.imports import services

    def bring(given: Any) -> Any:
        _app, actor = given
        path = Path(file)
        about = {"file_name": path.name, "kind": "customers", "template": "company"}
        run = services.upload(path, actor=actor, in_browser=False, **about)
        services.check(run, [column["field"] for column in run.columns], actor=actor)
        services.choose(run, defaults={}, rows={}, words=[], actor=actor)
        services.import_run(run, actor=actor)
        return run.counts

    return timed(lambda: in_app(bring))


def do_raw_import(file: str) -> dict[str, Any]:
    """Read the same workbook and COPY its cells into a table."""
    from python_calamine import CalamineWorkbook

    def copy() -> int:
        engine = sa.create_engine(os.environ["DATABASE_URL"], poolclass=sa.NullPool)
        raw = engine.raw_connection()
        cursor = raw.cursor()
        cursor.execute("CREATE TEMP TABLE brought (a text, b text, c text, d text, e text, f text, g text)")
        found = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python(skip_empty_area=False)
        with cursor.copy("COPY brought FROM STDIN") as target:
            for row in found[1:]:
                target.write_row([str(cell) for cell in row])
        raw.commit()
        return len(found)

    return timed(copy)


def do_export(file: str, count: str) -> dict[str, Any]:
    """Do what ``flask customers export`` does."""
    from app.base.screens import exports
    from app.crm.customers.views import CustomerView

    before = (made.BEGUN + timedelta(seconds=30 * int(count))).date().isoformat()
    asked = {
        "filter": json.dumps({"all": [{"field": "created_at", "op": "before", "value": before}]}),
        "format": "xlsx",
    }

    def write(given: Any) -> int:
        _app, actor = given
        listing, specs = CustomerView.exported(asked, actor=actor)
        with Path(file).open("wb") as stream:
            about = {"name": "Measured", "what": "CustomerView", "asked": asked, "file_format": "xlsx"}
            return exports.write(stream, exports.columns_of(specs), exports.Rows(listing, specs), **about)

    return timed(lambda: in_app(write))


def do_raw_export(file: str, count: str) -> dict[str, Any]:
    """Write seventeen columns from a server-side cursor with xlsxwriter in constant memory."""
    import xlsxwriter

    def write() -> int:
        engine = sa.create_engine(os.environ["DATABASE_URL"], poolclass=sa.NullPool)
        book = xlsxwriter.Workbook(file, {"constant_memory": True})
        sheet, number = book.add_worksheet(), 0
        asked = sa.text(f"SELECT {', '.join(EXPORTED)} FROM customers_customer WHERE id <= :count ORDER BY id")
        with engine.connect() as connection:
            for row in connection.execution_options(yield_per=2000).execute(asked, {"count": int(count)}):
                for column, value in enumerate(row):
                    sheet.write(number, column, str(value) if hasattr(value, "year") else value)
                number += 1
        book.close()
        return number

    return timed(write)


WORK: dict[str, Callable[..., dict[str, Any]]] = {
    "bulk": do_bulk,
    "raw_bulk": do_raw_bulk,
    "write_file": do_write_file,
    "import": do_import,
    "raw_import": do_raw_import,
    "export": do_export,
    "raw_export": do_raw_export,
}

if __name__ == "__main__":
    print(json.dumps(WORK[sys.argv[1]](*sys.argv[2:])))
