"""Whatever ends a test run, its servers stop and its folder goes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.bed import keeper

ROOT = Path(__file__).parents[1]


@pytest.fixture
def run(tmp_path):
    """A run that has started a server, and then waits."""
    test = (
        "def test_it(bed):\n    import time\n    servers.redis(bed)\n    print(bed, flush=True)\n    time.sleep(60)\n"
    )
    (tmp_path / "test_waits.py").write_text(f"import time\n\nfrom tests.bed import servers\n{test}")
    command = [sys.executable, "-m", "pytest", "-s", "-q", "-p", "tests.conftest", "-p", "no:cacheprovider"]
    command += ["--confcutdir", str(tmp_path), str(tmp_path / "test_waits.py")]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    given = {"cwd": tmp_path, "env": environment, "preexec_fn": heed_interrupts, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **given) as running:
        line = next(line for line in running.stdout if "zhike-bed-" in line)
        yield running, Path(line[line.index("/") :].strip())
        running.kill()


def heed_interrupts():
    """A run that a shell put in the background ignores Ctrl+C, and so would what it starts."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def is_running(folder):
    file = folder / "redis" / "redis.pid"
    return int(file.read_text()) if file.exists() else None


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_stopped_leaves_no_server(run, how):
    running, folder = run
    pid = is_running(folder)
    assert Path(f"/proc/{pid}").exists()

    running.send_signal(how)

    wait_until(lambda: not folder.exists())
    wait_until(lambda: not Path(f"/proc/{pid}").exists() or "zombie" in Path(f"/proc/{pid}/status").read_text())


def wait_until(ends):
    for _attempt in range(200):
        if ends():
            return
        time.sleep(0.1)
    raise AssertionError("still there after 20 s")


def test_a_folder_of_the_past_that_nobody_holds_is_swept(tmp_path):
    (tmp_path / "zhike-bed-past").mkdir()
    os.close(keeper.locked(tmp_path / "zhike-bed-past"))
    keeper.sweep(tmp_path, "zhike-bed-*")
    assert not (tmp_path / "zhike-bed-past").exists()


def test_a_folder_that_somebody_holds_is_left_alone(tmp_path):
    (tmp_path / "zhike-bed-mine").mkdir()
    handle = keeper.locked(tmp_path / "zhike-bed-mine")
    keeper.sweep(tmp_path, "zhike-bed-*")
    assert (tmp_path / "zhike-bed-mine").exists()
    os.close(handle)


def test_a_folder_without_a_lock_is_not_ours_to_remove(tmp_path):
    (tmp_path / "zhike-bed-other").mkdir()
    keeper.sweep(tmp_path, "zhike-bed-*")
    assert (tmp_path / "zhike-bed-other").exists()
