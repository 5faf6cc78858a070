"""What can be done with many customers of the pool, or of one's own."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_

from app.base.actor import Actor
from app.base.bulk import Action, Applied, Given
from app.base.fields import Choice, LongText
from app.base.i18n import _
from app.crm.customers import services as owning
from app.crm.pool import queries, rules, services
from app.crm.pool.views.terms import terms
from app.system.runs.services import Subject


@dataclass(frozen=True)
class PoolSubject(Subject):
    """Ownerless customers: looked at through the screen of the pool, run over by whoever may claim or change them."""

    def meant(self, *, filter_text: str | None, ticked: Sequence[int] | None, actor: Actor) -> ColumnElement[bool]:
        found = super().meant(filter_text=filter_text, ticked=ticked, actor=actor)
        return and_(found, self.model.__table__.c.owner_id.is_(None))  # type: ignore[attr-defined]

    def reader(self, actor: Actor) -> Actor:
        return queries.opened_to(actor)

    def open_to(self, actor: Actor) -> ColumnElement[bool]:
        table = self.model.__table__  # type: ignore[attr-defined]
        return and_(table.c.owner_id.is_(None), or_(queries.claimable(actor).rows(table), super().open_to(actor)))


def _claim(ids: Sequence[int], _given: Given, actor: Actor) -> Applied:
    return services.claim(ids, actor=actor, terms=terms())


def _release(ids: Sequence[int], given: Given, actor: Actor) -> Applied:
    return services.release(ids, reason=given.get("reason"), words=given.get("words", ""), actor=actor)


def _check_release(given: Given, _actor: Actor) -> None:
    rules.check_release(given.get("reason"))


CLAIM = Action(
    "claim",
    _("Claim"),
    _claim,
    lambda _given: owning.OWNING,
    icon="hand-grab",
    amid_undo=lambda: owning.because("undo"),
)
RELEASE = Action(
    "release",
    _("Release to the pool"),
    _release,
    lambda _given: owning.OWNING,
    icon="arrow-back-up-double",
    fields=(
        Choice(_("Reason"), name="reason", dictionary="release_reason", required=True),
        LongText(_("More about it"), name="words", max_length=300),
    ),
    check=_check_release,
    amid_undo=lambda: owning.because("undo"),
    asks=_("Why"),
    hint=_("It is kept with the customer, for whoever claims it next."),
)
