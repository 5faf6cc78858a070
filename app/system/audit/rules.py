"""How two values are compared, word by word. Pure."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

#: A word: a run of letters or digits, one Chinese character, or one sign.
WORD = re.compile(r"[A-Za-z0-9_.+@]+|\s+|.", re.DOTALL)
LONGEST = 4000  # characters; beyond, whole values are shown instead of words


class Piece(NamedTuple):
    """A stretch of text that stayed ("same"), went ("gone") or came ("new")."""

    kind: str
    text: str


def pieces(old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    """Return the old and the new text cut into what stayed, what went and what came."""
    if len(old) + len(new) > LONGEST:
        return [Piece("gone", old)], [Piece("new", new)]
    before, after = WORD.findall(old), WORD.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return list(_side(matcher, before, left=True)), list(_side(matcher, after, left=False))


def _side(matcher: SequenceMatcher[str], words: list[str], *, left: bool) -> Iterator[Piece]:
    for kind, a, b, c, d in matcher.get_opcodes():
        text = "".join(words[a:b] if left else words[c:d])
        if text:
            yield Piece("same" if kind == "equal" else "gone" if left else "new", text)
