"""Entering a fee, and correcting it as long as nobody has approved it. Source: FEE-1, FEE-4."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from app.base import clock
from app.base.actor import Actor, Level
from app.base.errors import Doubtful, Invalid, InvalidFields, NotAllowed
from app.base.fields import fields_of
from app.base.i18n import _
from app.base.scope import may_write, unscoped
from app.base.transaction import check_revision, lock, transaction
from app.crm.customers.queries import Customer
from app.crm.fees import queries, rules
from app.crm.fees.models import REACH, Fee
from app.crm.fees.services import months
from app.crm.fees.services.changes import changed
from app.crm.fees.services.paying import check_deal
from app.crm.products import queries as products
from app.extensions import db
from app.system.approvals import queries as approval_queries
from app.system.approvals import services as approvals
from app.system.files import services as files
from app.system.files.services import Content, Limits
from app.system.security import queries as security

#: Never set by a form or program: each is the business of a service.
KEPT = frozenset(
    "number customer state reason reason_text source department entered_by decided_by decided_at reverses refunds "
    "part_of created_at updated_at".split()
)
#: What stays of an entry that belongs to another: it has that one's product and agent, and no period of its own.
DRAWN = frozenset("product kind agreed_amount period_from period_to agent renews deal".split())
LONGEST_TOKEN = 64
CHOOSE_AGENT = ("can_choose_agent", "FeeView")
ALIKE_WITHIN = timedelta(days=7)  # the same amount from the same customer is looked at twice
LOOKS_LIKE = _(
    "The same amount from the same customer is in the ledger already. Look at it, or enter this all the same."
)


@transaction
def record(
    customer: Customer,
    values: Mapping[str, Any],
    *,
    actor: Actor,
    contents: Sequence[Content] = (),
    limits: Limits | None = None,
    source: str = "entered",
    token: str | None = None,
    despite: Collection[int] | None = None,
) -> Fee:
    """Enter a fee, which then waits for approval. ``values``: by field name; without an agent it counts to the actor.

    ``contents``: vouchers that were taken in; ``limits``: what files may be. ``source``: of fee_source. ``token``: of
    the form: sent twice, it makes one fee. ``despite``: the ids of fees that the person was shown as looking the same;
    None: nobody is asked.

    Raises NotAllowed for a customer that is not the actor's, or a closed month; InvalidFields; Doubtful if a fee
    looks the same that is not among ``despite``.
    """
    if token and len(token) > LONGEST_TOKEN:
        raise Invalid(_("This page was open for too long, or in two windows. Reload it and try again."))
    lock(customer)  # of a form that is sent twice, the second waits here for the first
    if token and (before := queries.by_token(token)) is not None:
        return _again(before, actor)
    check_may_enter(customer, actor)
    given = {name: value for name, value in values.items() if name not in KEPT}
    rules.check_values(given, today=clock.today())
    _check_product(given["product"], but=None)
    check_deal(given.get("deal"), customer_id=customer.id, but=None)
    months.check_open(given["received_on"])
    if despite is not None:
        _check_alike(customer, given, despite)
    fee = Fee(customer_id=customer.id, source=source, form_token=token)
    _assign(fee, given | {"agent": _agent(given.get("agent"), actor)})
    return enter(fee, actor=actor, contents=contents, limits=limits)


def enter(fee: Fee, *, actor: Actor, contents: Sequence[Content] = (), limits: Limits | None = None) -> Fee:
    """Save a new entry under the next number of its month, and tell finance. Part of the caller's transaction."""
    if fee.department_id is None and fee.agent_id is not None:
        fee.department_id = security.departments_of([fee.agent_id]).get(fee.agent_id)
    fee.entered_by_id, fee.state = actor.id, rules.UNREVIEWED
    queries.hold_customer(fee.customer_id)
    fee.number = months.next_number(fee.received_on)  # from here on others wait: nothing but the saving is left
    db.session.add(fee)
    db.session.flush()
    _attach(fee, contents, limits, actor)
    _submit(fee, actor)
    changed([fee.id], actor=actor)
    return fee


def _attach(fee: Fee, contents: Sequence[Content], limits: Limits | None, actor: Actor) -> None:
    if limits is not None:
        for content in contents:
            files.attach(fee, content, kind="fee", actor=actor, limits=limits)


def _again(before: Fee, actor: Actor) -> Fee:
    if before.entered_by_id != actor.id:
        raise Invalid(_("This page was open for too long, or in two windows. Reload it and try again."))
    return before


def check_may_enter(customer: Customer, actor: Actor) -> None:
    """Raise NotAllowed unless somebody may enter fees of a customer."""
    level = actor.reach(REACH).write
    if level == Level.NONE:
        raise NotAllowed(_("You may read fees, but not enter any."))
    rules.check_may_enter(
        writes=level == Level.ALL,
        may_write_customer=may_write(customer, actor),
        is_deleted=customer.deleted_at is not None,
    )


def may_enter(customer: Customer, actor: Actor) -> bool:
    """Tell whether somebody may enter fees of a customer."""
    try:
        check_may_enter(customer, actor)
    except NotAllowed:
        return False
    return True


def _hold_customer(key: int) -> None:
    with unscoped("the fee is the actor's, whosever the customer"):
        lock(db.session.get_one(Customer, key))


def _check_product(key: int, *, but: int | None) -> None:
    """Raise InvalidFields for a product that is not offered; one that the fee has already may stay."""
    if key != but and products.offered(key) is None:
        raise InvalidFields({"product": _("This product is not offered any more. Choose another.")})


def _agent(wanted: int | None, actor: Actor) -> int | None:
    """Return to whom it counts. Raises InvalidFields for somebody else without the right to say so."""
    if wanted is None or wanted == actor.id:
        return actor.id
    if not may_choose_agent(actor):
        raise InvalidFields({"agent": _("What you enter counts to you. Finance may say otherwise.")})
    if security.employee(wanted) is None:
        raise InvalidFields({"agent": _("Choose one of those that are offered.")})
    return wanted


def may_choose_agent(actor: Actor) -> bool:
    """Tell whether somebody may say to whom a fee counts."""
    return actor.is_system or CHOOSE_AGENT in security.rights(actor.role_ids)


def _check_alike(customer: Customer, given: Mapping[str, Any], despite: Collection[int]) -> None:
    found = queries.alike(customer.id, given["amount"], given["received_on"], within=ALIKE_WITHIN)
    if any(one.id not in despite for one in found):
        raise Doubtful(LOOKS_LIKE, told=[{"number": one.number} for one in found], keys=[one.id for one in found])


def _assign(fee: Fee, values: Mapping[str, Any]) -> None:
    for name, spec in fields_of(Fee).items():
        if name in values and name not in KEPT:
            setattr(fee, spec.column, values[name])


# ── correcting ──


@transaction
def change(fee: Fee, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Correct a fee that nobody has approved; it then waits for approval (again). The customer and the number stay.

    Raises NotAllowed unless the actor entered it, or if its month, or the one it is moved to, is closed; WrongState
    if it is approved or void; Conflict; InvalidFields.
    """
    lock(fee)
    rules.check_author(entered_by_id=fee.entered_by_id, actor_id=actor.id)
    state = rules.after("edit", fee.state)
    check_revision(fee, revision=revision)
    given = {name: value for name, value in values.items() if name not in KEPT and name not in _fixed(fee)}
    meant = {name: getattr(fee, spec.column) for name, spec in fields_of(Fee).items()} | given
    if meant["deal"] is not None:  # whoever takes the deal away holds the customer too
        _hold_customer(fee.customer_id)
    _check_change(fee, meant)
    if meant["agent"] != fee.agent_id:
        given["agent"] = _agent(meant["agent"], actor)
    waits, before = state == fee.state, {name: getattr(fee, spec.column) for name, spec in fields_of(Fee).items()}
    with db.session.no_autoflush:  # one saving is one revision
        _move(fee, given)
        _assign(fee, given)
        fee.state, fee.reason = state, None
        if fee.refunds_id is None and fee.reverses_id is None:  # theirs says why money went back
            fee.reason_text = None
        fee.decided_by_id = fee.decided_at = None
        fee.updated_at = clock.now()
    db.session.flush()
    _submit_again(fee, {name for name, value in given.items() if value != before[name]}, actor, waits=waits)
    changed([fee.id], actor=actor)


def _submit(fee: Fee, actor: Actor) -> None:
    """Let a fee wait for approval. What the system itself entered was nobody's, so nobody is barred from deciding."""
    if actor.id is not None:
        approvals.begin("fee", [fee.id], applicant_id=actor.id, actor=actor)


def _submit_again(fee: Fee, names: set[str], actor: Actor, *, waits: bool) -> None:
    """Let a corrected fee wait again; of one that waits the approvals hear what was changed."""
    case = approval_queries.case_of("fee", fee.id)
    if waits and case is not None and case.state == "waiting":
        approvals.changed("fee", [fee.id], names, actor=actor)
    else:
        _submit(fee, actor)


def _fixed(fee: Fee) -> frozenset[str]:
    """Return what cannot be corrected: of an entry that belongs to another, what it has from that."""
    if fee.reverses_id is not None or fee.refunds_id is not None:
        return DRAWN | {"amount"}
    return DRAWN if fee.part_of_id is not None else frozenset()


def _check_change(fee: Fee, meant: Mapping[str, Any]) -> None:
    values = dict(meant)
    if fee.reverses_id is not None or fee.refunds_id is not None:
        values["amount"] = abs(meant["amount"])
    rules.check_values(values, today=clock.today())
    _check_product(meant["product"], but=fee.product_id)
    check_deal(meant["deal"], customer_id=fee.customer_id, but=fee.deal_id)
    if meant["received_on"] != fee.received_on:
        months.hold(meant["received_on"])
    months.check_open(fee.received_on, meant["received_on"])
    queries.check_fits(fee, amount=meant["amount"], agreed=meant["agreed_amount"])


def _move(fee: Fee, given: dict[str, Any]) -> None:
    if "agent" in given and given["agent"] != fee.agent_id:
        key = given["agent"]
        fee.department_id = security.departments_of([key]).get(key) if key is not None else None


__all__ = ["KEPT", "change", "check_may_enter", "enter", "may_choose_agent", "record"]
