"""Bringing everything under the current key, while people work."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Text, bindparam, update

from app.base import logbook
from app.base.actor import Actor
from app.base.background import JobProgress, Kind
from app.base.engine import reading
from app.base.errors import Missing
from app.base.i18n import _
from app.base.sealed import KeyRing, SealedLater, Unopened, ring
from app.base.sealed.ring import FORM
from app.extensions import db
from app.system.jobs import services as jobs
from app.system.keys import queries
from app.system.keys.queries import Place

T = TypeVar("T")
ROTATE = "keys_rotate"
CHUNK = 500
MOST_PASSES = 5  # a process with the former setting may write behind the first one


def begin_rotation(*, actor: Actor) -> int:
    """Let a job seal everything with the current key; return its id. Begun twice, the second finds nothing to do."""
    return jobs.start(ROTATE, {}, words={"key": ring().current}, actor=actor)


def rotate(progress: JobProgress) -> Mapping[str, Any]:
    """Seal all that is not under the current key anew, histories and blind indexes included.

    Cut off, it goes on with what is left. Raises Missing, at the end, if there are values that no key opens.
    """
    keys, left = ring(), Counter[str]()
    total = progress.done + _read(lambda: queries.count_stale(keys))
    for _pass in range(MOST_PASSES):
        before, left = progress.done, Counter()
        for place in list(queries.places()):
            left += _rotate(progress, place, keys, total)
        if progress.done == before:
            break
    if left:
        names = ", ".join(sorted(left))
        sentence = _("%(count)s values could not be opened and stay as they are: add the right key %(names)s.")
        raise Missing(sentence, count=left.total(), names=names)
    title = _("Encrypted anew with key %(key)s", key=keys.current)
    progress.close_with(lambda: logbook.note(logbook.Kind.SETTINGS_CHANGED, title=title, actor=progress.actor))
    return {"rows": progress.done}


def _read(look: Callable[[], T]) -> T:
    """Look without holding SQLite's write lock: people write meanwhile."""
    db.session.rollback()
    with reading():
        try:
            return look()
        finally:
            db.session.rollback()


def _rotate(progress: JobProgress, place: Place, keys: KeyRing, total: int) -> Counter[str]:
    """Go once through a column; return by key how many values could not be opened."""
    left, after = Counter[str](), None
    while rows := _read(partial(queries.next_stale, place, keys, after=after, limit=CHUNK)):
        changes, unopened = resealed(place, rows, keys)
        if changes:
            done = progress.done + len(changes)
            progress.step(partial(write, place, changes), done=done, total=max(total, done))
        left += unopened
        after = rows[-1][:-1]
    return left


def resealed(place: Place, rows: Sequence[Any], keys: KeyRing) -> tuple[list[dict[str, Any]], Counter[str]]:
    """Return what is to be written in place of these rows' values, and by key how many could not be opened."""
    changes, left = [], Counter[str]()
    for *key, token in rows:
        try:
            changes.append(_change(place, key, token, keys))
        except Unopened as error:
            left[error.key] += 1
    return changes, left


def _change(place: Place, key: Sequence[Any], token: str, keys: KeyRing) -> dict[str, Any]:
    found = {f"k_{column.name}": value for column, value in zip(place.keys, key, strict=True)} | {"old": token}
    if isinstance(place.column.type, SealedLater) and not token.startswith(f"{FORM}|"):
        return found | {"new": keys.seal(token, place=place.name)}  # from before the column was sealed
    new = token if keys.is_current(token) else keys.resealed(token, place=place.name)
    plain = keys.open(token, place=place.name) if place.index is not None else ""
    return found | {"new": new} | ({"index": keys.blind(plain, place=place.name)} if plain else {})


def write(place: Place, changes: Sequence[Mapping[str, Any]]) -> None:
    """Write values sealed anew; whatever somebody has written meanwhile stays. Part of the step's transaction."""
    mine = [column == bindparam(f"k_{column.name}") for column in place.keys]
    unchanged = place.token == bindparam("old", type_=Text)
    values = {place.column.name: bindparam("new", type_=Text)}
    if place.index is not None:
        values[place.index.name] = bindparam("index", type_=Text)
    db.session.connection().execute(update(place.table).where(*mine, unchanged).values(values), list(changes))


KIND = Kind(ROTATE, _("Encrypting anew with key %(key)s"), rotate, icon="key")
