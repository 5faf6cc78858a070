"""Where a record stands in its approval: steps, what changed, what the reader may do, what happened.

The page of a record embeds it: ``section(code, record, actor)``.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import current_app, render_template, request, url_for
from markupsafe import Markup

from app.base import choices, clock, wording
from app.base.actor import Actor
from app.base.fields import Choice
from app.base.i18n import _
from app.base.screens import markup
from app.system.approvals import queries
from app.system.approvals.queries import Case, Event, Seat
from app.system.approvals.rules.cases import EVENTS, LATER, OPEN, STATES, WAITING, State
from app.system.approvals.rules.flows import CHOSEN
from app.system.approvals.views import drawing
from app.system.audit.queries import Line
from app.system.audit.views import marked

ROLE = Choice(dictionary="role")
EVENT_MARKS: Mapping[str, tuple[str, str]] = {
    "begun": ("send", "blue"),
    "approved": ("circle-check", "green"),
    "rejected": ("circle-x", "red"),
    "returned": ("arrow-back-up", "orange"),
    "withdrawn": ("arrow-back", "gray"),
    "gone": ("trash", "gray"),
    "added": ("user-plus", "blue"),
    "chosen": ("user-check", "blue"),
    "changed": ("edit", "amber"),
    "restarted": ("repeat", "amber"),
    "moved": ("replace", "gray"),
    "reminded": ("alarm", "amber"),
}
EVENT_ICONS = {  # for the sprite
    *("send", "circle-check", "circle-x", "arrow-back-up", "arrow-back", "trash", "user-plus", "user-check", "edit"),
    *("repeat", "replace", "alarm"),
}


def section(code: str, record: Any, actor: Actor, *, back: str = "", is_short: bool = False) -> Markup:
    """Return where a record stands, as HTML; nothing for a record that was never submitted, or outside the scope.

    ``back``: where the buttons lead afterwards; else to where one is. ``is_short``: the page says what is submitted.
    """
    case = queries.case_of(code, record.id)
    back = back or request.full_path.rstrip("?")
    return drawn(case, actor, back=back, is_short=is_short) if case is not None else Markup()


def drawn(case: Case, actor: Actor, *, back: str = "", is_short: bool = False) -> Markup:
    """Return a case as HTML."""
    told = build(case, actor) | {
        "next": back,
        "is_short": is_short,
        "title": queries.known_subjects()[case.subject].label if is_short else None,
    }
    return Markup(render_template("zhike/approvals/section.html", one=told))  # noqa: S704 - the template escapes


def build(case: Case, actor: Actor) -> dict[str, Any]:
    """Return everything ``zhike/approvals/section.html`` draws."""
    label, color = STATES[State(case.state)]
    return {
        "key": case.id,
        "edits": case.edits,
        "chip": {"text": label, "color": color},
        "steps": steps(case),
        "lines": lines(case, actor),
        "since": is_compared(case),
        "decided_before": case.since_number is not None,
        "remark": remark(case),
        "warning": warning(case),
        "events": [_event(one) for one in reversed(case.events)],
        "is_waiting": case.state == WAITING,
        **buttons(case, actor),
    }


def is_compared(case: Case) -> bool:
    """Tell whether there is something old to compare with: a decision before, or what the record itself says."""
    return case.since_number is not None or queries.known_subjects()[case.subject].lines is not None


def remark(case: Case) -> object | None:
    """Return why the applicant submits a record, where its domain asks that."""
    return queries.known_subjects()[case.subject].remark(case.record) if case.record is not None else None


def warning(case: Case) -> object | None:
    """Return what whoever decides has to know of a waiting record."""
    if case.state != WAITING or case.record is None:
        return None
    return queries.known_subjects()[case.subject].warning(case.record)


def may(permission: str, view: str = "CaseView") -> bool:
    """Tell whether this person's roles let them press a button of the approvals."""
    return bool(current_app.appbuilder.sm.has_access(f"can_{permission}", view))  # type: ignore[attr-defined]


def buttons(case: Case, actor: Actor) -> dict[str, Any]:
    """Return what the reader may do with a case, and why not."""
    is_waiting, is_mine = case.state == WAITING, case.applicant_id == actor.id
    refusal = queries.may_decide(case.subject, case.record_id, actor) if is_waiting else None
    can_press, subject = may("decide"), queries.known_subjects()[case.subject]
    can_decide = is_waiting and refusal is None and can_press
    asks = is_mine and is_waiting and can_press and not queries.open_seats(case) and _kind(case) == CHOSEN
    again = is_mine and case.state in (State.RETURNED, State.WITHDRAWN) and subject.submit is not None
    return {
        "can_decide": can_decide,
        "refusal": refusal if is_waiting and not can_decide and not is_mine else None,
        "can_withdraw": is_mine and is_waiting and can_press,
        "can_choose": asks,
        "can_submit": again and can_press,
        "people_url": url_for("CaseView.choices", field="person") if can_decide or asks else None,
    }


def _kind(case: Case) -> str:
    step = next((one for one in case.edition.steps if one.place == case.place), None)
    return step.kind if step else ""


def lines(case: Case, actor: Actor) -> list[dict[str, Any]]:
    """Return what changed since the last decision, old and new with the words marked, masked for the reader."""
    return drawn_lines(queries.lines_since(case), case, actor)


def drawn_lines(lines: Sequence[Line], case: Case, actor: Actor) -> list[dict[str, Any]]:
    """Return differences of the record of a case as a page draws them."""
    return drawn_differences(lines, case.record, actor)


def drawn_differences(lines: Sequence[Line], record: Any, actor: Actor) -> list[dict[str, Any]]:
    """Return differences as a page draws them: words marked, masked as the reader sees the record."""
    found = []
    for line in lines:
        old, new = marked(line, actor=actor, record=record)
        found.append({"label": line.spec.label, "part": line.part.strip(), "old": old, "new": new})
    return found


# ── steps ──


def steps(case: Case) -> list[dict[str, Any]]:
    """Return the steps of a case in order: who decided, who is asked, who comes later."""
    rows = {one.place: one for one in case.edition.steps}
    seats = [one for one in case.seats if one.round == case.round]
    places = sorted({*rows, *(one.place for one in seats)})
    return [_step(case, place, rows.get(place), [one for one in seats if one.place == place]) for place in places]


def _step(case: Case, place: int, row: Any, seats: Sequence[Seat]) -> dict[str, Any]:
    label = drawing.title(row) if row is not None else _("Named person")
    is_now = case.state == WAITING and place == case.place
    state = "now" if is_now else "done" if seats and place <= case.place else ""
    if is_now and not seats:
        return {"label": label, "state": state, "text": _("The applicant has yet to choose.")}
    passed = not seats and (place < case.place or case.state != WAITING)
    text = _("not needed") if passed else "；".join(map(_seat, seats)) if seats else drawing.who(row)
    late = is_now and case.due_at is not None and case.due_at < clock.now()
    return {"label": label, "state": state, "text": text, "late": late, "due": _due(case) if is_now else None}


def _due(case: Case) -> str | None:
    return str(_("by %(time)s") % {"time": wording.instant(case.due_at)}) if case.due_at else None


def _seat(one: Seat) -> str:
    who = one.employee.name if one.employee is not None else ROLE.text(one.role.name)
    if one.decided_by_id is not None:
        names = choices.labels("employee", [one.decided_by_id, one.for_id])
        who = names.get(one.decided_by_id, who)
        if one.for_id is not None:
            who = str(_("%(who)s for %(whom)s") % {"who": who, "whom": names.get(one.for_id, "")})
        return f"{who} {wording.instant(one.decided_at)}"
    words = {OPEN: _("asked now"), LATER: _("later")}.get(one.state, _("not needed"))
    return f"{who}（{words}{_why(one)}）"


def _why(one: Seat) -> str:
    words = WHY.get(one.why)
    return f"，{words}" if words else ""


WHY: Mapping[str, object] = {
    "superior": _("in place of the applicant"),
    "named": _("nobody else was found"),
    "administrators": _("nobody else was found"),
    "added": _("asked additionally"),
}


# ── what happened ──


def _event(one: Event) -> dict[str, Any]:
    icon, color = EVENT_MARKS[one.kind]
    who = one.by.name if one.by is not None else str(_("System"))
    if one.for_ is not None:
        who = str(_("%(who)s for %(whom)s") % {"who": who, "whom": one.for_.name})
    about = one.about.name if one.about is not None else ""
    return {
        "icon": icon,
        "color": color,
        "who": who,
        "what": EVENTS[one.kind],
        "about": about,
        "note": one.note,
        "time": markup.moment(one.at),
    }
