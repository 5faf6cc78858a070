"""How wide words are, and where lines break: measured with the font itself, never narrower than they are drawn."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from PIL import ImageFont

from app.base.paper.engine import Face

#: What may not be torn: a run of letters, digits and their signs; everything else is one character.
PIECE = re.compile(r"[A-Za-z0-9_.+@#&%/:;,'\"\-]+|\s+|.", re.DOTALL)
CUT = "…"


@dataclass
class Ruler:
    """Measures text of one size, in pixels of the style."""

    face: Face
    size: int
    known: dict[str, int] = field(default_factory=dict)

    @cached_property
    def font(self) -> ImageFont.FreeTypeFont:
        return ImageFont.truetype(self.face.path, self.size, self.face.index)

    def width(self, text: str) -> int:
        """Return how wide a text is, rounded up letter by letter as the engine may do."""
        return sum(self._letter(letter) for letter in text)

    def _letter(self, letter: str) -> int:
        if letter not in self.known:
            self.known[letter] = math.ceil(self.font.getlength(letter))
        return self.known[letter]

    def lines(self, text: str, width: int, *, most: int | None = None) -> list[str]:
        """Break a text into lines of at most ``width``; cut it after ``most`` lines, with a sign that says so."""
        found = [line for part in text.splitlines() or [""] for line in self._broken(part, width)]
        if most is not None and len(found) > most:
            found = [*found[: most - 1], self._cut(found[most - 1], width)]
        return found

    def _cut(self, line: str, width: int) -> str:
        while line and self.width(line + CUT) > width:
            line = line[:-1]
        return line + CUT

    def _broken(self, text: str, width: int) -> Iterator[str]:
        line, used = "", 0
        for piece in self._pieces(text, width):
            wide = self.width(piece)
            if used + wide > width and line.strip():
                yield line.rstrip()
                line, used = "", 0
            if not (piece.isspace() and not line):
                line, used = line + piece, used + wide
        yield line.rstrip()

    def _pieces(self, text: str, width: int) -> Iterator[str]:
        """Yield what may stand in one line; a word longer than a line is torn."""
        for piece in PIECE.findall(text):
            if self.width(piece) <= width:
                yield piece
            else:
                yield from self._torn(piece, width)

    def _torn(self, word: str, width: int) -> Iterator[str]:
        part, used = "", 0
        for letter in word:
            wide = self._letter(letter)
            if part and used + wide > width:
                yield part
                part, used = "", 0
            part, used = part + letter, used + wide
        yield part
