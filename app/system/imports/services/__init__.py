"""What can be done with a file to import: upload, check, choose, import, undo, discard."""

from app.system.imports.services.background import CHECK, IMPORT, UNDO, in_background
from app.system.imports.services.checking import check, choose, forecast
from app.system.imports.services.reading import EMPTY, name_people, readable, word
from app.system.imports.services.results import write_result
from app.system.imports.services.targets import (
    Checker,
    Line,
    MakesOnly,
    Refused,
    Target,
    register,
    targets,
    template_field,
)
from app.system.imports.services.undoing import Undoing, preview, undo
from app.system.imports.services.uploads import discard, sweep, upload
from app.system.imports.services.used import changed_since, used
from app.system.imports.services.writing import import_run

__all__ = [
    "CHECK",
    "EMPTY",
    "IMPORT",
    "UNDO",
    "Checker",
    "Line",
    "MakesOnly",
    "Refused",
    "Target",
    "Undoing",
    "changed_since",
    "check",
    "choose",
    "discard",
    "forecast",
    "import_run",
    "in_background",
    "name_people",
    "preview",
    "readable",
    "register",
    "sweep",
    "targets",
    "template_field",
    "undo",
    "upload",
    "used",
    "word",
    "write_result",
]
