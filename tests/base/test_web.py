"""What every answer has in common: health, headers, request ids, log lines, and sentences for errors."""

import json
import logging
import re

import pytest

from app.base import web
from app.base.web import JsonLines
from app.extensions import db


@pytest.fixture
def lines():
    """The log lines of a block, as JSON."""
    kept = []

    class Keep(logging.Handler):
        def emit(self, record):
            kept.append(json.loads(JsonLines().format(record)))

    keep = Keep()
    logging.getLogger("zhike").addHandler(keep)
    before = logging.getLogger("zhike").level
    logging.getLogger("zhike").setLevel(logging.INFO)
    yield kept
    logging.getLogger("zhike").removeHandler(keep)
    logging.getLogger("zhike").setLevel(before)


def test_the_process_says_that_it_answers(stranger):
    answer = stranger.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_the_process_says_that_it_can_work(stranger):
    answer = stranger.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_without_its_tables_the_process_is_alive_but_not_ready(app, stranger, watch):
    """As after a start before ``flask setup``, or with the database gone."""
    _rename(app, "base_stamp", "base_stamp_away")
    try:
        assert stranger.get("/readyz").status_code == 503
        assert stranger.get("/readyz").json == {"status": "no database"}
        assert stranger.get("/healthz").status_code == 200
    finally:
        _rename(app, "base_stamp_away", "base_stamp")


def _rename(app, old, new):
    with app.app_context():
        db.session.connection().exec_driver_sql(f"ALTER TABLE {old} RENAME TO {new}")
        db.session.commit()


@pytest.mark.parametrize("path", ["/login/", "/healthz", "/nowhere", "/customers/"])
def test_every_answer_carries_the_safe_headers(stranger, path):
    headers = stranger.get(path).headers
    assert {name: headers[name] for name in web.HEADERS} == web.HEADERS
    assert "object-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert re.fullmatch(r"[0-9a-f-]{36}", headers["X-Request-ID"])


def test_tls_is_demanded_where_the_page_came_over_tls(stranger):
    assert "Strict-Transport-Security" not in stranger.get("/login/").headers
    over_tls = stranger.get("/login/", base_url="https://localhost")
    assert over_tls.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_the_nonce_of_the_policy_is_that_of_the_page_and_new_each_time(as_user):
    lin = as_user("lin")
    nonces = set()
    for _visit in range(2):
        answer = lin.get("/")
        nonce = re.search(r"script-src 'self' 'nonce-([\w-]+)'", answer.headers["Content-Security-Policy"])[1]
        assert set(re.findall(r'nonce="([\w-]+)"', answer.text)) == {nonce}
        nonces.add(nonce)
    assert len(nonces) == 2


def test_no_script_of_a_page_stands_without_the_nonce(as_user):
    for path in ("/", "/customers/", "/me/"):
        scripts = re.findall(r"<script\b[^>]*>", as_user("lin").get(path).text)
        assert scripts
        assert all("nonce=" in script or 'type="application/json"' in script for script in scripts)


@pytest.mark.parametrize(
    ("given", "is_taken"),
    [("abc-123", True), ("x" * 37, False), ("a b", False), ("<script>", False), ("é", False)],
)
def test_a_request_id_from_the_proxy_is_kept_if_it_is_harmless(stranger, given, is_taken):
    kept = stranger.get("/healthz", headers={"X-Request-ID": given.encode().decode("latin-1")}).headers["X-Request-ID"]
    assert (kept == given) is is_taken


def test_a_request_leaves_one_line_with_who_what_and_how_long(as_user, lines):
    answer = as_user("lin").get("/customers/?q=x")
    [line] = [line for line in lines if line["message"] == "request"]
    assert (line["method"], line["path"], line["status"], line["user"]) == ("GET", "/customers/", 200, 3)
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert line["ms"] > 0
    assert "q=x" not in json.dumps(line), "what people search for is not for the log"


def test_a_failure_leaves_its_traceback_in_the_line():
    try:
        raise ValueError("一")  # noqa: TRY301 - the point of the test
    except ValueError:
        record = logging.getLogger("zhike").makeRecord(
            "zhike", logging.ERROR, "f", 1, "坏了", (), __import__("sys").exc_info()
        )
    line = json.loads(JsonLines().format(record))
    assert (line["level"], line["message"]) == ("ERROR", "坏了")
    assert "ValueError: 一" in line["error"]


@pytest.mark.parametrize(
    ("method", "path", "code", "words"),
    [
        ("get", "/nowhere", 404, "Nothing is here"),
        ("get", "/customers/99999999", 404, "Nothing is here"),
        ("get", "/customers/one", 404, "Nothing is here"),
        ("post", "/customers/", 405, "This address cannot be opened that way"),
        ("get", "/customers/1/restore", 405, "This address cannot be opened that way"),
    ],
)
def test_an_address_that_leads_nowhere_gets_a_page_with_a_sentence(as_user, method, path, code, words):
    answer = getattr(as_user("sam"), method)(path)
    assert answer.status_code == code
    assert words in answer.text


def test_a_form_without_a_token_gets_a_page_with_a_sentence(as_user):
    answer = as_user("sam", csrf=True).post("/customers/new", data={"name": "x"})
    assert answer.status_code == 400
    assert "Reload it and try again" in answer.text


def test_a_program_gets_its_errors_as_json(as_user):
    answer = as_user("sam").get("/nowhere", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.json["error"]["title"] == "Nothing is here"
    assert answer.json["error"]["request_id"] == answer.headers["X-Request-ID"]


def test_too_much_at_once_gets_a_page_with_the_limit(as_user, app):
    sam = as_user("sam")
    answer = sam.post("/customers/new", data={"notes": "x" * (app.config["MAX_CONTENT_LENGTH"] + 1)})
    assert answer.status_code == 413
    assert "Files may have at most 50 MB" in answer.text


def test_a_failure_of_ours_is_a_500_with_a_number_and_no_traceback(as_user, app, lines, monkeypatch):
    def fail():
        raise ZeroDivisionError("secret detail")

    lin = as_user("lin")
    monkeypatch.setitem(app.view_functions, "HomeView.index", fail)
    answer = lin.get("/")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert answer.headers["X-Request-ID"] in answer.text
    assert any("secret detail" in line.get("error", "") for line in lines)


@pytest.mark.parametrize("path", ["/nowhere", "/customers/", "/healthz"])
@pytest.mark.parametrize(
    "query", ["?page=%00", "?filter=%FF%FE", "?sort[]=1", "?filter={", "?page=99999999999999999999"]
)
def test_no_query_makes_the_server_fail(as_user, path, query):
    assert as_user("lin").get(path + query).status_code < 500
