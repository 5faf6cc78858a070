"""What every answer has in common: request id, log line, security headers, and sentences in place of tracebacks."""

import json
import logging
import secrets
import time
import uuid
from datetime import timedelta
from typing import Any

from flask import Flask, Response, g, jsonify, make_response, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, SQLAlchemyError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.routing import IntegerConverter

from app.base import clock, logbook, ways
from app.base.actor import Actor, Channel
from app.base.afterwards import afterwards
from app.base.engine import promise_to_read
from app.base.errors import Conflict, DomainError, Doubtful, Missing, NotAllowed, StoreUnavailable
from app.base.i18n import _
from app.base.sentences import lasting
from app.extensions import db

__all__ = ["PUBLIC_PATHS", "afterwards", "csp_nonce", "log_to_stderr", "prepare", "problem", "wants_json"]
log = logging.getLogger("zhike")
READS = frozenset({"GET", "HEAD", "OPTIONS"})
PUBLIC_PATHS = ("/static/", "/healthz", "/readyz")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
CSP = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
A_YEAR = 31_536_000
A_MINUTE = timedelta(minutes=1)
#: Answers that the log keeps. Only the doors are limited, so whoever comes too often wants to sign in.
REFUSALS = {403: logbook.Kind.REFUSED, 429: logbook.Kind.SIGN_IN_LIMITED}
NUL = {"\0"}
LONGEST_REQUEST_ID = 36  # a UUID

#: Status → (what happened, what to do). Shown by the error pages and sent by REST.
SENTENCES: dict[int, tuple[object, object]] = {
    400: (_("That did not arrive as expected"), _("Go back and try again. What you typed is still there.")),
    401: (_("Please sign in"), _("You were signed out in the meantime. Sign in and repeat what you did.")),
    403: (_("You may not do this"), _("Ask an administrator if you need this screen or button for your work.")),
    404: (_("Nothing is here"), _("It may have been deleted, or it lies outside what you may see.")),
    405: (_("This address cannot be opened that way"), _("Start again from the menu.")),
    409: (_("Somebody was faster"), _("Reload the record and look again.")),
    413: (_("The file is too large"), _("Files may have at most %(size)s MB. Split it and try again.")),
    429: (_("Too many attempts"), _("Wait a minute, then try again.")),
    500: (
        _("Something went wrong on our side"),
        _("Nothing was saved. Try again; if it stays, tell an administrator the number below."),
    ),
    503: (_("The database cannot be reached"), _("Nothing was saved. Try again in a minute.")),
}


def prepare(app: Flask) -> None:
    """Hang all of this on the application."""
    app.url_map.converters["int"] = Key
    app.before_request(_begin)
    app.after_request(_finish)
    app.teardown_request(_afterwards)
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    app.register_error_handler(HTTPException, _on_http_error)
    app.register_error_handler(CSRFError, _on_http_error)
    app.register_error_handler(DomainError, _on_refusal)
    app.register_error_handler(DBAPIError, _on_database_error)
    app.register_error_handler(Exception, _on_failure)
    app.add_url_rule("/healthz", "healthz", _healthz)
    app.add_url_rule("/readyz", "readyz", _readyz)


class Key(IntegerConverter):
    """A number in an address: one that fits the key of a row, or the address is not there."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max": 2**31 - 1} | kwargs)


def csp_nonce() -> str:
    """Return the nonce of this answer, with which our own scripts and styles are marked."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return g.nonce


def _begin() -> Any:
    if isinstance(request.routing_exception, SecurityError):  # a Host that is not ours: no address can be built for it
        return Response("This host name is not served here.\n", 400, mimetype="text/plain")
    promise_to_read(only=request.method in READS)
    if NUL & {*request.path, *request.query_string.decode("latin-1").replace("%00", "\0")}:
        return problem(400)  # PostgreSQL stores no such character, and nobody types it
    g.started = time.perf_counter()
    given = request.headers.get("X-Request-ID", "")
    is_plain = given.isascii() and given.replace("-", "").isalnum() and len(given) <= LONGEST_REQUEST_ID
    g.request_id = given if is_plain else str(uuid.uuid4())
    return None


def _finish(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", CSP.format(nonce=csp_nonce()))
    response.headers["X-Request-ID"] = g.get("request_id", "")
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={A_YEAR}; includeSubDomains")
    if not request.path.startswith("/static/"):
        response.headers.setdefault("Cache-Control", "no-store")
        _log(response)
    return response


def _log(response: Response) -> None:
    actor = g.get("actor")
    spent = round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1)
    line = {"method": request.method, "path": request.path, "status": response.status_code, "ms": spent}
    log.info("request", extra=line | {"user": actor and actor.id, "request_id": g.get("request_id")})


def _afterwards(_error: BaseException | None) -> None:
    notes = g.pop("afterwards", [])
    promise_to_read(only=False)
    if notes:
        db.session.remove()
    for note in notes:
        try:
            note()
        except SQLAlchemyError:  # the database went away, or its pool is exhausted: the answer is made already
            log.warning("a note was lost", exc_info=True)
            db.session.remove()


def wants_json() -> bool:
    """Tell whether the caller is a program."""
    return request.path.startswith("/api/") or request.accept_mimetypes.best == "application/json"


def problem(code: int, *, text: object = "", title: object = "", detail: object = "") -> tuple[Response | str, int]:
    """Return the error answer: a page for people, JSON for programs."""
    usual, advice = SENTENCES.get(code, SENTENCES[500 if code >= 500 else 400])  # noqa: PLR2004 - HTTP
    title = title or usual
    size = {"size": _upload_limit()} if code == 413 else {}  # noqa: PLR2004 - HTTP
    said = str(text or advice)
    said = said % size if size else said
    if wants_json():
        return jsonify(
            {"error": {"code": code, "title": str(title), "message": said, "request_id": g.get("request_id")}}
        ), code
    page = {"code": code, "title": title, "text": said, "detail": detail}
    return ways.drawn(page, more=not text), code


def _upload_limit() -> int:
    from flask import current_app  # noqa: PLC0415 - only here

    return (current_app.config["MAX_CONTENT_LENGTH"] or 0) // (1024 * 1024)


def _on_http_error(error: HTTPException) -> Any:
    if error.response is not None or (error.code and error.code < 400):  # noqa: PLR2004 - a redirect is no error
        return error
    db.session.rollback()
    if isinstance(error, CSRFError):
        return problem(400, text=_("This page was open for too long, or in two windows. Reload it and try again."))
    if error.code in REFUSALS:
        _note_refusal(error.code)
    if error.code == 429:  # noqa: PLR2004 - HTTP
        return _too_many()
    return problem(error.code or 500, detail=g.get("request_id", "") if error.code == 500 else "")  # noqa: PLR2004


def _too_many() -> Response:
    """Say until when, in words and to programs."""
    from flask import current_app  # noqa: PLC0415 - only here

    limit = current_app.appbuilder.sm.limiter.current_limit  # type: ignore[attr-defined]
    seconds = max(1, int(limit.reset_at - time.time())) if limit else A_MINUTE.seconds
    until = clock.local(clock.now() + timedelta(seconds=seconds))
    words = _("Wait until %(time)s (%(seconds)s seconds), then try again.")
    answer = make_response(problem(429, text=str(words) % {"time": f"{until:%H:%M:%S}", "seconds": seconds}))
    answer.headers["Retry-After"] = str(seconds)
    return answer


def _note_refusal(code: int, *, reason: object = "") -> None:
    """Write down that somebody was shown the door: the same person at the same place once a minute."""
    detail = {"asked": f"{request.method} {request.path}"[:300]} | ({"reason": reason} if reason else {})
    channel = Channel.API if request.path.startswith("/api/") else Channel.WEB
    who = g.get("actor") or Actor(id=None, channel=channel, address=request.remote_addr)
    title = request.path[:200]
    logbook.note_afterwards(REFUSALS[code], title=title, detail=detail, once_within=A_MINUTE, actor=who)


def _on_refusal(refusal: DomainError) -> Any:
    db.session.rollback()
    if isinstance(refusal, StoreUnavailable):
        log.error("store", exc_info=refusal)
        return problem(503, text=refusal, title=_("The store of files does not answer"))
    code = {Missing: 404, NotAllowed: 403, Conflict: 409, Doubtful: 409}.get(type(refusal), 422)
    if code in REFUSALS:
        _note_refusal(code, reason=lasting(refusal))
    title, _advice = SENTENCES.get(code, SENTENCES[400])
    if wants_json():
        body = {"code": code, "title": str(title), "message": str(refusal)}
        if problems := getattr(refusal, "problems", None):
            body["fields"] = {name: str(sentence) for name, sentence in problems.items()}
        if isinstance(refusal, Doubtful):
            body["candidates"] = refusal.told
        return jsonify({"error": body}), code
    return problem(code if code != 422 else 400, text=refusal)  # noqa: PLR2004 - HTTP


def _on_database_error(error: DBAPIError) -> Any:
    db.session.rollback()
    if isinstance(error, OperationalError) or error.connection_invalidated:
        log.error("database", exc_info=error)
        return problem(503)
    if isinstance(error, IntegrityError):  # two at once: each passed its check before the other saved
        log.error("integrity", exc_info=error)
        return problem(409)
    return _on_failure(error)


def _on_failure(error: Exception) -> Any:
    log.error("failure", exc_info=error, extra={"request_id": g.get("request_id"), "path": request.path})
    db.session.rollback()
    return problem(500, detail=g.get("request_id", ""))


def _healthz() -> Response:
    """Say that the process answers."""
    return jsonify({"status": "ok"})


def _readyz() -> tuple[Response, int]:
    """Say whether the process can work: the database answers and its tables are there."""
    from app.base import stamps  # noqa: PLC0415 - stamps need the models

    try:
        stamps.numbers()
    except DBAPIError:
        db.session.rollback()
        return jsonify({"status": "no database"}), 503
    return jsonify({"status": "ok"}), 200


class JsonLines(logging.Formatter):
    """One JSON object per line, with whatever ``extra`` carried."""

    KNOWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in self.KNOWN}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def log_to_stderr(*, as_json: bool) -> None:
    """Send log lines to standard error: JSON for machines, plain for a person at a terminal."""
    out = logging.StreamHandler()
    plain = logging.Formatter("%(levelname)s %(name)s %(message)s")
    out.setFormatter(JsonLines() if as_json else plain)
    root = logging.getLogger()
    root.handlers = [out]
    root.setLevel(logging.INFO if as_json else logging.WARNING)
