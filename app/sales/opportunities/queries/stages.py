"""The stages, kept in every process while nobody changes them."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select

from app.base import wording
from app.base.choices import Item
from app.base.errors import Invalid
from app.base.i18n import _
from app.base.stamps import Cached
from app.extensions import db
from app.sales.opportunities.models import Stage
from app.sales.opportunities.rules import OPEN

STAMP = "opportunities"  # raised with every change of the stages


class StageRow(NamedTuple):
    """A stage without its session."""

    code: str
    names: tuple[str, str | None, str | None]  # simplified, traditional, English
    phase: str
    probability: int
    position: int
    color: str
    stale_days: int | None
    is_active: bool

    @property
    def label(self) -> str:
        """Its name in the reader's language; the simplified one where another is missing."""
        at = {"zh_Hans": 0, "zh_Hant": 1, "en": 2}.get(wording.language(), 0)
        return self.names[at] or self.names[0]

    @property
    def item(self) -> Item:
        return Item(self.code, self.label, self.color, is_active=self.is_active, words=tuple(filter(None, self.names)))


def _stages() -> Sequence[StageRow]:
    rows = db.session.scalars(select(Stage).order_by(Stage.position, Stage.id))
    return [_row(row) for row in rows]


def _row(row: Stage) -> StageRow:
    names = (row.name_zh_hans, row.name_zh_hant, row.name_en)
    return StageRow(row.code, names, row.phase, row.probability, row.position, row.color, row.stale_days, row.is_active)


_known = Cached(STAMP, _stages)


def stages(*, phase: str | None = None, is_active: bool | None = None) -> Sequence[StageRow]:
    """Return the stages in their order, those out of use too unless told otherwise."""
    found: Sequence[StageRow] = _known()
    return [
        one
        for one in found
        if (phase is None or one.phase == phase) and (is_active is None or one.is_active == is_active)
    ]


def stage(code: str | None) -> StageRow:
    """Return a stage. Raises Invalid for an unknown one."""
    found = next((one for one in stages() if one.code == code), None)
    if found is None:
        raise Invalid(_("There is no such stage."))
    return found


def first_open() -> StageRow:
    """Return the stage in which opportunities begin."""
    return stages(phase=OPEN, is_active=True)[0]


def next_open(code: str) -> StageRow | None:
    """Return the open stage behind another; None behind the last."""
    found = stages(phase=OPEN, is_active=True)
    now = next((one.position for one in stages() if one.code == code), 0)
    return next((one for one in found if one.position > now), None)
