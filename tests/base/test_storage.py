"""Contents are kept once, whole, as long as somebody keeps them, in a folder and in a bucket alike."""

import hashlib
import io
import os
import resource
import signal
import subprocess
import sys
import urllib.request
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.base import clock, storage
from app.base.errors import StoreUnavailable
from tests.bed import servers

CONTENT = "合同第一条".encode() * 1000
NAME = hashlib.sha256(CONTENT).hexdigest()
FULL_OR_GONE = "full or cannot be reached. Nothing was saved"


def use(app, monkeypatch, url):
    monkeypatch.setitem(app.config, "ZHIKE", replace(app.config["ZHIKE"], storage_url=url))
    monkeypatch.setattr(storage, "_keepers", [])


@pytest.fixture(params=["folder", "bucket"])
def place(request, in_app, monkeypatch, tmp_path, bed):
    """An empty store of this test's own."""
    url = f"file://{tmp_path}/文件 store"
    if request.param == "bucket":
        address, name = servers.s3(bed), f"b{tmp_path.name.replace('_', '-').lower()[:40]}{os.getpid()}"
        given = {"ACCESS_KEY_ID": "a", "SECRET_ACCESS_KEY": "b", "REGION": "us-east-1", "ENDPOINT_URL": address}
        for key, value in given.items():
            monkeypatch.setenv(f"AWS_{key}", value)
        make = urllib.request.Request(f"{address}/{name}", method="PUT", data=b"")  # noqa: S310 - our own
        urllib.request.urlopen(make).close()  # noqa: S310 - our own
        url = f"s3://{name}/files"
    use(in_app, monkeypatch, url)
    return storage._place()


def put(content=CONTENT):
    return storage.store(io.BytesIO(content))


def read(sha256):
    with storage.opened(sha256) as stream:
        return stream.read()


pytestmark = pytest.mark.one_database


def test_a_content_is_called_by_its_hash_and_read_again(place):
    stored = put()

    assert stored == storage.Stored(NAME, len(CONTENT))
    assert read(NAME) == CONTENT


def test_the_same_content_is_there_once(place):
    put()
    put()

    assert list(place.all()) == [NAME]


def test_a_stream_can_be_read_from_the_middle(place):
    put()

    with storage.opened(NAME) as stream:
        stream.seek(15)
        assert stream.read(15) == "合同第一条".encode()


def test_a_local_copy_is_a_path_with_the_content(place):
    put()

    with storage.local_copy(NAME) as path:
        assert path.read_bytes() == CONTENT


def test_an_empty_content_is_one_too(place):
    stored = put(b"")

    assert stored.size_bytes == 0
    assert read(stored.sha256) == b""


def test_what_is_not_there_is_refused(place):
    assert not storage.exists(NAME)
    with pytest.raises(StoreUnavailable, match="missing in the store"), storage.opened(NAME):
        pass
    with pytest.raises(StoreUnavailable, match="missing in the store"), storage.local_copy(NAME):
        pass


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, "a" * 63])
def test_what_is_no_hash_names_no_content(place, name):
    with pytest.raises(StoreUnavailable, match="missing in the store"), storage.opened(name):
        pass


def test_what_nobody_keeps_is_let_go_after_a_day_and_removed_after_another(place):
    put()
    storage.kept_by(lambda _some: [])
    now = clock.now()

    assert storage.sweep(now + timedelta(hours=23)) == 0
    assert list(place.all()) == [NAME]
    assert storage.sweep(now + timedelta(hours=25)) == 0
    assert list(place.all()) == []
    assert read(NAME) == CONTENT, "what was let go can still be read"
    assert storage.sweep(now + timedelta(hours=48)) == 0
    assert storage.sweep(now + timedelta(hours=50)) == 1
    assert not storage.exists(NAME)


def test_what_somebody_keeps_stays(place):
    put()
    storage.kept_by(lambda _some: [])
    storage.kept_by(lambda some: [one for one in some if one == NAME])

    storage.sweep(clock.now() + timedelta(days=9))

    assert list(place.all()) == [NAME]


def test_while_nobody_has_said_what_is_kept_nothing_goes(place):
    put()

    storage.sweep(clock.now() + timedelta(days=9))

    assert list(place.all()) == [NAME]


def test_an_upload_between_the_question_and_the_sweep_s_answer_loses_nothing(place):
    """The sweep has asked who keeps the content; then the same content is uploaded and its row saved."""
    put()
    rows = set()

    def uploaded_meanwhile(some):
        answer = [one for one in some if one in rows]
        if not rows and some:
            put()
            rows.add(NAME)
        return answer

    storage.kept_by(uploaded_meanwhile)
    later = clock.now() + timedelta(days=2)
    storage.sweep(later)
    assert read(NAME) == CONTENT

    storage.sweep(later + timedelta(days=2))
    storage.sweep(later + timedelta(days=4))
    assert list(place.all()) == [NAME], "brought back: a row names it"
    assert read(NAME) == CONTENT


def test_what_is_uploaded_again_while_it_is_let_go_stays(place):
    put()
    kept = set()
    storage.kept_by(lambda some: [one for one in some if one in kept])
    later = clock.now() + timedelta(days=2)
    storage.sweep(later)

    put()
    kept.add(NAME)
    storage.sweep(later + timedelta(days=2))

    assert read(NAME) == CONTENT


def test_removing_lets_go_only_what_nobody_keeps(place):
    put()
    kept = {NAME}
    storage.kept_by(lambda some: [one for one in some if one in kept])
    assert not storage.remove(NAME)

    kept.clear()

    assert storage.remove(NAME)
    assert list(place.all()) == []
    assert not storage.remove(NAME)


def test_a_store_that_is_gone_is_refused(in_app, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("where the folder should be")
    use(in_app, monkeypatch, f"file://{tmp_path}/file/store")

    with pytest.raises(StoreUnavailable, match=FULL_OR_GONE):
        put()


def test_a_bucket_that_does_not_answer_is_refused(in_app, monkeypatch, tmp_path):
    home = tmp_path / "s3"
    address = servers.start_s3(home)
    pid = int((home / "s3.pid").read_text())
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    given = {"ACCESS_KEY_ID": "a", "SECRET_ACCESS_KEY": "b", "REGION": "us-east-1", "ENDPOINT_URL": address}
    for key, value in given.items():
        monkeypatch.setenv(f"AWS_{key}", value)
    use(in_app, monkeypatch, "s3://gone/files")
    storage.fsspec.filesystem("s3").clear_instance_cache()

    with pytest.raises(StoreUnavailable, match=FULL_OR_GONE):
        put()
    with pytest.raises(StoreUnavailable, match=FULL_OR_GONE):
        storage.exists(NAME)


CHILD = """
import io, sys
from app.base import storage
from app.base.errors import StoreUnavailable
from tests.base.storing import an_app
with an_app(sys.argv[1]).app_context():
    for number in range(int(sys.argv[2])):
        try:
            storage.store(io.BytesIO(b"%d" % number * 30000))
        except StoreUnavailable as refusal:
            print("refused:", refusal.__cause__)
"""


def child(store, count, **more):
    words = [sys.executable, "-c", CHILD, str(store), str(count)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True, **more)


def test_a_full_disk_is_refused_and_leaves_nothing_half_written(in_app, monkeypatch, tmp_path):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))

    said, _err = child(tmp_path / "store", 1, preexec_fn=limit).communicate()

    assert "refused: [Errno 27]" in said
    assert [path for path in (tmp_path / "store").rglob("*") if path.is_file()] == []


def test_two_processes_store_the_same_contents_at_once(in_app, monkeypatch, tmp_path):
    both = [child(tmp_path / "store", 200), child(tmp_path / "store", 200)]

    assert [one.communicate()[0] for one in both] == ["", ""]

    files = [path for path in (tmp_path / "store").rglob("*") if path.is_file()]
    assert len(files) == 200
    assert all(hashlib.sha256(path.read_bytes()).hexdigest() == path.name for path in files)


def test_what_a_killed_upload_left_is_swept_away(in_app, monkeypatch, tmp_path):
    use(in_app, monkeypatch, f"file://{tmp_path}/store")
    storage.kept_by(lambda _some: [])
    left = Path(storage._place().staging()) / "left"
    left.write_bytes(b"half")

    storage.sweep(clock.now())
    assert left.exists()
    storage.sweep(clock.now() + timedelta(hours=25))

    assert not left.exists()
