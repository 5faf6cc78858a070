"""What can be done with jobs: start, work, cancel, retry; what is done for them: sweep, turns."""

from app.system.jobs.services.asking import cancel, retry, start
from app.system.jobs.services.caring import sweep, tidy
from app.system.jobs.services.turns import run_turn
from app.system.jobs.services.working import work

__all__ = ["cancel", "retry", "run_turn", "start", "sweep", "tidy", "work"]
