"""By which of their texts opportunities are found, and how a hit is shown."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.base.actor import Actor
from app.base.fields import fields_of, text_of
from app.base.i18n import _
from app.base.scope import unscoped
from app.extensions import db
from app.sales.opportunities.models import Opportunity
from app.system.search.services import INITIALS, WORDS, Kind, Line, Part, Rank, Watch

TABLE = Opportunity.__table__


def opportunity_kind() -> Kind:
    """Return opportunities as search sees them."""
    known = fields_of(Opportunity)
    parts = (
        Part("n", _("Name"), WORDS, Rank.CONTAINS, Rank.BEGINS, exact=True, fields=(known["title"],)),
        Part("i", _("Initials"), INITIALS, Rank.INITIALS, Rank.INITIALS_BEGIN, of="n"),
    )
    return Kind(
        code="opportunity",
        mark="o",
        model=Opportunity,
        label=_("Opportunities"),
        icon="target-arrow",
        screen="OpportunityView",
        endpoint="OpportunityView.show",
        parts=parts,
        texts=opportunity_texts,
        lines=opportunity_lines,
        watches=(Watch(Opportunity, frozenset({"title", "deleted_at"})),),
    )


def opportunity_texts(ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """Return the texts of opportunities that are not deleted, by id."""
    chosen = select(TABLE.c.id, TABLE.c.title).where(TABLE.c.id.in_(ids), TABLE.c.deleted_at.is_(None))
    with unscoped("search has chosen them"):
        return {row.id: [("n", row.title)] for row in db.session.execute(chosen)}


def opportunity_lines(ids: Sequence[int], actor: Actor) -> Mapping[int, Line]:
    """Return opportunities by id as search shows them: title, customer, stage, amount, owner."""
    specs = [fields_of(Opportunity)[name] for name in ("customer", "stage", "amount", "owner")]
    loads = (selectinload(Opportunity.customer), selectinload(Opportunity.owner))
    found = db.session.scalars(select(Opportunity).where(Opportunity.id.in_(ids)).options(*loads))
    return {
        row.id: Line(row.title, [text for spec in specs if (text := text_of(row, spec, actor=actor))]) for row in found
    }
