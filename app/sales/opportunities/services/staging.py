"""The stages that the house sells by: the rows of the screen."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from app.base import numbering
from app.base.actor import Actor
from app.base.history import versions_of
from app.base.stamps import raise_stamp
from app.base.transaction import check_revision, lock, transaction
from app.extensions import db
from app.sales.opportunities import rules
from app.sales.opportunities.models import Stage
from app.sales.opportunities.queries import STAMP

OWN = ("name_zh_hans", "name_zh_hant", "name_en", "phase", "probability", "position", "color", "stale_days")


@transaction
def add_stage(values: Mapping[str, Any], *, actor: Actor) -> Stage:
    """Add a stage, in use from now on. Raises InvalidFields as ``rules.check_new_stage``."""
    rules.check_new_stage(values)
    given = {name: values[name] for name in OWN if values.get(name) is not None}
    stage = Stage(code=f"stage_{numbering.take('opportunities_stage')[0]}", is_active=True, **given)
    db.session.add(stage)
    raise_stamp(STAMP)
    return stage


@transaction
def change_stage(stage: Stage, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Change a stage; its phase stays. Opportunities keep the probability they have. Raises Conflict, InvalidFields."""
    lock(stage)
    check_revision(stage, revision=revision)
    meant = {name: getattr(stage, name) for name in OWN} | {name: values[name] for name in OWN if name in values}
    rules.check_new_stage(meant)
    rules.check_phase_kept(stage.phase, meant["phase"])
    meant |= {"position": meant["position"] or 0, "color": meant["color"] or "gray"}
    for name, value in meant.items():
        setattr(stage, name, value)
    raise_stamp(STAMP)


@transaction
def retire_stage(stage: Stage, *, actor: Actor) -> None:
    """Take a stage out of use; what stands there stays. Raises Invalid for the last one of its phase."""
    used = select(Stage).where(Stage.is_active).order_by(Stage.id).with_for_update()
    left = [one for one in db.session.scalars(used.execution_options(populate_existing=True)) if one.id != stage.id]
    rules.check_phases_left([one.phase for one in left])
    stage.is_active = False
    raise_stamp(STAMP)


@transaction
def revive_stage(stage: Stage, *, actor: Actor) -> None:
    """Use a stage again."""
    lock(stage)
    stage.is_active = True
    raise_stamp(STAMP)


@transaction
def seed() -> None:
    """Bring the usual stages into an installation that never had one."""
    versions = versions_of(Stage).__table__
    if not db.session.scalar(select(func.count()).select_from(versions)):
        db.session.add_all(
            Stage(**one._asdict(), position=place * 10) for place, one in enumerate(rules.SEEDS, start=1)
        )
        raise_stamp(STAMP)
