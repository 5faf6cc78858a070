"""Writing the log, sealing it, verifying it, cutting off its old months."""

from app.system.logs.services.chain import begin, prune, seal, verify
from app.system.logs.services.entries import erase, keep
from app.system.logs.services.reveals import reveal

__all__ = ["begin", "erase", "keep", "prune", "reveal", "seal", "verify"]
