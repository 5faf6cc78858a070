"""What the kinds are called, how entries are sealed, and where a chain is broken. Pure: no database, no clock.

Every seal holds a hash of its entry's content and one of the chain up to it, both under the key LOG_KEY: whoever
can write to the database, but does not know the key, can neither alter an entry nor leave one out unseen.
"""

import hashlib
import hmac
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from app.base.i18n import _
from app.base.logbook import Kind

#: Kind → (word, colour token).
KINDS: Mapping[Kind, tuple[object, str]] = {
    Kind.SIGNED_IN: (_("Signed in"), "green"),
    Kind.SIGN_IN_WRONG: (_("Sign-in refused: wrong name or password"), "amber"),
    Kind.SIGN_IN_LOCKED: (_("Sign-in refused: locked"), "red"),
    Kind.SIGN_IN_DISABLED: (_("Sign-in refused: account disabled"), "red"),
    Kind.SIGN_IN_LIMITED: (_("Sign-in refused: too many attempts"), "red"),
    Kind.SIGNED_OUT: (_("Signed out"), "gray"),
    Kind.SESSION_ENDED: (_("Session ended"), "gray"),
    Kind.PASSWORD_CHANGED: (_("Password changed"), "blue"),
    Kind.PASSWORD_RESET: (_("Password reset"), "orange"),
    Kind.TOKEN_ISSUED: (_("Token issued"), "blue"),
    Kind.TOKEN_REVOKED: (_("Token revoked"), "gray"),
    Kind.REFUSED: (_("Access refused"), "red"),
    Kind.VIEWED: (_("Viewed"), "sky"),
    Kind.REVEALED: (_("Number revealed"), "purple"),
    Kind.LOOKED_UP: (_("Found outside the data scope"), "purple"),
    Kind.ASKED_FOR: (_("Customer asked for"), "sky"),
    Kind.EXPORTED: (_("Exported"), "purple"),
    Kind.IMPORTED: (_("Imported"), "teal"),
    Kind.BULK_CHANGED: (_("Bulk change"), "orange"),
    Kind.UNDONE: (_("Taken back"), "orange"),
    Kind.RIGHTS_CHANGED: (_("Permission changed"), "orange"),
    Kind.SETTINGS_CHANGED: (_("Settings changed"), "orange"),
    Kind.DUPLICATE_SAVED: (_("Saved in spite of a duplicate"), "amber"),
    Kind.PURGED: (_("Permanently deleted"), "red"),
    Kind.ERASED: (_("Erased"), "red"),
}
SIGN_INS = tuple(kind for kind in Kind if kind.startswith("sign"))
REFUSALS = (Kind.REFUSED, *(kind for kind in Kind if kind.startswith("sign_in_")))
LOOKS = (Kind.VIEWED, Kind.REVEALED, Kind.EXPORTED)
RULES = (Kind.RIGHTS_CHANGED, Kind.SETTINGS_CHANGED)
ERASED_TEXT = "[erased]"  # stands where a person's values stood

NO_HASH = "0" * 64


class Reason(StrEnum):
    """Why a chain is broken at a place."""

    ENTRY_CHANGED = "entry_changed"
    ENTRY_GONE = "entry_gone"
    SEAL_GONE = "seal_gone"
    SEAL_CHANGED = "seal_changed"
    END_GONE = "end_gone"
    HEAD_CHANGED = "head_changed"
    CUT_CHANGED = "cut_changed"
    NOT_SEALED = "not_sealed"


REASONS: Mapping[Reason, object] = {
    Reason.ENTRY_CHANGED: _("the entry was changed after it was sealed"),
    Reason.ENTRY_GONE: _("the entry was deleted"),
    Reason.SEAL_GONE: _("a seal is missing"),
    Reason.SEAL_CHANGED: _("the seal was changed or moved"),
    Reason.END_GONE: _("the end of the chain was cut off"),
    Reason.HEAD_CHANGED: _("the mark of the chain's end was changed or removed"),
    Reason.CUT_CHANGED: _("the mark of the removed months was changed"),
    Reason.NOT_SEALED: _("an entry claims a seal it does not have"),
}


@dataclass(frozen=True)
class Link:
    """A seal with the entry it stands for, as they are read from the tables. ``content``: None if it is gone."""

    number: int
    entry_id: int
    content_hash: str
    chain_hash: str
    content: Mapping[str, Any] | None
    is_erased: bool = False


@dataclass(frozen=True)
class Mark:
    """A signed place of the chain: its end (the head), or where the removed months end (the cut)."""

    number: int = 0
    chain_hash: str = NO_HASH
    signature: str = ""


@dataclass(frozen=True)
class Verdict:
    """What verifying found: whole up to ``number``, or broken there for a reason."""

    number: int = 0
    reason: Reason | None = None

    @property
    def is_whole(self) -> bool:
        return self.reason is None


def sealed(key: str, content: Mapping[str, Any]) -> str:
    """Return the hash of an entry's content: it tells nothing of the content to who does not know the key."""
    plain = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return _hash(key, "entry", plain)


def chained(key: str, *, before: str, number: int, entry_id: int, content_hash: str) -> str:
    """Return the hash of the chain up to and including a seal."""
    return _hash(key, "chain", f"{before}:{number}:{entry_id}:{content_hash}")


def signed(key: str, what: str, number: int, chain_hash: str) -> str:
    """Return the signature of a mark. ``what``: "head" or "cut"."""
    return _hash(key, what, f"{number}:{chain_hash}")


def _hash(key: str, purpose: str, text: str) -> str:
    return hmac.new(key.encode(), f"{purpose}\n{text}".encode(), hashlib.sha256).hexdigest()


def is_signed(key: str, what: str, mark: Mark) -> bool:
    """Tell whether a mark is as it was signed. Nothing removed yet needs no signature."""
    if what == "cut" and mark == Mark():
        return True
    return hmac.compare_digest(mark.signature, signed(key, what, mark.number, mark.chain_hash))


def verdict(key: str, links: Iterable[Link], *, cut: Mark, head: Mark | None, erased: Collection[int] = ()) -> Verdict:
    """Walk the chain from the cut to the head; return how far it is whole, and why no further.

    ``erased``: ids of the entries that an act of erasing names; only their content may differ from its hash.
    """
    if not is_signed(key, "cut", cut):
        return Verdict(cut.number, Reason.CUT_CHANGED)
    if head is None or not is_signed(key, "head", head):
        return Verdict(head.number if head else 0, Reason.HEAD_CHANGED)
    number, before = cut.number, cut.chain_hash
    for link in links:
        if reason := _broken(key, link, after=number, before=before, erased=erased):
            return Verdict(number + 1, reason)
        number, before = link.number, link.chain_hash
    if number < head.number:
        return Verdict(number + 1, Reason.END_GONE)
    return Verdict(number, None if before == head.chain_hash else Reason.HEAD_CHANGED)


def _broken(key: str, link: Link, *, after: int, before: str, erased: Collection[int]) -> Reason | None:
    if link.number != after + 1:
        return Reason.SEAL_GONE
    if link.content is None:
        return Reason.ENTRY_GONE
    place = chained(key, before=before, number=link.number, entry_id=link.entry_id, content_hash=link.content_hash)
    if not hmac.compare_digest(link.chain_hash, place):
        return Reason.SEAL_CHANGED
    is_same = hmac.compare_digest(link.content_hash, sealed(key, link.content))
    return None if is_same or (link.is_erased and link.entry_id in erased) else Reason.ENTRY_CHANGED


def kept_from(today: date, *, months: int) -> date:
    """Return the first day that is kept: months are removed whole, and the current one does not count."""
    first = today.replace(day=1)
    for _month in range(months):
        first = (first - timedelta(days=1)).replace(day=1)
    return first


# ── the records that an export held ──────────────────────────────────────────────────────────────


def ranges(keys: Iterable[int]) -> list[list[int]]:
    """Return ids as [first, last] pairs in order: what an export held takes little room."""
    found: list[list[int]] = []
    for key in sorted(set(keys)):
        if found and key == found[-1][1] + 1:
            found[-1][1] = key
        else:
            found.append([key, key])
    return found


def holds(found: Sequence[Sequence[int]], key: int) -> bool:
    """Tell whether an id is in one of the ranges."""
    return any(first <= key <= last for first, last in found)


# ── details ──────────────────────────────────────────────────────────────────────────────────────


def values(said: Any) -> Iterator[Any]:
    """Yield the values of one line of a detail: a list's each, else the one."""
    yield from said if isinstance(said, list) else [said]


def is_change(said: Any) -> bool:
    """Tell whether a line of a detail is old → new."""
    return isinstance(said, dict) and set(said) == {"old", "new"}
