"""Plain Flask-AppBuilder, raw SQL and the product in turn, in one run, on the same ROWS customers (100,000).

``make bench``. See README.md beside this file. BENCH_DIR names a folder in which the databases are kept for the next
run; without it everything is thrown away at the end.
"""

import json
import os
import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote

from benchmarks import making, plain, work
from benchmarks.client import MOVED, Answer, form_of, load
from benchmarks.servers import Server, children, cpu_ms, server
from tests.bed import servers as beds
from tests.cast import PASSWORD

ROUNDS, WARM_UP = int(os.environ.get("ROUNDS", "15")), 3
SECRET = "only for measurements, nobody else signs in here"  # noqa: S105 - true
POSTGRES = {"shared_buffers": "1GB", "work_mem": "16MB", "maintenance_work_mem": "512MB", "max_wal_size": "8GB"}
PLAIN, RAW, OURS = "plain", "raw", "ours"
OK = 200


@dataclass
class Figure:
    """The median answer of one application to one question. ``cpu_ms``: of its processes and of PostgreSQL's."""

    ms: float
    cpu_ms: float
    statements: int
    kib: float


Ask = Callable[[Server], Answer]
Table = dict[str, dict[str, Figure]]


def filtered(*conditions: tuple[str, str, object]) -> str:
    """Return the address of the product's list with a filter."""
    nodes = [{"field": name, "op": op} | ({"value": value} if value else {}) for name, op, value in conditions]
    return "/customers/?filter=" + quote(json.dumps({"all": nodes}))


def get(paths: Mapping[str, str]) -> Ask:
    return lambda one: one.client.get(paths[one.name])


def questions(found: making.Found) -> dict[str, Ask]:
    """Return what is asked of all three, by the name of its row."""
    last = found.count // 25 - 1
    rare, common = quote(found.rare), quote(found.common)
    contains = "/companies/list/?_flt_2_name="
    five = [("region", "is", "410300"), ("level", "is", "a"), ("industry", "not_is", "food")]
    five += [("owner", "empty", ""), ("legal_person", "starts", "王")]
    plain_five = "_flt_3_region=410300&_flt_3_level=a&_flt_1_industry=food&_flt_0_legal_person=" + quote("王")
    return {
        "first list page": get({OURS: "/customers/", PLAIN: "/companies/list/", RAW: "/list"}),
        f"page {last:,}": get(
            {
                OURS: f"/customers/?row={last * 25}",
                PLAIN: f"/companies/list/?page_CompanyView={last}",
                RAW: f"/page/{last * 25}",
            }
        ),
        f"name contains {found.common}, common": get(
            {
                OURS: filtered(("name", "contains", found.common)),
                PLAIN: contains + common,
                RAW: f"/contains/{common}?common=1",
            }
        ),
        f"name contains {found.rare}, rare": get(
            {OURS: filtered(("name", "contains", found.rare)), PLAIN: contains + rare, RAW: f"/contains/{rare}"}
        ),
        "five conditions, one negated, unassigned": get(
            {OURS: filtered(*five), PLAIN: f"/companies/list/?{plain_five}&_flt_0_owner=", RAW: "/five"}
        ),
        "sorted by another column": get(
            {
                OURS: "/customers/?sort=name",
                RAW: "/sorted",
                PLAIN: "/companies/list/?_oc_CompanyView=name&_od_CompanyView=asc",
            }
        ),
        "one customer, everything about it": get(
            {OURS: f"/customers/{found.one}", PLAIN: f"/companies/show/{found.one}", RAW: f"/show/{found.one}"}
        ),
        "quick search (ours) against the same filter": get(
            {OURS: f"/search/quick?q={rare}", PLAIN: contains + rare, RAW: f"/contains/{rare}"}
        ),
        "save an edit": saving(found.one),
    }


def saving(key: int) -> Ask:
    """Return the question that sends a form back with other notes in it; the form is fetched untimed."""
    pages = {OURS: f"/customers/{key}/edit", PLAIN: f"/companies/edit/{key}"}

    def save(one: Server) -> Answer:
        notes = f"measured {time.perf_counter_ns()}"
        if one.name == RAW:
            return one.client.post(f"/save/{key}", {"notes": notes})
        form = form_of(one.client.get(pages[one.name]).body, "notes")
        answer = one.client.post(form.action or pages[one.name], form.found | {"notes": notes})
        assert answer.status in MOVED, (one.name, answer.status, answer.body[:2000])  # noqa: S101 - nothing was saved
        return answer

    return save


class Bench:
    """The three servers and the PostgreSQL they share."""

    def __init__(self, servers: Mapping[str, Server], postmaster: int) -> None:
        self.servers, self.postmaster = servers, postmaster

    def cpu(self, one: Server) -> float:
        return cpu_ms(one.pids()) + cpu_ms(children(self.postmaster))

    def compare(self, ask: Ask) -> dict[str, Figure]:
        """Ask all three in turn, round after round, and return the medians."""
        seen: dict[str, list[tuple[Answer, float]]] = {name: [] for name in self.servers}
        for number in range(WARM_UP + ROUNDS):
            for name, one in self.servers.items():
                before = self.cpu(one)
                answer = ask(one)
                assert answer.status == OK or answer.status in MOVED, (name, answer.status)  # noqa: S101 - a failure is quick
                if number >= WARM_UP:
                    seen[name].append((answer, self.cpu(one) - before))
        return {name: _median(found) for name, found in seen.items()}


def _median(found: list[tuple[Answer, float]]) -> Figure:
    middle = statistics.median
    return Figure(
        ms=middle(answer.seconds * 1000 for answer, _cpu in found),
        cpu_ms=middle(cpu for _answer, cpu in found),
        statements=int(middle(answer.statements for answer, _cpu in found)),
        kib=middle(len(answer.body.encode()) / 1024 for answer, _cpu in found),
    )


@contextmanager
def house() -> Iterator[tuple[Path, str, int]]:
    """Yield a folder, the address of a PostgreSQL in it (without a database), and its process id; stop it after."""
    kept = os.environ.get("BENCH_DIR")
    folder = Path(kept) if kept else Path(tempfile.mkdtemp(prefix="zhike-bench-"))
    folder.mkdir(exist_ok=True)
    folder.chmod(0o711)
    beds.POSTGRES |= POSTGRES
    home = folder / "postgres"
    if (home / "PG_VERSION").exists():
        beds._run(home, beds.program("pg_ctl"), "-D", home, "-w", "-t", "60", "-l", home / "log", "start")
        url = f"postgresql+psycopg://zhike@/{{name}}?host={home}"
    else:
        url = beds._start_postgres(home)
    postmaster = int((home / "postmaster.pid").read_text().split()[0])
    try:
        yield folder, url, postmaster
    finally:
        os.kill(postmaster, signal.SIGINT)
        while (home / "postmaster.pid").exists():
            time.sleep(0.1)
        if not kept:
            shutil.rmtree(folder)


@contextmanager
def serving(folder: Path, urls: Mapping[str, str]) -> Iterator[dict[str, Server]]:
    """Serve all three, signed in where that is needed."""
    ours = {"MODE": "demo", "DATA_DIR": str(folder), "DATABASE_URL": urls[OURS], "SECRET_KEY": SECRET}
    given = {PLAIN: {"BENCH_PLAIN_URL": urls[PLAIN]}, RAW: {"BENCH_RAW_URL": urls[OURS]}, OURS: ours}
    first = {PLAIN: "/login/", RAW: "/list", OURS: "/login/"}
    with ExitStack() as stack:
        found = {name: stack.enter_context(server(name, first[name], given[name], folder)) for name in given}
        found[PLAIN].client.sign_in("/login/", plain.USER, plain.PASSWORD)
        found[OURS].client.sign_in("/login/", "anran", PASSWORD)
        yield found


def show(name: str, figures: Mapping[str, Figure]) -> None:
    """Print one row of the table."""
    ours, other, limit = figures[OURS], figures[PLAIN], figures[RAW]
    each = "".join(f"{figures[one].ms:8.1f}{figures[one].cpu_ms:8.1f}" for one in (RAW, PLAIN, OURS))
    ratio = (
        f"1/{other.cpu_ms / ours.cpu_ms:.1f}" if other.cpu_ms > ours.cpu_ms else f"{ours.cpu_ms / other.cpu_ms:.1f}×"
    )
    asked = f"{limit.statements:4}{other.statements:4}{ours.statements:4}"
    print(f"{name:44}{each}  {asked} {ratio:>7} {ours.cpu_ms / max(limit.cpu_ms, 0.1):6.1f}×", flush=True)


HEAD = f"{'median ms, CPU ms':44}" + "".join(f"{one:>8}{'cpu':>8}" for one in (RAW, PLAIN, OURS))
HEAD += "   statements   to plain  to raw"


def under_load(bench: Bench, paths: Mapping[str, str], *, clients: int, seconds: float) -> dict[str, dict[str, float]]:
    """Let many ask for the list at once, one application after the other."""
    found = {}
    for name, one in bench.servers.items():
        told = load(one.client, one.port, paths[name], clients=clients, seconds=seconds)
        found[name] = {"per_second": told.per_second, "errors": told.errors, "p99_seconds": told.slowest}
        said = f"{told.per_second:7.1f} a second, 99 % in {told.slowest:.2f} s, {told.errors} errors"
        print(f"{clients:3} clients on the list page, {name:6} {said}", flush=True)
    return found


LISTS = {OURS: "/customers/", PLAIN: "/companies/list/", RAW: "/list"}


def measured(folder: Path, urls: Mapping[str, str], postmaster: int, found: making.Found) -> dict[str, object]:
    """Ask all three what the table asks, alone and together with many others, before and after bulk changes."""
    table: Table = {}
    with serving(folder, urls) as servers:
        bench = Bench(servers, postmaster)
        print(HEAD)
        for name, ask in questions(found).items():
            table[name] = bench.compare(ask)
            show(name, table[name])
        loaded = {str(n): under_load(bench, LISTS, clients=n, seconds=8) for n in (16, 64)}
        start = {one.name: {"seconds": one.cold_seconds, "mb": one.memory_mb()} for one in servers.values()}
        for name, told in start.items():
            print(f"{name:6} first page {told['seconds']:.1f} s after its start, {told['mb']:.0f} MB", flush=True)
        changed = work.bulk(folder, urls[OURS], servers[PLAIN].client, found)
        name = "first list page, after the bulk changes"
        table[name] = bench.compare(get(LISTS))
        show(name, table[name])
    pages = {name: {app: asdict(one) for app, one in row.items()} for name, row in table.items()}
    return {"pages": pages, "load": loaded, "start": start, "bulk": changed}


def main() -> None:
    """Make the data, ask, print the table and keep it as JSON."""
    rows = int(os.environ.get("ROWS", "100000"))
    result: dict[str, object] = {"rows": rows, "at": time.strftime("%Y-%m-%d %H:%M"), "python": sys.version.split()[0]}
    with house() as (folder, url, postmaster):
        found = making.databases(folder, url, rows)
        urls = {OURS: url.format(name=f"ours_{rows}"), PLAIN: url.format(name=f"plain_{rows}")}
        result |= measured(folder, urls, postmaster, found)
        result["files"] = work.files(folder, urls[OURS], found)
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{time.strftime('%Y%m%d-%H%M')}-{rows}.json"
    file.write_text(json.dumps(result, ensure_ascii=False, indent=1, default=str))
    print(f"Kept in {file}")


RESULTS = Path(__file__).parent / "results"


if __name__ == "__main__":
    main()
