"""The servers under measurement: started on loopback, watched through /proc, stopped by their ids."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.client import Client
from tests.bed.servers import free_port

ROOT = Path(__file__).parents[1]
WORKERS, THREADS = 2, 8
PATIENCE_SECONDS = 90


@dataclass
class Server:
    """One application behind gunicorn. ``cold_seconds``: from its start to its first page."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    cold_seconds: float
    client: Client

    def pids(self) -> list[int]:
        return [self.process.pid, *children(self.process.pid)]

    def memory_mb(self) -> float:
        """Return the memory of all its processes, shared pages counted once."""
        return sum(_proportional_kb(pid) for pid in self.pids()) / 1024


def children(parent: int) -> list[int]:
    """Return the processes that a process has started."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(words[1]) == parent:
            found.append(int(entry.parent.name))
    return found


def _proportional_kb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def cpu_ms(pids: list[int]) -> float:
    """Return how long all threads of these processes have run."""
    spent = 0
    for pid in pids:
        for entry in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            try:
                spent += int(entry.read_text().split()[0])
            except (OSError, IndexError):
                continue
    return spent / 1e6


@contextmanager
def server(name: str, first: str, given: Mapping[str, str], folder: Path) -> Iterator[Server]:
    """Serve ``benchmarks.<name>:app`` until the end of the block. ``first``: the page that shows it is up."""
    port, began = free_port(), time.perf_counter()
    words = [sys.executable, "-m", "gunicorn", "-w", str(WORKERS), "-k", "gthread", "--threads", str(THREADS)]
    words += ["-b", f"127.0.0.1:{port}", "-t", "300", "--no-control-socket", f"benchmarks.{name}:app"]
    words += ["--preload"] if name == "ours" else []  # as app.serve does
    with (folder / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(words, cwd=ROOT, env={**os.environ, **given}, stdout=log, stderr=log)
    try:
        client = Client(port)
        _first_page(client, port, first, process, folder / f"{name}.log")
        yield Server(name, port, process, time.perf_counter() - began, client)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _first_page(client: Client, port: int, path: str, process: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.perf_counter() + PATIENCE_SECONDS
    while time.perf_counter() < ends and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                answer = client.get(path)
                assert answer.status == 200, (path, answer.status, answer.body[:500])  # noqa: PLR2004, S101 - no server
                return
        time.sleep(0.02)
    raise SystemExit(f"{path} does not answer:\n{log.read_text()[-3000:]}")
