"""What can be done with many rows at once: count, run, take back."""

from app.system.runs.services.running import begin, carry_out
from app.system.runs.services.subjects import Subject, counts, register, samples, subjects
from app.system.runs.services.undoing import begin_to_take_back, has_undo, preview, take_back

__all__ = [
    "Subject",
    "begin",
    "begin_to_take_back",
    "carry_out",
    "counts",
    "has_undo",
    "preview",
    "register",
    "samples",
    "subjects",
    "take_back",
]
