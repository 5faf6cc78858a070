"""The product as a deployment serves it, with nothing switched off."""

from app import create_app
from benchmarks.counting import Counting
from config import Settings

app = Counting(create_app(Settings.from_environment()))
