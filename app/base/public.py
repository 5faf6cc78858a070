"""What the installation is called and where it stands, for whatever is read outside of it: mails, robots."""

from dataclasses import dataclass

from flask import current_app
from werkzeug.routing import BuildError

from app.base import settings
from app.base.inbox import Place

HOME = "/"


@dataclass(frozen=True)
class House:
    """The installation as letters name it. ``url``: PUBLIC_URL, without a slash at its end."""

    name: str
    url: str
    language: str

    def at(self, *places: Place) -> str:
        """Return the whole address of the first of some places that there is still; else of the first page."""
        paths = [path for place in places if (path := path_of(place))]
        return f"{self.url}{paths[0] if paths else HOME}"


def house() -> House:
    """Return the installation, inside or outside of a request."""
    url = current_app.config["ZHIKE"].public_url
    return House(settings.value("site_name"), url, settings.value("default_language"))


def path_of(place: Place) -> str | None:
    """Return the path of a place; None for a screen that is gone."""
    given = {} if place.key is None else {"pk": place.key}
    try:
        return str(current_app.url_map.bind("localhost").build(place.endpoint, given))
    except BuildError:
        return None
