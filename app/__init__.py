"""The back office. ``create_app`` is the only way in; the domains are listed in ``app.domains``."""

import logging
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from flask import Flask
from sqlalchemy.orm import configure_mappers
from werkzeug.middleware.proxy_fix import ProxyFix

from app.base import narrowing  # noqa: F401 - its hook stands before any session is opened
from app.base.history import begin_versioning

begin_versioning()  # before any model is imported


def create_app(settings: Any) -> Flask:
    """Build the application: settings, then every domain's models, then every domain's screens."""
    app = Flask(__name__, static_folder=None)
    app.config.from_mapping(settings.flask())
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, settings.proxies, settings.proxies, settings.proxies, settings.proxies)  # type: ignore[method-assign]
    _extensions(app)
    load_models()
    load_tasks()
    with app.app_context():
        _screens(app)
    return app


def load_models() -> None:
    """Import every table, ours and theirs, and build the version classes."""
    from app.domains import DOMAINS

    import_module("app.base.stamps")
    import_module("app.base.numbering")
    import_module("app.base.kept_filters")
    for domain in DOMAINS:
        if find_spec(f"app.{domain}.models"):
            import_module(f"app.{domain}.models")
    configure_mappers()


def load_tasks() -> None:
    """Let every domain put its tasks on the timetable: a worker runs them, a screen tells of them."""
    from app.domains import DOMAINS

    for domain in DOMAINS:
        if find_spec(f"app.{domain}.tasks"):
            import_module(f"app.{domain}.tasks")


def _extensions(app: Flask) -> None:
    from app.base import assets, web
    from app.base.sealed import KeyRing
    from app.cli import commands
    from app.extensions import csrf, db, migrate

    assets.prepare(app)
    db.init_app(app)
    migrate.init_app(app, db, directory=f"{app.root_path}/migrations", compare_type=True, render_as_batch=True)
    csrf.init_app(app)
    web.prepare(app)
    app.extensions["key_ring"] = KeyRing.of(app.config["ZHIKE"].encryption_keys)
    for command in commands:
        app.cli.add_command(command)


def _screens(app: Flask) -> None:
    from app.base.screens.frame import frame
    from app.base.screens.house import House
    from app.domains import DOMAINS, DOORS
    from app.extensions import db

    # Upstream says at each start for which columns, such as reckoned ones, it makes no filters; ours are our own.
    logging.getLogger("flask_appbuilder.models.filters").setLevel(logging.ERROR)
    house = House()
    house.init_app(app, db.session)
    app.context_processor(lambda: {"frame": frame()})
    # All imported before any is registered: a view may have become a tab of a lower domain's view.
    places = [f"app.{place}.{part}" for place in (*DOMAINS, *DOORS) for part in ("views", "api")]
    for screens in [import_module(place) for place in places if find_spec(place)]:
        screens.register(house)
    house.seal()
