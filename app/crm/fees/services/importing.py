"""An existing ledger as an import brings it in: original numbers are kept, and the series goes on behind them."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.base import clock, numbering
from app.base.actor import SYSTEM, Actor, current_actor
from app.base.among import among
from app.base.fields import Field
from app.base.history import delete_versioned, insert_versioned, update_versioned
from app.base.i18n import _
from app.base.scope import unscoped
from app.crm.customers.services.imports import naming
from app.crm.fees import queries, rules
from app.crm.fees.models import Fee
from app.crm.fees.services import months
from app.crm.fees.services.changes import changed
from app.crm.fees.services.import_rows import FIELDS, FeeChecker
from app.crm.fees.services.selling import unsell
from app.extensions import db
from app.system.approvals import services as approvals
from app.system.imports.services import MakesOnly, changed_since, used
from app.system.security import queries as security

ROWS = Fee.__table__
LEDGER = "fees"
CODES = frozenset({"credit_code", "number", "invoice_number"})
REQUIRED = frozenset({"amount", "received_on", "product"})
OURS = re.compile(r"FW-(\d{6})-(\d{6})")
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    **naming.SYNONYMS,
    "customer": (*naming.SYNONYMS["customer"], "付款客户"),
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


class FeeTarget(MakesOnly):
    """See system.imports.services.targets.Target. Whoever decides is told by the approvals."""

    kind = "fees"
    templates: Mapping[str, object] = {LEDGER: _("Ledger")}

    model, synonyms, kinds, required = Fee, SYNONYMS, dict.fromkeys(CODES, "code"), REQUIRED

    def columns(self) -> Mapping[str, Field]:
        return FIELDS()

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

    def edited_since(self, ids: Sequence[int], *, change_set_id: int, was_created: bool) -> Mapping[int, str]:  # noqa: ARG002
        """Return the numbers of those that were changed, decided or used since."""
        touched = changed_since(Fee, ids, change_set_id=change_set_id) | used(Fee, ids, files="fee")
        with unscoped("whoever imported them takes them back"):
            touched |= _closed(ids)
            named = select(ROWS.c.id, ROWS.c.number).where(among(ROWS.c.id, sorted(touched)))
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
    """Give numbers to the rows that bring none; their months are open."""
    bare = {row["received_on"].replace(day=1) for row in rows if not row["number"]}
    numbering.fill(
        rows,
        ours=OURS,
        prefix="fees-",
        key_of=lambda row: f"{row['received_on']:%Y%m}",
        written=lambda month, number: f"FW-{month}-{number:06}",
    )
    months.check_open(*sorted(bare))


def _closed(ids: Sequence[int]) -> set[int]:
    rows = db.session.execute(select(ROWS.c.id, ROWS.c.received_on).where(among(ROWS.c.id, ids))).all()
    closed = queries.closed_months(row.received_on for row in rows)
    return {row.id for row in rows if row.received_on.replace(day=1) in closed}
