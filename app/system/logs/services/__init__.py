"""Writing the log, sealing it, verifying it, cutting off its old months."""

from app.system.logs.services.chain import begin, prune, seal, verify
from app.system.logs.services.entries import erase, keep

__all__ = ["begin", "erase", "keep", "prune", "seal", "verify"]
