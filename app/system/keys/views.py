"""No screen: keys are the business of whoever has the settings. The job stands among the jobs."""

from flask_appbuilder import AppBuilder

from app.base import background
from app.system.keys.services import KIND


def register(_appbuilder: AppBuilder) -> None:
    background.register(KIND)
