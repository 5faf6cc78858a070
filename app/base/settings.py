"""Settings of the installation: named where they are read, changed on a screen, known to every process at once.

Whoever reads a setting registers it beside the reading. A domain above (system.settings) keeps what was set; a
setting that nobody has set is at its default.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.exc import OperationalError

from app.base import wording
from app.base.errors import Invalid
from app.base.fields import Boolean, Choice, Field, Number, Text
from app.base.i18n import _
from app.base.stamps import Cached

STAMP = "settings"


@dataclass(frozen=True)
class Setting:
    """One setting. ``kind`` is a field: its label, its help, how it is read, checked and shown."""

    name: str
    kind: Field
    group: str  # a code of ``groups``
    default: Any = None  # or a function that returns it
    unit: object = ""

    @property
    def label(self) -> object:
        return self.kind.label

    @property
    def spec(self) -> Field:
        """The field under the setting's own name, as forms want it."""
        return replace(self.kind, name=self.name)

    def usual(self) -> Any:
        """Return the default."""
        return self.default() if callable(self.default) else self.default

    def text(self, value: Any) -> str:
        """Return a value with its unit, as a person reads it."""
        words = self.kind.text(value)
        return f"{words} {self.unit}" if words and str(self.unit) else words

    def allowed(self) -> str:
        """Return in words what may be set."""
        kind = self.kind
        if isinstance(kind, Choice):
            return "、".join(item.label for item in kind.values.active)
        if isinstance(kind, Boolean):
            return str(_("Yes or no"))
        if isinstance(kind, Number):
            ends = [wording.number(end) for end in (kind.low, kind.high) if end is not None]
            return "–".join(ends)
        return str(_("up to %(count)s characters", count=kind.max_length)) if isinstance(kind, Text) else ""

    def checked(self, raw: Any) -> Any:
        """Return the value that was meant. Raises Invalid, with a sentence, for nothing where something must be."""
        value = self.kind.parse(raw)
        if value in (None, "") and self.kind.required:
            raise Invalid(_("Please fill this in."))
        return "" if value is None else value


#: Every setting, by name; and the words of their groups, in the order of the screen.
registered: dict[str, Setting] = {}
groups: dict[str, object] = {}
Read = Callable[[], Mapping[str, Any]]
_readers: list[Read] = []


def register(*settings: Setting) -> None:
    """Make settings known. Said again, as by a second application in the process, it is the same."""
    registered.update({one.name: one for one in settings})


def kept_by(read: Read) -> None:
    """Name what reads all that was ever set, by name."""
    _readers[:] = [read]


def _kept() -> Mapping[str, Any]:
    return next((read() for read in _readers), {})


_cached = Cached(STAMP, _kept)


def value(name: str) -> Any:
    """Return the value of a setting now. While the database does not answer: its default, so that a page can say so."""
    setting = registered[name]
    try:
        kept = _cached().get(name)
    except OperationalError:
        kept = None
    return setting.usual() if kept is None else kept
