"""A browser as small as can be: one connection, cookies, forms sent back as they came. Standard library only."""

import re
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPException, HTTPResponse
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from benchmarks.counting import HEADER

TIMEOUT_SECONDS = 120
MOVED = range(300, 400)


@dataclass
class Answer:
    """``seconds``: until the last byte. ``statements``: what the application asked its database."""

    status: int
    body: str
    seconds: float
    statements: int
    location: str


@dataclass
class Form(HTMLParser):
    """The fields of the form that holds a given field, with what they hold."""

    wanted: str
    found: dict[str, str] = field(default_factory=dict)
    action: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self._fields: dict[str, str] | None = None
        self._action, self._open, self._select = "", "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._fields, self._action = {}, given.get("action", "")
        elif self._fields is not None:
            self._take(tag, given, self._fields)

    def _take(self, tag: str, given: Mapping[str, str], fields: dict[str, str]) -> None:
        name = given.get("name", "")
        if tag == "input" and name and (given.get("type") not in {"checkbox", "radio", "file"} or "checked" in given):
            fields[name] = given.get("value", "on" if given.get("type") == "checkbox" else "")
        elif tag == "textarea":
            self._open, fields[name] = name, ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in given:
            fields[self._select] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._open and self._fields is not None:
            self._fields[self._open] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._open = ""
        elif tag == "form" and self._fields is not None:
            if self.wanted in self._fields and not self.found:
                self.found, self.action = self._fields, self._action
            self._fields = None


def form_of(body: str, wanted: str) -> Form:
    """Return the first form with a field of this name."""
    form = Form(wanted)
    form.feed(body)
    return form


class Client:
    """Whoever is signed in at one server."""

    def __init__(self, port: int) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, None)

    def post(self, path: str, given: Mapping[str, Any] | Sequence[tuple[str, Any]]) -> Answer:
        return self._ask("POST", path, urlencode(given))

    def _ask(self, method: str, path: str, body: str | None) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        answer = self._sent(method, path, body, headers)
        text = answer.read().decode()
        seconds = time.perf_counter() - began
        for line in answer.headers.get_all("Set-Cookie") or ():
            self.cookies |= {name: one.value for name, one in SimpleCookie(line).items()}
        asked = int(answer.headers.get(HEADER, 0))
        return Answer(answer.status, text, seconds, asked, answer.headers.get("Location", ""))

    def _sent(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> HTTPResponse:
        try:
            self.connection.request(method, path, body, headers)
            return self.connection.getresponse()
        except (HTTPException, ConnectionError):  # the server has closed an idle connection
            self.connection.close()
            self.connection.request(method, path, body, headers)
            return self.connection.getresponse()

    def sign_in(self, path: str, username: str, password: str) -> None:
        """Send the form of a sign-in page."""
        form = form_of(self.get(path).body, "username")
        answer = self.post(form.action or path, form.found | {"username": username, "password": password})
        assert answer.status in MOVED, (answer.status, re.sub(r"\s+", " ", answer.body)[:500])  # noqa: S101 - nothing to measure

    def like(self, port: int) -> "Client":
        """Return another connection with the same cookies."""
        other = Client(port)
        other.cookies = dict(self.cookies)
        return other


@dataclass
class Load:
    """What many clients were answered together."""

    requests: int
    errors: int
    seconds: float
    slowest: float  # the 99th of a hundred

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


def load(client: Client, port: int, path: str, *, clients: int, seconds: float) -> Load:
    """Ask for a page with so many connections at once, each as fast as it is answered."""
    ends, spent, errors = time.perf_counter() + seconds, [], []

    def ask() -> None:
        mine = client.like(port)
        while time.perf_counter() < ends:
            try:
                answer = mine.get(path)
                spent.append(answer.seconds)
                if answer.status != 200:  # noqa: PLR2004 - anything else is a failure
                    errors.append(answer.status)
            except (OSError, HTTPException) as error:
                errors.append(error)

    began = time.perf_counter()
    threads = [threading.Thread(target=ask) for _client in range(clients)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    ordered = sorted(spent) or [0.0]
    return Load(len(spent), len(errors), time.perf_counter() - began, ordered[int(len(ordered) * 0.99) - 1])
