"""The product as a deployment serves it, with nothing switched off; loaded once, as by ``python -m app.serve``."""

import gc

from app import create_app
from app.extensions import db
from benchmarks.counting import Counting
from config import Settings

served = create_app(Settings.from_environment())
with served.app_context():
    db.engine.dispose()
gc.collect()
gc.freeze()
app = Counting(served)
