"""Pools and limits of the demo: one region is a team's own, and two levels have limits."""

from collections.abc import Mapping

from app.base.actor import SYSTEM, Actor, acting
from app.crm.pool import services

LUOYANG = "410300"


def keep_pools(actors: Mapping[str, Actor]) -> None:
    """Let the western team have the pool of Luoyang, where addresses and notes are hidden until one claims."""
    west = actors["chenxiaodong"].department_id
    values = {"name": "洛阳公海", "position": 1, "may_claim": True, "is_active": True, "regions": (LUOYANG,)}
    values |= {"teams": (str(west),), "hidden": ("address", "needs", "notes")}
    with acting(SYSTEM):
        services.create_pool(values, actor=SYSTEM)
        services.create_limit({"role": "agent", "most": 260}, actor=SYSTEM)
        services.create_limit({"role": "agent", "level": "key", "most": 30}, actor=SYSTEM)
        services.create_limit({"employee": actors["wangli"].id, "most": 300}, actor=SYSTEM)
