"""A bare application with a store, for processes of their own."""

from pathlib import Path
from types import SimpleNamespace

from flask import Flask


def an_app(store: str) -> Flask:
    """Return an application that knows nothing but where its files stand."""
    app = Flask(Path(store).name)
    app.config["ZHIKE"] = SimpleNamespace(storage_url=f"file://{store}")
    return app
