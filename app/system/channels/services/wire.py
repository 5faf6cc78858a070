"""Connections out of the house: only to addresses that were checked, for so long and no longer, without redirects."""

import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from app.base.errors import DomainError, Invalid
from app.base.i18n import _
from app.system.channels.rules import addresses
from app.system.channels.rules.addresses import Target

CONNECT_SECONDS = 10.0
MOST_ADDRESSES = 3  # of one host that are tried
LARGEST_ANSWER = 64 * 1024
OK, REDIRECTED, REFUSED = 200, 300, 400


class Undelivered(DomainError):
    """A message did not arrive, in words. ``is_final``: the same message would be refused again."""

    def __init__(self, message: object, *, is_final: bool = False, **values: object) -> None:
        super().__init__(message, **values)
        self.is_final = is_final


@dataclass(frozen=True)
class Limits:
    """What the deployment lets out, and how long one letter may take."""

    allowed_hosts: Collection[str] = ()
    seconds: float = 30.0


def check_host(host: str, port: int, limits: Limits) -> None:
    """Raise Invalid if messages may not be sent to a host: it is unknown, or not of the public net."""
    try:
        _resolved(host, port, limits)
    except Undelivered as refusal:
        raise Invalid(refusal.message, **refusal.values) from refusal


def _resolved(host: str, port: int, limits: Limits) -> list[tuple[Any, Any]]:
    """Return the addresses of a host as (family, address), each of them checked. Raises Undelivered."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Undelivered(_("There is no server called %(host)s."), host=host) from error
    if not addresses.is_allowed(host, limits.allowed_hosts):
        for one in found:
            if not addresses.is_public(str(one[4][0])):
                raise Undelivered(
                    _(
                        "%(host)s is no address of the public net: nothing is sent there. Who runs the installation "
                        "can allow this host (CHANNEL_HOSTS)."
                    ),
                    host=host,
                )
    return [(one[0], one[4]) for one in found]


def dial(host: str, port: int, limits: Limits) -> socket.socket:
    """Return a connection to the very address that was checked. Raises Undelivered."""
    problem: OSError | None = None
    for family, address in _resolved(host, port, limits)[:MOST_ADDRESSES]:
        here = socket.socket(family, socket.SOCK_STREAM)
        here.settimeout(min(CONNECT_SECONDS, limits.seconds))
        try:
            here.connect(address)
        except OSError as error:
            here.close()
            problem = error
        else:
            return here
    raise unreachable(host, port, problem)


def unreachable(host: str, port: int, problem: object) -> Undelivered:
    """Return the refusal that tells of a broken or missing connection."""
    if isinstance(problem, TimeoutError):
        return Undelivered(_("%(host)s does not answer at port %(port)s."), host=host, port=port)
    if isinstance(problem, ssl.SSLError):
        reason = getattr(problem, "verify_message", "") or problem.reason or str(problem)
        return Undelivered(_("%(host)s speaks no TLS we trust: %(reason)s"), host=host, reason=reason)
    if isinstance(problem, ConnectionRefusedError):
        return Undelivered(_("At %(host)s nobody listens at port %(port)s."), host=host, port=port)
    return Undelivered(_("The connection to %(host)s broke off."), host=host)


def encrypted(here: socket.socket, host: str) -> ssl.SSLSocket:
    """Return a connection that will speak TLS; the handshake is the caller's."""
    return ssl.create_default_context().wrap_socket(here, server_hostname=host, do_handshake_on_connect=False)


@contextmanager
def deadline(line: Callable[[], socket.socket | None], seconds: float) -> Iterator[threading.Event]:
    """Break a connection off that takes longer, however slowly it drips. Yields what is set when it was broken off."""
    over = threading.Event()

    def end() -> None:
        over.set()
        here = line()
        if here is not None:
            _break_off(here)

    timer = threading.Timer(max(seconds, 0.01), end)
    timer.daemon = True
    timer.start()
    try:
        yield over
    finally:
        timer.cancel()


def _break_off(here: socket.socket) -> None:
    try:
        socket.socket.shutdown(here, socket.SHUT_RDWR)  # past the layer of TLS: nobody waits for a farewell
    except OSError:
        here.close()


def post_json(target: Target, body: bytes, *, content_type: str, limits: Limits) -> dict[str, Any]:
    """Post something and return the answer, a JSON object. Raises Undelivered."""
    ends = time.monotonic() + limits.seconds
    here = dial(target.host, target.port, limits)
    here.settimeout(limits.seconds)
    if target.is_secure:
        here = encrypted(here, target.host)
    with deadline(lambda: here, ends - time.monotonic()) as over:
        try:
            status, answer = _exchanged(here, target, body, content_type)
        except (OSError, http.client.HTTPException, ValueError) as error:
            slow = TimeoutError() if over.is_set() else error
            raise unreachable(target.host, target.port, slow) from error
        finally:
            here.close()
    if over.is_set():  # what came until then looks like a whole answer
        raise unreachable(target.host, target.port, TimeoutError())
    return _read(target.host, status, answer)


def _exchanged(here: socket.socket, target: Target, body: bytes, content_type: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.sock = here
    if isinstance(here, ssl.SSLSocket):
        here.do_handshake()
    head = {"Content-Type": content_type, "User-Agent": "Zhike", "Connection": "close"}
    connection.request("POST", target.path, body, head)
    with connection.getresponse() as got:
        return got.status, got.read(LARGEST_ANSWER + 1)


def _read(host: str, status: int, answer: bytes) -> dict[str, Any]:
    if len(answer) > LARGEST_ANSWER:
        raise Undelivered(_("%(host)s answers too much: that is no such service."), host=host)
    if REDIRECTED <= status < REFUSED:
        raise Undelivered(_("%(host)s sends us on to another address; we do not follow."), host=host)
    try:
        found = json.loads(answer)
    except ValueError as error:
        raise Undelivered(
            _("%(host)s answers with %(status)s, and no word we know."), host=host, status=status
        ) from error
    if not isinstance(found, dict):
        raise Undelivered(_("%(host)s answers with %(status)s, and no word we know."), host=host, status=status)
    return found
