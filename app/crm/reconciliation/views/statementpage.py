"""What the pages of a statement are told: plain dicts."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from flask import url_for

from app.base import wording
from app.base.choices import values as dictionary
from app.base.i18n import _
from app.base.screens import listpage
from app.base.sentences import restored
from app.crm.reconciliation import queries, services
from app.crm.reconciliation.models import Statement
from app.crm.reconciliation.rules import AGAIN, IGNORED, MATCHED, PROPOSED, UNMATCHED, banks

if TYPE_CHECKING:
    from app.crm.reconciliation.services import Preview
    from app.crm.reconciliation.views.statements import BankStatementView

SHOWN = 8  # rows of a preview
MOST_SAMPLE = 60


def start(view: "BankStatementView", *, problem: object = None) -> dict[str, Any]:
    """Return what the upload page shows."""
    return {
        "title": _("Import a statement"),
        "crumbs": listpage.crumbs(view),
        "problem": problem,
        "upload_url": view.url("upload"),
        "limit_bytes": view.limit_mb() * 1024 * 1024,
        "limit_text": _("At most %(size)s MB.") % {"size": view.limit_mb()},
        "banks": [item.label for item in dictionary("bank").active if item.code != banks.OTHER],
    }


def _head(view: "BankStatementView", statement: Statement) -> dict[str, Any]:
    return {"title": statement.file_name, "crumbs": listpage.crumbs(view)}


def preview(
    view: "BankStatementView",
    statement: Statement,
    found: "Preview",
    mapping: Sequence[str | None],
    *,
    problem: object = None,
    account: str = "",
    bank: str = "",
) -> dict[str, Any]:
    """Return what importing a file would bring."""
    entries, samples = found.sheet.entries, services.samples(statement)
    return _head(view, statement) | {
        "problem": problem,
        "is_known": all(one["is_sure"] for one in statement.columns),
        "bank": bank or statement.bank,
        "banks": [{"code": item.code, "label": item.label} for item in dictionary("bank").active],
        "bank_label": dictionary("bank").by_code[statement.bank].label,
        "account": account or found.account,
        "columns": [
            {
                "place": place,
                "heading": one["heading"],
                "sample": sample[:MOST_SAMPLE],
                "field": field,
                "state": "none" if field is None else "ok" if one["is_sure"] else "ask",
            }
            for place, (one, field, sample) in enumerate(zip(statement.columns, mapping, samples, strict=False))
        ],
        "fields": [{"name": one.name, "label": one.label} for one in banks.FIELDS],
        "stats": _stats(found),
        "rows": [_row(one) for one in entries[:SHOWN]],
        "more": wording.number(len(entries) - SHOWN) if len(entries) > SHOWN else None,
        "problems": [_problem(one) for one in found.sheet.problems[:SHOWN]],
        "more_problems": max(0, len(found.sheet.problems) - SHOWN),
        "may_import": view.may("import"),
        "can_import": bool(entries),
        "heading_row": statement.heading_row,
        "urls": {name: view.url(name, pk=statement.id) for name in ("preview", "bring_in", "discard")},
    }


def _stats(found: "Preview") -> list[dict[str, Any]]:
    came = sum(one.amount for one in found.sheet.entries if one.amount > 0)
    went = -sum(one.amount for one in found.sheet.entries if one.amount < 0)
    problems = len(found.sheet.problems)
    return [
        {"icon": "circle-plus", "k": _("New lines"), "v": wording.number(found.new), "s": _("will be written")},
        {"icon": "copy", "k": _("Already known"), "v": wording.number(found.known), "s": _("stay as they are")},
        {"icon": "arrow-down-left", "k": _("Money in"), "v": wording.yuan(came), "s": ""},
        {"icon": "arrow-up-right", "k": _("Money out"), "v": wording.yuan(went), "s": ""},
        {
            "icon": "alert-circle",
            "k": _("Rows with problems"),
            "v": wording.number(problems),
            "s": _("are left out"),
            "tone": "danger" if problems else "",
        },
    ]


def _row(one: Any) -> dict[str, Any]:
    return {
        "number": one.number,
        "day": wording.day(one.booked_on),
        "amount": wording.yuan(one.amount),
        "payer": one.payer,
        "account": one.payer_account,
        "summary": one.summary,
    }


def _problem(one: Any) -> dict[str, Any]:
    return {"number": one.number, "cell": one.cell, "sentence": str(one.sentence)}


def result(view: "BankStatementView", statement: Statement) -> dict[str, Any]:
    """Return what became of a file."""
    counts = queries.states_of(statement.id)
    return _head(view, statement) | {
        "fields": [
            {"label": view.specs[name].label, "value": view.drawn(statement, name)}
            for name in ("bank", "account", "first_on", "last_on", "sum_in", "sum_out", "uploaded_by", "imported_at")
        ],
        "stats": [_stat(statement, counts, *one) for one in RESULT],
        "line_count": wording.number(statement.line_count),
        "known_count": wording.number(statement.known_count),
        "problems": [
            {"number": one["number"], "cell": one["cell"], "sentence": restored(one["sentence"])}
            for one in statement.problems
        ],
        "problem_count": statement.problem_count,
        "lines_url": lines_url(statement.id),
        "actions": _actions(view, statement, counts),
    }


RESULT = (
    ("link", _("Proposals"), PROPOSED, ""),
    ("alert-circle", _("Not matched"), UNMATCHED, "warning"),
    ("circle-check", _("Matched to fees"), MATCHED, ""),
    ("link-off", _("Look again"), AGAIN, "danger"),
    ("eye-off", _("Set aside"), IGNORED, ""),
)


def _stat(statement: Statement, counts: Any, icon: str, label: object, state: str, tone: str) -> dict[str, Any]:
    count = counts.get(state, 0)
    url = lines_url(statement.id, state) if count else None
    return {"icon": icon, "k": label, "v": wording.number(count), "tone": tone if count else "", "url": url}


def _actions(view: "BankStatementView", statement: Statement, counts: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if view.may("export"):
        found.append({"label": _("The bank's file"), "icon": "file-download", "url": view.url("file", pk=statement.id)})
    if view.may("import") and counts.get(UNMATCHED, 0):
        url = view.url("look_again", pk=statement.id)
        found.append({"label": _("Look for fees again"), "icon": "refresh", "url": url, "method": "POST"})
    url = lines_url(statement.id)
    return [*found, {"label": _("Open the bank lines"), "icon": "list", "url": url, "primary": True}]


def lines_url(statement_id: int, state: str = "") -> str:
    """Return the list of a statement's lines, or those of one state."""
    conditions = [{"field": "statement", "op": "is", "value": str(statement_id)}]
    conditions += [{"field": "state", "op": "is", "value": str(state)}] if state else []
    return url_for("BankLineView.list", filter=json.dumps({"all": conditions}, ensure_ascii=False))
