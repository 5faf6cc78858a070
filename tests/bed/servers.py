"""PostgreSQL, Redis and S3 of a test run: found on this machine, started privately, stopped by ``keeper``.

The first two run as an unprivileged user (root may not run PostgreSQL), in a folder that only this user can read.
PostgreSQL listens on a socket in that folder and on no port; Redis on a free port of loopback, with a password.
"""

import fcntl
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

UNPRIVILEGED = "nobody"
PREFIX = "zhike-bed-"
#: Fast, and safe enough for what is thrown away at the end.
POSTGRES = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "autovacuum_naptime": "10s",
    "timezone": "UTC",
}


class NoServer(Exception):
    """A server the tests need is not installed; the message says what to install."""


def new_folder() -> Path:
    """Return a fresh folder for a run. Passable for the servers' user, readable only for us."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o711)
    return folder


@contextmanager
def alone(folder: Path, what: str) -> Iterator[None]:
    """Let one process of the run at a time into the block."""
    with (folder / f"{what}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def once(folder: Path, what: str, make: Callable[[], str]) -> str:
    """Return what ``make`` returned in whichever process of the run came first."""
    kept = folder / f"{what}.made"
    with alone(folder, what):
        if not kept.exists():
            kept.write_text(make())
        return kept.read_text()


def postgres(folder: Path) -> str:
    """Return the address of the run's PostgreSQL, without a database name, started if it is not running."""
    return once(folder, "postgres", lambda: _start_postgres(folder / "postgres"))


def redis(folder: Path) -> str:
    """Return the address of the run's Redis, started if it is not running."""
    return once(folder, "redis", lambda: _start_redis(folder / "redis"))


def s3(folder: Path) -> str:
    """Return the address of the run's S3 server, in which everybody may do everything, started if it is not running."""
    return once(folder, "s3", lambda: start_s3(folder / "s3"))


def start_s3(home: Path) -> str:
    """Start an S3 server whose process id stands in ``home``/s3.pid; return its address."""
    home.mkdir(mode=0o700)
    port = free_port()
    with (home / "log").open("ab") as out:
        words = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        server = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
    (home / "s3.pid").write_text(str(server.pid))
    _wait_for(port, home / "s3.pid", seconds=60)
    return f"http://127.0.0.1:{port}"


def _start_postgres(home: Path) -> str:
    _own(home)
    _run(
        home, program("initdb"), "-D", home, "-U", "zhike", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"
    )
    with (home / "postgresql.conf").open("a") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in POSTGRES.items())
        file.write(f"unix_socket_directories = '{home}'\n")
    _run(home, program("pg_ctl"), "-D", home, "-w", "-t", "60", "-l", home / "log", "start")
    return f"postgresql+psycopg://zhike@/{{name}}?host={home}"


def _start_redis(home: Path) -> str:
    _own(home)
    port, password = free_port(), secrets.token_hex(16)
    lines = [f"port {port}", "bind 127.0.0.1", f"requirepass {password}", f"dir {home}", f"pidfile {home}/redis.pid"]
    lines += ["daemonize yes", 'save ""', "appendonly no", f"logfile {home}/log"]
    (home / "redis.conf").write_text("\n".join(lines))
    _run(home, program("redis-server"), home / "redis.conf")
    _wait_for(port, home / "redis.pid")
    return f"redis://:{password}@127.0.0.1:{port}/0"


def program(name: str) -> str:
    """Return the path of a server's program, the newest if several are installed. Raises NoServer."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    if path := str(found[-1]) if found else shutil.which(name):
        return path
    raise NoServer(f"{name} is not installed. Install it with: apt-get install postgresql redis-server")


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(port: int, pid_file: Path, *, seconds: int = 5) -> None:
    for _attempt in range(seconds * 20):
        with socket.socket() as probe:
            probe.settimeout(0.1)
            if probe.connect_ex(("127.0.0.1", port)) == 0 and pid_file.exists() and pid_file.read_text().strip():
                return
        time.sleep(0.05)
    raise NoServer(f"{pid_file.stem} does not answer on port {port}.")


def _own(home: Path) -> None:
    home.mkdir(mode=0o700)
    if os.geteuid() == 0:
        user = pwd.getpwnam(UNPRIVILEGED)
        os.chown(home, user.pw_uid, user.pw_gid)


def _identity() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam(UNPRIVILEGED)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _run(home: Path, *words: str | Path) -> None:
    """Run a command as the servers' user, in a session of its own: Ctrl-C at the terminal does not reach it."""
    environment = {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "HOME": str(home)}
    with (home.parent / f"{home.name}.out").open("ab") as out:
        done = subprocess.run(
            [str(word) for word in words],
            env=environment,
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            check=False,
            **_identity(),
        )
    if done.returncode:
        raise NoServer(f"{words[0]} failed: {(home.parent / f'{home.name}.out').read_text()[-2000:]}")
