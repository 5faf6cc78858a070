"""Several processes serve one program: loaded once, and counting attempts together through Redis."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.error import HTTPError, URLError

import pytest

from tests.bed import servers
from tests.bed.databases import SQLITE, build, environment
from tests.torture.test_killed_workers import ROOT
from tests.torture.test_redis_away import redis

pytestmark = [pytest.mark.torture, pytest.mark.one_database]
__all__ = ["redis"]
PROCESSES, ALLOWED, LONGEST_SECONDS = 3, 6, 60


@pytest.fixture
def address(bed, redis):
    """The address of the product, served by three processes."""
    settings = build(bed, SQLITE).config["ZHIKE"]
    port = servers.free_port()
    given = environment(settings) | {"REDIS_URL": redis[0], "PORT": str(port), "WEB_WORKERS": str(PROCESSES)}
    given |= {"SIGN_IN_LIMIT": f"{ALLOWED} per minute"}
    server = subprocess.Popen([sys.executable, "-m", "app.serve"], cwd=ROOT, env=os.environ | given)
    try:
        found = f"http://127.0.0.1:{port}"
        ends = time.monotonic() + LONGEST_SECONDS
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children")
        while status(f"{found}/healthz") != 200 or len(children.read_text().split()) != PROCESSES:
            assert time.monotonic() < ends
            time.sleep(0.1)
        yield found
    finally:
        server.terminate()
        server.wait()


def status(address, form=None):
    sent = json.dumps(form).encode() if form else None
    asked = urllib.request.Request(address, data=sent, headers={"Content-Type": "application/json"})  # noqa: S310 - ours
    try:
        with urllib.request.urlopen(asked) as answer:  # noqa: S310 - ours
            return answer.status
    except HTTPError as refused:
        return refused.code
    except URLError:
        return 0


def test_processes_count_attempts_together(address):
    wrong = {"username": "lin", "password": "wrong", "provider": "db"}
    seen = [status(f"{address}/api/v1/security/login", wrong) for _attempt in range(2 * ALLOWED)]
    assert seen == [401] * ALLOWED + [429] * ALLOWED
    assert {status(f"{address}/healthz") for _page in range(20)} == {200}
