"""The WSGI application: ``gunicorn run:app``. ``make run`` starts it with demo data."""

from app import create_app
from app.base.web import log_to_stderr
from app.worker import call_through, queue
from config import Settings

settings = Settings.from_environment()
log_to_stderr(as_json=settings.log_json)
app = create_app(settings)
call_through(app, queue(settings))
