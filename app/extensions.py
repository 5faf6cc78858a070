"""The third-party objects, created once and bound to an app in ``create_app``."""

from flask_appbuilder import Model
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

#: One MetaData for Flask-AppBuilder's tables, ours and the version tables, so that Alembic sees them all.
db = SQLAlchemy(metadata=Model.metadata)
migrate = Migrate()
csrf = CSRFProtect()
