"""What can be done with a file to import: upload, check, choose, import, undo, discard."""

from app.system.imports.services.background import CHECK, IMPORT, UNDO, in_background
from app.system.imports.services.checking import check, choose, forecast
from app.system.imports.services.results import write_result
from app.system.imports.services.targets import Checker, Line, Refused, Target, register, targets
from app.system.imports.services.undoing import Undoing, preview, undo
from app.system.imports.services.uploads import discard, sweep, upload
from app.system.imports.services.writing import import_run

__all__ = [
    "CHECK",
    "IMPORT",
    "UNDO",
    "Checker",
    "Line",
    "Refused",
    "Target",
    "Undoing",
    "check",
    "choose",
    "discard",
    "forecast",
    "import_run",
    "in_background",
    "preview",
    "register",
    "sweep",
    "targets",
    "undo",
    "upload",
    "write_result",
]
