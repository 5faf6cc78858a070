"""The other side: a mail server and a web server on loopback, which keep what they were given."""

import json
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from tests.bed.servers import free_port

HOST = "127.0.0.1"


class Postbox:
    """What a mail server does with mail: keeps it, or answers what it was told to."""

    def __init__(self):
        self.mails, self.answers, self.refused = [], [], {}

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802 - aiosmtpd's names
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - the same
        if self.answers:
            return self.answers.pop(0)
        self.mails.append(envelope.content)
        return f"250 queued as {len(self.mails)}"


def _knows(_server, _session, _envelope, _mechanism, data):
    return AuthResult(success=(data.login, data.password) == (b"zhike", b"geheim-8271"), handled=False)


@contextmanager
def mail_server(**given):
    """Serve SMTP; yield (postbox, port)."""
    box = Postbox()
    controller = Controller(box, hostname=HOST, port=free_port(), **given)
    controller.start()
    try:
        yield box, controller.port
    finally:
        controller.stop()


def with_password():
    """Return what makes a mail server ask for a password."""
    return {"authenticator": _knows, "auth_required": True, "auth_require_tls": False}


@contextmanager
def web_server(answer):
    """Serve HTTP; ``answer(handler, path, body)`` answers. Yields (what was asked, address)."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            parts = urlsplit(self.path)
            asked.append(
                (parts.path, {name: some[0] for name, some in parse_qs(parts.query).items()}, body, dict(self.headers))
            )
            answer(self, body)

        def log_message(self, *_words):
            return

    server = ThreadingHTTPServer((HOST, 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield asked, f"http://{HOST}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def saying(value, status=200):
    """Return an answer in JSON."""

    def answer(handler, _body):
        said = json.dumps(value).encode()
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(said)))
        handler.end_headers()
        handler.wfile.write(said)

    return answer


@contextmanager
def line(serve):
    """Listen, and hand each connection to ``serve``; yields the port."""
    with socket.create_server((HOST, 0)) as listening:

        def run():
            while True:
                try:
                    here, _address = listening.accept()
                except OSError:
                    return
                threading.Thread(target=_served, args=(serve, here), daemon=True).start()

        threading.Thread(target=run, daemon=True).start()
        yield listening.getsockname()[1]


def _served(serve, here):
    with here:
        try:
            serve(here)
        except OSError:
            return
