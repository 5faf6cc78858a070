"""The WSGI application: ``gunicorn run:app``. ``make run`` starts it with demo data."""

from app import create_app
from config import Settings

app = create_app(Settings.from_environment())
