"""What the page of a person is told: the account, its buttons, open sessions, the last sign-ins."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from app.base import clock, wording
from app.base.i18n import _
from app.base.screens import listpage, markup
from app.system.security.queries import Employee
from app.system.sign_in import queries, rules
from app.system.sign_in.models import LoginSession
from app.system.sign_in.views.door import settings
from app.system.sign_in.views.words import CHANNELS, OUTCOMES, STATES

if TYPE_CHECKING:
    from app.system.sign_in.views.users import EmployeeView

LAST_SIGN_INS = 8
#: Parts of a browser's own name, and what people call it. The first that is found counts.
BROWSERS = (
    ("MicroMessenger", "微信"), ("Edg/", "Edge"), ("OPR/", "Opera"), ("QQBrowser", "QQ浏览器"), ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl"), ("python", "Python"),
)  # fmt: skip
SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


def build(view: "EmployeeView", employee: Employee) -> dict[str, Any]:
    """Return everything ``zhike/user.html`` draws."""
    label, color = STATES[employee.access]
    page = listpage.record_page(view, employee)
    page["actions"] = [*page["actions"], *actions(view, employee)[1:]] if view.may("edit") else actions(view, employee)
    return page | {
        "avatar_text": employee.name[:1],
        "avatar_color": markup.color_of(employee.name),
        "chips": [{"text": label, "color": color, "dot": True}],
        "facts": _facts(view, employee),
        "figures": _figures(employee),
        "sessions": [session(one) for one in queries.sessions_of(employee.id, terms=rules.Openness.of(settings()))],
        "attempts": [_attempt(one) for one in queries.attempts_of(employee.id, limit=LAST_SIGN_INS)],
        "reset_url": view.url("reset", pk=employee.id) if view.may("reset") else None,
        "shortest": settings().password_min_length,
    }


def _facts(view: "EmployeeView", employee: Employee) -> list[dict[str, Any]]:
    lines = [
        {"icon": "user", "text": employee.username, "copy": True},
        {"icon": "sitemap", "text": str(employee.department or "")},
        {"icon": "phone", "text": view.specs["phone"].text(employee.phone)},
        {"text": markup.draw(view.specs["roles"], employee, actor=view.actor()) if employee.held_roles else ""},
    ]
    return [line for line in lines if line["text"]]


def _figures(employee: Employee) -> list[dict[str, Any]]:
    must = _("must be changed at the next sign-in") if employee.must_change_password else ""
    return [
        {"k": _("Last sign-in"), "v": markup.moment(employee.last_sign_in)},
        {"k": _("Password set"), "v": markup.moment(employee.password_changed_at), "s": must},
    ]


def _attempt(one: Any) -> dict[str, Any]:
    label, color = OUTCOMES[one.outcome]
    way = CHANNELS[one.channel][0] if one.channel in CHANNELS else one.channel
    return {"at": markup.moment(one.at), "outcome": label, "color": color, "address": one.address or "", "way": way}


def session(one: LoginSession) -> dict[str, Any]:
    """Return an open session as people recognize it."""
    return {
        "id": one.id,
        "browser": browser_name(one.browser or ""),
        "address": one.address or "",
        "since": wording.instant(one.started_at),
        "seen": wording.instant(one.seen_at),
        "is_fresh": clock.now() - one.seen_at < rules.JUST_NOW,
    }


def browser_name(told: str) -> str:
    """Return what people call the browser that told this of itself: "Chrome · Windows"."""
    parts = [next((name for mark, name in known if mark in told), "") for known in (BROWSERS, SYSTEMS)]
    return " · ".join(part for part in parts if part) or told[:40] or str(_("Unknown browser"))


def actions(view: "EmployeeView", employee: Employee) -> list[Mapping[str, Any]]:
    """Return the buttons of a person's account, as far as they may be pressed and make sense now."""
    state, key = employee.access, employee.id
    found = [
        {"label": _("Edit"), "icon": "edit", "url": view.url("edit", pk=key), "right": "edit", "when": True},
        _button(view, key, "unlock", _("Unlock"), "lock-open", when=state == "locked"),
        _button(view, key, "enable", _("Enable"), "user-check", when=state == "disabled"),
        _button(view, key, "end_sessions", _("End sessions"), "logout", when=state != "disabled", confirm=_(
            "Sign “%(name)s” out everywhere? Personal tokens end too."
        ) % {"name": employee.name}),
        _button(view, key, "disable", _("Disable"), "user-off", when=state != "disabled", danger=True, confirm=_(
            "Disable “%(name)s”? Nobody can sign in with the account, and what is open ends at once."
        ) % {"name": employee.name}),
    ]  # fmt: skip
    return [one for one in found if one["when"] and view.may(one["right"])]


def _button(
    view: "EmployeeView", key: int, verb: str, label: object, icon: str, *, when: bool, **more: Any
) -> dict[str, Any]:
    url = view.url(verb, pk=key)
    more = {name: str(value) if name == "confirm" else value for name, value in more.items()}
    return {"label": label, "icon": icon, "url": url, "method": "POST", "right": verb, "when": when} | more


BUTTON_ICONS = {"lock-open", "user-check", "logout", "user-off", "user-shield", "login-2"}  # for the sprite
__all__ = ["actions", "browser_name", "build", "session"]
