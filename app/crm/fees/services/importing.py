"""An existing ledger as an import brings it in: original numbers are kept, and the series goes on behind them."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import select

from app.base import choices, clock
from app.base.actor import SYSTEM, Actor, current_actor
from app.base.among import among
from app.base.fields import Choice, Field, fields_of
from app.base.history import delete_versioned, insert_versioned, update_versioned, versions_of
from app.base.i18n import _
from app.base.numbering import at_least, take
from app.base.scope import unscoped
from app.base.tabular.template import TemplateField
from app.crm.fees import queries, rules
from app.crm.fees.models import Fee
from app.crm.fees.services import months
from app.crm.fees.services.changes import changed
from app.crm.fees.services.import_rows import FIELDS, FeeChecker
from app.crm.fees.services.selling import unsell
from app.extensions import db
from app.system.approvals import services as approvals
from app.system.imports.services import Refused
from app.system.security import queries as security

ROWS = Fee.__table__
LEDGER = "fees"
OURS = re.compile(r"FW-(\d{6})-(\d{6})")
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "credit_code": ("企业社会信用码", "信用代码", "税号", "credit code"),
    "customer": ("客户名称", "企业名称", "单位名称", "客户", "付款客户", "company"),
    "number": ("编号", "单号", "流水号", "收据号", "no."),
    "product": ("产品", "服务", "项目", "收费项目", "产品编码", "product code"),
    "amount": ("金额", "到账金额", "收款金额", "实收", "金额（元）"),
    "agreed_amount": ("应收", "合同金额", "应收金额"),
    "received_on": ("到账日", "到账日期", "收款日期", "日期", "date"),
    "period_from": ("起期", "服务开始", "开始日期", "起始日期"),
    "period_to": ("止期", "到期日", "服务到期", "结束日期", "到期日期"),
    "method": ("收款方式", "付款方式", "支付方式"),
    "payer": ("付款方", "付款单位", "对方户名"),
    "invoice_number": ("发票", "发票号", "发票号码"),
    "agent": ("业绩归属", "客服", "业务员", "经办人", "归属人"),
    "state": ("审核状态", "状态"),
    "notes": ("说明", "摘要"),
}


class FeeTarget:
    """See system.imports.services.targets.Target."""

    kind = "fees"
    templates: Mapping[str, object] = {LEDGER: _("Ledger")}

    def fields(self, template: str) -> Sequence[TemplateField]:  # noqa: ARG002 - the protocol's
        return [_template_field(name, spec) for name, spec in FIELDS().items()]

    def dictionary_of(self, name: str) -> str:
        spec = fields_of(Fee).get(name)
        return spec.dictionary if isinstance(spec, Choice) else ""

    def notes(self, template: str, *, actor: Actor) -> Sequence[object]:  # noqa: ARG002 - the protocol's
        return [
            _("A customer is found by its credit code, else by its exact name; a product by its code or name."),
            _("What the file calls approved is taken over as approved only with the permission for it."),
        ]

    def checker(self, template: str, *, actor: Actor) -> FeeChecker:  # noqa: ARG002 - the protocol's
        return FeeChecker(actor)

    def taken(self, values: Sequence[Mapping[str, Any]]) -> Mapping[int, tuple[str, object]]:
        there = queries.numbers_taken(row["number"] for row in values if row.get("number"))
        closed = queries.closed_months(_day(row["received_on"]) for row in values)
        found: dict[int, tuple[str, object]] = {}
        for place, row in enumerate(values):
            if row.get("number") in there:
                found[place] = ("number", rules.NUMBER_TAKEN)
            elif (day := _day(row["received_on"])).replace(day=1) in closed:
                found[place] = ("received_on", rules.CLOSED_MONTH % {"month": f"{day:%Y-%m}"})
        return found

    def create(self, values: Sequence[Mapping[str, Any]], *, template: str, actor: Actor) -> Sequence[int]:  # noqa: ARG002
        if not values:
            return []
        rows = [_row(row, actor) for row in values]
        houses = security.departments_of(row["agent_id"] for row in rows if row["agent_id"] is not None)
        for row in rows:
            row["department_id"] = houses.get(row["agent_id"])
        _number(rows)
        ids = insert_versioned(Fee, rows)
        waiting = [key for key, row in zip(ids, rows, strict=True) if row["state"] == rules.UNREVIEWED]
        if waiting and actor.id is not None:
            approvals.begin("fee", waiting, applicant_id=actor.id, actor=actor)
        changed(ids, actor=actor)
        return ids

    def refused(self, values: Mapping[int, Mapping[str, Any]], *, actor: Actor) -> Mapping[int, tuple[str, object]]:  # noqa: ARG002
        return {}

    def update(
        self,
        values: Mapping[int, Mapping[str, Any]],  # noqa: ARG002 - no file changes a fee
        *,
        actor: Actor,  # noqa: ARG002
    ) -> Mapping[int, dict[str, Any] | Refused]:
        return {}

    def finished(self, run_id: int, *, actor: Actor) -> None:
        """Tell nobody: the approvals have told whoever decides."""

    def edited_since(self, ids: Sequence[int], *, change_set_id: int, was_created: bool) -> Mapping[int, str]:  # noqa: ARG002
        """Return the numbers of those that were changed, decided or used since."""
        versions = versions_of(Fee).__table__
        with unscoped("whoever imported them takes them back"):
            later = select(versions.c.id).where(among(versions.c.id, ids), versions.c.transaction_id > change_set_id)
            used = set(db.session.scalars(later)) | _named(ids) | _closed(ids)
            named = select(ROWS.c.id, ROWS.c.number).where(among(ROWS.c.id, sorted(used)))
            return {row.id: row.number for row in db.session.execute(named)}

    def remove(self, ids: Sequence[int]) -> None:
        """Take imported fees out: those with a number of their own go, those with one of ours are void and keep it."""
        with unscoped("whoever imported them takes them back"):
            rows = db.session.execute(select(ROWS.c.id, ROWS.c.number).where(among(ROWS.c.id, ids))).all()
        ours = [row.id for row in rows if OURS.fullmatch(row.number)]
        actor = current_actor() or SYSTEM
        unsell(ids, actor=actor)
        approvals.drop("fee", list(ids), actor=actor)
        update_versioned(Fee, ours, {"state": rules.VOID}, also={"updated_at": clock.now()})
        delete_versioned(Fee, sorted(set(ids) - set(ours)))

    def put_back(self, before: Mapping[int, Mapping[str, Any]], *, actor: Actor) -> Mapping[int, str]:  # noqa: ARG002
        return {}


def _template_field(name: str, spec: Field) -> TemplateField:
    items = choices.values(spec.dictionary).active if isinstance(spec, Choice) else ()
    kinds = {"credit_code": "code", "number": "code", "invoice_number": "code"}
    kind = kinds.get(name) or {"number": "number", "date": "date"}.get(spec.kind, "text")
    required = name in ("amount", "received_on", "product")
    known = (*spec.synonyms, *SYNONYMS.get(name, ()))
    chosen = [item.label for item in items]
    return TemplateField(name, spec.label, known, kind=kind, is_required=required, help=spec.help, choices=chosen)


def _day(text: Any) -> date:
    return text if isinstance(text, date) else date.fromisoformat(text)


def _row(values: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """Return the columns of an imported fee; what came through JSON as the columns hold it."""
    days = {name: _day(values[name]) if values.get(name) else None for name in ("period_from", "period_to")}
    sums = {name: Decimal(values[name]) if values.get(name) else None for name in ("amount", "agreed_amount")}
    texts = {name: values.get(name) for name in ("kind", "method", "payer", "invoice_number", "notes", "number")}
    state, now = values.get("state") or rules.UNREVIEWED, clock.now()
    is_through = state == rules.APPROVED
    empty = dict.fromkeys(("reason", "reason_text", "reverses_id", "refunds_id", "part_of_id", "renews_id", "deal_id"))
    return {
        **empty,
        **days,
        **sums,
        **texts,
        "customer_id": values["customer"],
        "product_id": values["product"],
        "received_on": _day(values["received_on"]),
        "agent_id": values.get("agent") or actor.id,
        "department_id": None,
        "entered_by_id": actor.id,
        "state": str(state),
        "source": "imported",
        "decided_by_id": actor.id if is_through else None,
        "decided_at": now if is_through else None,
        "form_token": None,
        "created_at": now,
        "updated_at": now,
    }


def _number(rows: Sequence[dict[str, Any]]) -> None:
    """Let the series go on behind the numbers that the file brings; give numbers to the rows that have none."""
    highest: dict[str, int] = defaultdict(int)
    for row in rows:
        if row["number"] and (met := OURS.fullmatch(row["number"])):
            series = f"fees-{met[1]}"
            highest[series] = max(highest[series], int(met[2]))
    for series, number in sorted(highest.items()):
        at_least(series, number)
    bare: dict[date, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if not row["number"]:
            bare[row["received_on"].replace(day=1)].append(row)
    for month, some in sorted(bare.items()):
        for row, number in zip(some, take(months.series(month), len(some)), strict=True):
            row["number"] = f"FW-{month:%Y%m}-{number:06}"
        months.check_open(month)


def _named(ids: Sequence[int]) -> set[int]:
    """Return the fees that a row of any table points to, or a file hangs on."""
    found: set[int] = set()
    for table in Model.metadata.sorted_tables:
        for column in table.columns:
            holds = [key for key in column.foreign_keys if key.column is ROWS.c.id and not key.info.get("lets_go")]
            if holds and not table.name.endswith("_version"):
                found |= set(db.session.scalars(select(column).where(among(column, ids)).distinct()))
    files = Model.metadata.tables["files_file"]
    hanging = select(files.c.record_id).where(files.c.kind == "fee", among(files.c.record_id, ids))
    return found | set(db.session.scalars(hanging))


def _closed(ids: Sequence[int]) -> set[int]:
    rows = db.session.execute(select(ROWS.c.id, ROWS.c.received_on).where(among(ROWS.c.id, ids))).all()
    closed = queries.closed_months(row.received_on for row in rows)
    return {row.id for row in rows if row.received_on.replace(day=1) in closed}
