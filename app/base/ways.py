"""What can be done next where an answer is an error: no page is a dead end.

The plain ways stand here; a domain adds its own (``add``), and what it knows about an error (``know``).
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from flask import g, render_template, request, url_for
from sqlalchemy.exc import SQLAlchemyError

from app.base.actor import Actor
from app.base.i18n import _
from app.extensions import db


@dataclass(frozen=True)
class Way:
    """One link of an error page. ``is_back``: to the page before, as the browser has kept it."""

    label: object
    url: str
    text: object = ""
    icon: str = "arrow-right"
    is_back: bool = False


Told = Callable[[Actor], Way | None]
_added: dict[str, tuple[Collection[int], Told]] = {}
_known: dict[int, Callable[[Actor], object]] = {}


def add(name: str, codes: Collection[int], told: Told) -> None:
    """Offer one way more at these errors, to whoever is signed in; None where it is not for them."""
    _added[name] = (codes, told)


def know(code: int, told: Callable[[Actor], object]) -> None:
    """Say more about an error, to whoever is signed in."""
    _known[code] = told


def words(code: int) -> str:
    """Return what is known besides about an error."""
    return str(_known[code](g.actor)) if g.get("actor") and code in _known else ""


def out_of(code: int) -> list[Mapping[str, object]]:
    """Return the ways out, for the page."""
    is_known = g.get("actor") is not None
    plain = [PLAIN[name]() for name in NEXT.get(code, ("back", "home")) if is_known or name != "home"]
    more = [told(g.actor) for codes, told in _added.values() if code in codes] if is_known else []
    found = [*plain[:1], *filter(None, more), *plain[1:]]
    found += [] if is_known or code in NEEDS_NO_DOOR else [PLAIN["door"]()]
    return [asdict(way) for way in found]


def drawn(page: dict[str, Any], *, more: bool) -> str:
    """Return the page; if the database is what fails, without the frame, which needs it."""
    try:
        return _draw(page, more=more)
    except SQLAlchemyError:
        db.session.rollback()
        actor, g.actor = g.get("actor"), None
        try:
            return _draw(page, more=more)
        finally:
            g.actor = actor


def _draw(page: Mapping[str, Any], *, more: bool) -> str:
    text = " ".join(filter(None, [page["text"], words(page["code"]) if more else ""]))
    told = {**page, "text": text, "next": out_of(page["code"])}
    return render_template("zhike/message.html", page=told)


def before() -> str:
    """Return the path of the page before, if it was one of ours and not this very one; else the first page's."""
    given, house = request.referrer or "", request.host_url
    path = given.removeprefix(house.rstrip("/"))
    is_same = request.method == "GET" and path.split("?")[0] == request.path
    return _of_ours(path) if given.startswith(house) and not is_same else "/"


def _here() -> str:
    return _of_ours(request.full_path.rstrip("?")) if request.method == "GET" else before()


def _of_ours(path: str) -> str:
    """Return a path that leads to no other host: two slashes at its head would be one."""
    return "/" + path.lstrip("/\\")


def _back() -> Way:
    return Way(_("Go back"), before(), _("To the page before, as you left it."), "arrow-back-up", is_back=True)


def _again() -> Way:
    is_back = request.method != "GET"
    return Way(_("Try again"), _here(), _("It often works the second time."), "refresh", is_back=is_back)


def _reload() -> Way:
    return Way(_("Reload the record"), before(), _("It shows what the other person saved."), "refresh")


def _home() -> Way:
    return Way(_("To the first page"), "/", _("Your customers, messages and jobs."), "layout-dashboard")


def _door() -> Way:
    here = _here()
    address = url_for("AuthView.login", next=here) if here != "/" else url_for("AuthView.login")
    return Way(_("Sign in"), address, _("What you typed into a form is kept in this window."), "key")


PLAIN: Mapping[str, Callable[[], Way]] = {
    "again": _again,
    "back": _back,
    "door": _door,
    "home": _home,
    "reload": _reload,
}
#: Status → the plain ways, the best first.
NEXT: Mapping[int, tuple[str, ...]] = {
    401: ("door",),
    404: ("back", "home"),
    405: ("back", "home"),
    409: ("reload", "home"),
    429: ("again", "home"),
    500: ("again", "back", "home"),
    503: ("again", "home"),
}
NEEDS_NO_DOOR = frozenset({401, 429, 500, 503})
