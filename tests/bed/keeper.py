"""Stops the servers of a test run and removes its folder as soon as the run is gone, however it ended.

Started by the run as ``python keeper.py FOLDER`` with a pipe as standard input: the pipe closes when the run
ends, is interrupted or is killed. Imports nothing but the standard library.
"""

import os
import shutil
import signal
import sys
import time
from pathlib import Path

#: The file with the server's process id, by the signal that stops the server at once.
PID_FILES = {"postgres/postmaster.pid": signal.SIGQUIT, "redis/redis.pid": signal.SIGTERM}


def stop(folder: Path) -> None:
    """Stop every server that runs in ``folder``, and remove the folder."""
    for name, how in PID_FILES.items():
        file = folder / name
        if file.exists() and (number := file.read_text().split()):
            _end(int(number[0]), how)
    shutil.rmtree(folder, ignore_errors=True)


def _end(pid: int, how: int) -> None:
    try:
        os.kill(pid, how)
        for _attempt in range(100):
            os.kill(pid, 0)
            time.sleep(0.05)
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


if __name__ == "__main__":
    sys.stdin.buffer.read()
    stop(Path(sys.argv[1]))
