"""Segments of the demo: some of one person alone, some shared with a department or a role."""

import json
from collections.abc import Mapping
from typing import Any

from app.base.actor import Actor, acting
from app.system.security import queries as security
from app.system.segments.services import NOBODY, Audience, save

#: (who, name, list, conditions joined by "and", what it is ordered by, shared with: "department", a role, or nobody)
SEGMENTS: tuple[tuple[str, str, str, tuple[tuple[str, str, Any], ...], str, str], ...] = (
    ("lijing", "洛阳片区回访", "CustomerView", (("region", "is", "410300"),), "name", "department"),
    (
        "lijing",
        "本部门 A 级未跟进",
        "CustomerView",
        (("department", "is", "me"), ("level", "is", "a"), ("followup_status", "empty", None)),
        "",
        "department",
    ),
    (
        "lijing",
        "郑州以外的意向客户",
        "CustomerView",
        (("region", "not_is", "410100"), ("status", "is", "interested")),
        "",
        "",
    ),
    (
        "chenfang",
        "我的 90 天没有更新",
        "CustomerView",
        (("owner", "is", "me"), ("updated_at", "not_last_days", "90")),
        "updated_at",
        "agent",
    ),
    ("wangli", "我的重点客户", "CustomerView", (("owner", "is", "me"), ("level", "in", ["key", "a"])), "", ""),
    ("wangli", "财务联系人", "ContactView", (("name", "contains", "王"),), "", ""),
)


def keep_segments(actors: Mapping[str, Actor]) -> None:
    """Let people of the demo keep some filters, for themselves or for others."""
    roles = {role.name: role.id for role in security.roles()}
    for username, name, subject, conditions, sort, shared in SEGMENTS:
        actor = actors[username]
        nodes = [{"field": field, "op": op} | ({"value": value} if value else {}) for field, op, value in conditions]
        audience = Audience(roles=(roles[shared],)) if shared in roles else NOBODY
        if shared == "department" and actor.department_id:
            audience = Audience(departments=(actor.department_id,))
        with acting(actor):
            save(subject, name=name, filter_text=json.dumps({"all": nodes}), sort=sort, audience=audience, actor=actor)
