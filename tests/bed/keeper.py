"""Stops the servers of a test run and removes its folder as soon as the run is gone, however it ended.

Started by the run as ``python keeper.py FOLDER`` with a pipe as standard input: the pipe closes when the run
ends, is interrupted or is killed. It leaves the run's family tree, so that whoever kills that leaves it alone;
and should it be killed all the same, the next run finds its folder unlocked (``sweep``).
Imports nothing but the standard library.
"""

import fcntl
import os
import shutil
import signal
import sys
import time
from pathlib import Path

#: Held by the run and by the keeper for as long as either lives.
LOCK = "run.lock"
#: The file with the server's process id, by the signal that stops the server at once.
PID_FILES = {"postgres/postmaster.pid": signal.SIGQUIT, "redis/redis.pid": signal.SIGTERM, "s3/s3.pid": signal.SIGTERM}


def stop(folder: Path) -> None:
    """Stop every server that runs in ``folder``, and remove the folder."""
    for name, how in PID_FILES.items():
        file = folder / name
        if file.exists() and (number := file.read_text().split()):
            _end(int(number[0]), how)
    shutil.rmtree(folder, ignore_errors=True)


def locked(folder: Path) -> int | None:
    """Return a handle that marks the folder as in use as long as it is open; None if somebody else has it."""
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle


def sweep(place: Path, pattern: str) -> None:
    """Stop what runs of the past left behind: folders of ours with a lock file that nobody holds."""
    for folder in place.glob(pattern):
        is_ours = (folder / LOCK).exists() and folder.stat().st_uid == os.geteuid()
        if is_ours and (handle := locked(folder)) is not None:
            stop(folder)
            os.close(handle)


def _end(pid: int, how: int) -> None:
    try:
        os.kill(pid, how)
        for _attempt in range(100):
            if is_over(pid):
                return
            time.sleep(0.05)
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def is_over(pid: int) -> bool:
    """Tell whether a process is gone, or has ended and only nobody has asked how: in a container nobody may ever."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state in {"Z", "X"}


if __name__ == "__main__":
    if os.fork():
        os._exit(0)
    sys.stdin.buffer.read()
    stop(Path(sys.argv[1]))
