"""Some thousand rows a step; where the database refuses, fewer and fewer, until the row at fault stands alone."""

from collections.abc import Callable
from functools import partial

from sqlalchemy.exc import IntegrityError

from app.base.background import Progress
from app.extensions import db
from app.system.imports.rules import CHUNK


def in_parts(
    progress: Progress, *, take: Callable[[int], int], leave_next: Callable[[], None], done: int, total: int
) -> None:
    """Go through all rows. ``take(limit)`` does the next ones and returns how many, 0 when none is left.

    ``leave_next`` notes why the next row alone is not done: the database refuses it.
    """
    limit, is_left = CHUNK, True
    while is_left:
        try:
            taken = progress.step(partial(take, limit), done=min(done + limit, total), total=total)
        except IntegrityError:
            db.session.rollback()
            if limit == 1:
                done += 1
                progress.step(leave_next, done=done)
            limit = max(limit // 2, 1)
        else:
            done, limit, is_left = done + taken, min(limit * 2, CHUNK), taken > 0
