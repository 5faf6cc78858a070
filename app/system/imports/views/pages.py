"""What the templates of an import are told: plain dicts."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flask import current_app, url_for

from app.base import wording
from app.base.i18n import _
from app.base.scope import may_write
from app.base.screens.view import current_actor
from app.base.sentences import restored
from app.system.imports import queries, rules, services
from app.system.imports.models import ImportRow, ImportRun
from app.system.imports.rules import Action, State, Verdict

if TYPE_CHECKING:
    from app.system.imports.views.screens import ImportView

PAGE = 100  # rows with problems
SHOWN = ("all", "errors", "duplicates")


def start(view: "ImportView", *, problem: object = None, template: str = "") -> dict[str, Any]:
    """Return what the first page shows."""
    templates = view.target.templates
    return {
        "title": view.title,
        "crumbs": crumbs(view)[:1],
        "steps": steps(None),
        "problem": problem,
        "upload_url": view.url("upload"),
        "limit": wording.number(rules.LARGEST_IN_BROWSER),
        "limit_bytes": current_app.config["ZHIKE"].upload_max_mb * 1024 * 1024,
        "limit_text": _("At most %(size)s MB.") % {"size": current_app.config["ZHIKE"].upload_max_mb},
        "templates": [
            {
                "name": name,
                "label": label,
                "checked": name == (template or next(iter(templates))),
                "url": view.url("template", template=name),
            }
            for name, label in templates.items()
        ],
        "runs": [_listed(view, run) for run in queries.recent(view.kind)],
    }


def _listed(view: "ImportView", run: ImportRun) -> dict[str, Any]:
    state = State(run.state)
    return {
        "name": run.file_name,
        "url": view.url("show", pk=run.id),
        "state": rules.STATE_NAMES[state],
        "color": rules.STATE_COLORS[state],
        "rows": wording.number(run.row_count),
        "created": wording.number(run.counts.get("create", 0)),
        "updated": wording.number(run.counts.get("update", 0)),
        "at": moment(run.at),
        "who": str(run.user) if run.user else "",
    }


def moment(at: Any) -> str:
    """Return a stored moment in the business's zone."""
    return wording.instant(at) if at else ""


def crumbs(view: "ImportView") -> list[dict[str, Any]]:
    """Return the way to a run."""
    return [
        {"label": view.back_label, "url": url_for(view.back)},
        {"label": _("Import"), "url": view.url("start")},
    ]


def steps(run: ImportRun | None, *, now: int = 0) -> list[dict[str, Any]]:
    """Return the five steps, with what has been done at each."""
    names = [_("Upload"), _("Match columns"), _("Check"), _("Import"), _("Result")]
    texts: list[object] = [
        _("xlsx, xls or csv"),
        "",
        _("A trial: nothing is written"),
        "",
        _("Returned rows with reasons"),
    ]
    if run is not None:
        mapped = sum(1 for column in run.columns if column["field"])
        texts[0] = moment(run.at)
        texts[1] = _("%(yes)s mapped, %(no)s not imported") % {"yes": mapped, "no": len(run.columns) - mapped}
        texts[3] = moment(run.imported_at)
    states = ["done" if place < now else "now" if place == now else "" for place in range(5)]
    return [
        {"label": name, "text": text, "state": state} for name, text, state in zip(names, texts, states, strict=True)
    ]


def about(view: "ImportView", run: ImportRun, *, now: int) -> dict[str, Any]:
    """Return the head of every page of a run."""
    is_mine = may_write(run, current_actor())
    return {
        "title": run.file_name,
        "count_text": _("%(sheet)s · %(rows)s rows · %(size)s")
        % {"sheet": run.sheet, "rows": wording.number(run.row_count), "size": wording.size(run.size_bytes)},
        "crumbs": crumbs(view),
        "steps": steps(run, now=now),
        "is_mine": is_mine,
        "discard_url": view.url("discard", pk=run.id) if is_mine else None,
    }


# ── columns ──


def mapping(
    view: "ImportView", run: ImportRun, *, problem: object = None, wanted: Sequence[str | None] | None = None
) -> dict[str, Any]:
    """Return what the page of the columns shows; ``wanted`` is what was just chosen, and refused."""
    chosen = wanted or [column["field"] for column in run.columns]
    fields = [{"name": field.name, "label": field.heading} for field in view.target.fields(run.template)]
    return about(view, run, now=1) | {
        "problem": problem,
        "columns": [
            {**column, "place": place, "field": chosen[place], "state": _sureness(column, chosen[place])}
            for place, column in enumerate(run.sampled)
        ],
        "fields": fields,
        "notes": view.target.notes(run.template, actor=current_actor()),
        "heading_row": run.heading_row,
        "template": view.target.templates[run.template],
        "check_url": view.url("check", pk=run.id),
    }


def _sureness(column: Mapping[str, Any], field: str | None) -> str:
    if field is None:
        return "none"
    return "ask" if column["confidence"] == "check" else "ok"


# ── check ──


def place(given: Mapping[str, str]) -> dict[str, Any]:
    """Return where in the problems the person is: which kind, from which row on."""
    after = given.get("after", "")
    show = given.get("show", SHOWN[0])
    found = {"show": show} if show in SHOWN[1:] else {}
    return found | ({"after": after} if after.isdigit() and len(after) < 9 else {})  # noqa: PLR2004 - digits


def check(view: "ImportView", run: ImportRun, given: Mapping[str, str]) -> dict[str, Any]:
    """Return what the page of the check shows."""
    here = place(given)
    show, after = here.get("show", SHOWN[0]), int(here.get("after", 0))
    found = queries.problem_rows(run, show=show, after=after, limit=PAGE + 1)
    counts = _counts(run)
    rows = found[:PAGE]
    labels = {field.name: str(field.label) for field in view.target.fields(run.template)}
    headings = {column["field"]: column["heading"] for column in run.columns}
    return about(view, run, now=2) | {
        "stats": _stats(view, run, counts),
        "columns": [column | {"label": labels.get(column["field"] or "")} for column in run.sampled],
        "mapping_url": view.url("show", pk=run.id, step="mapping"),
        "segments": _segments(view, run, counts, show),
        "rows": [_problem_row(row, {**labels, **headings}) for row in rows],
        "total": wording.number(counts["errors"] + counts["duplicates"]),
        "kinds": _kinds(run, counts),
        "proposals": _proposals(run, labels),
        "choose_url": view.url("choose", pk=run.id, **here),
        "import_url": view.url("bring_in", pk=run.id),
        "result_url": view.url("result", pk=run.id),
        "next_url": view.url("show", pk=run.id, show=show, after=rows[-1].number) if len(found) > PAGE else None,
        "first_url": view.url("show", pk=run.id, show=show) if after else None,
        "ready": counts[Action.CREATE] + counts[Action.UPDATE],
    }


def _counts(run: ImportRun) -> dict[str, int]:
    found = dict.fromkeys(["errors", "duplicates", *rules.OFFERED], 0) | services.forecast(run)
    for verdict, reason, _choice, _may_update, count in queries.groups(run):
        found["errors"] += count if verdict == Verdict.REJECT else 0
        found["duplicates"] += count if verdict == Verdict.DUPLICATE else 0
        if reason:
            found[reason] += count
    return found


def _stats(view: "ImportView", run: ImportRun, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    def one(icon: str, label: object, count: int, text: object, tone: str = "", show: str = "") -> dict[str, Any]:
        url = view.url("show", pk=run.id, show=show) if show and count else None
        shown = {"icon": icon, "k": label, "v": wording.number(count), "s": text}
        return shown | {"tone": tone if count else "", "url": url}

    return [
        one(icon="circle-plus", label=_("New"), count=counts[Action.CREATE], text=_("will be written")),
        one(icon="pencil", label=_("Update"), count=counts[Action.UPDATE], text=_("existing records that change")),
        one("copy", _("Duplicates"), counts["duplicates"], _("choose what to do"), "warning", "duplicates"),
        one("alert-circle", _("Errors"), counts["errors"], _("returned with the reason"), "danger", "errors"),
    ]


def _segments(view: "ImportView", run: ImportRun, counts: Mapping[str, int], show: str) -> list[dict[str, Any]]:
    labels = {
        "all": _("All"),
        "errors": _("Errors %(n)s") % {"n": wording.number(counts["errors"])},
        "duplicates": _("Duplicates %(n)s") % {"n": wording.number(counts["duplicates"])},
    }
    return [
        {"label": label, "url": view.url("show", pk=run.id, show=name), "current": name == show}
        for name, label in labels.items()
    ]


def _problem_row(row: ImportRow, headings: Mapping[str, str]) -> dict[str, Any]:
    is_duplicate = row.verdict == Verdict.DUPLICATE
    offered = rules.offered(row.reason, may_update=row.may_update) if row.reason else []
    wanted = row.choice or ""
    return {
        "number": row.number,
        "title": row.title,
        "is_duplicate": is_duplicate,
        "problems": [
            {"heading": headings.get(one["field"], ""), "cell": one["cell"], "sentence": restored(one["sentence"])}
            for one in row.problems or []
        ],
        "choices": [{"value": "", "label": _("By kind"), "selected": not wanted}]
        + [{"value": one, "label": rules.CHOICE_NAMES[one], "selected": one == wanted} for one in offered]
        if is_duplicate
        else [],
    }


def _kinds(run: ImportRun, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "name": f"choice-{reason}",
            "label": rules.REASON_NAMES[reason],
            "count": wording.number(counts[reason]),
            "choices": [
                {"value": one, "label": rules.CHOICE_NAMES[one], "selected": one == run.options.get(reason)}
                for one in offered
            ],
        }
        for reason, offered in rules.OFFERED.items()
        if counts[reason]
    ]


def _proposals(run: ImportRun, labels: Mapping[str, str]) -> list[dict[str, Any]]:
    accepted = [tuple(one) for one in run.options.get("words", ())]
    return [
        {**one, "label": labels.get(one["field"], ""), "ticked": (one["dictionary"], one["word"]) in accepted}
        for one in run.proposals
    ]
