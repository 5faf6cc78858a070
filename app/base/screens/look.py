"""How the installation looks: its name and logo, light or dark, row spacing, rows per page, and who may choose."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import current_app, url_for

from app.base import choices, preferences, settings
from app.base.actor import Actor
from app.base.choices import Item
from app.base.fields import Boolean, Choice, Field, Text, Value
from app.base.i18n import _
from app.base.preferences import Names, Preference
from app.base.settings import Setting

THEMES = {"light": _("Light"), "dark": _("Dark"), "device": _("Like the device")}
DENSITIES = {"comfortable": _("Comfortable"), "compact": _("Compact")}
SIDES = {"wide": _("Wide"), "rail": _("Narrow")}
PAGE_SIZES = (10, 25, 50, 100)


@dataclass(frozen=True)
class Picture(Field):
    """A picture in the store of files, named by the SHA-256 of its content; what stands in the store is a PNG."""

    kind: ClassVar[str] = "picture"

    def text(self, value: Value) -> str:
        return str(_("Picture %(mark)s", mark=value[:8])) if value else ""


@dataclass(frozen=True)
class Size(Choice):
    """A number out of a few."""

    def read(self, raw: Value) -> int:  # type: ignore[override] # the code is a number
        return int(super().read(str(raw)))

    def text(self, value: Value) -> str:
        return "" if value is None else str(value)

    def typed(self, value: Value) -> str:
        return self.text(value)


def _items(words: Mapping[Any, object]) -> Callable[[], tuple[Item, ...]]:
    return lambda: tuple(Item(str(code), str(label)) for code, label in words.items())


choices.more |= {
    "theme": _items(THEMES),
    "density": _items(DENSITIES),
    "side": _items(SIDES),
    "page_size": _items({size: size for size in PAGE_SIZES}),
}
settings.groups |= {
    "site": _("Name and logo"),
    "look": _("Look, unless people choose their own"),
    "freedom": _("What people may choose for themselves"),
}
settings.register(
    Setting(
        "site_name",
        Text(
            _("Name"),
            required=True,
            max_length=30,
            help=_("Above the menu, at the sign-in and behind every page's title."),
        ),
        "site",
        lambda: current_app.config["ZHIKE"].site_name,
    ),
    Setting(
        "site_title",
        Text(_("Second line"), max_length=40, help=_("Small, beside the name; and at the end of every page's title.")),
        "site",
        lambda: current_app.config["ZHIKE"].site_tagline,
    ),
    Setting(
        "site_logo",
        Picture(_("Logo"), help=_("Above the menu, at the sign-in and in the browser's tab. Square looks best.")),
        "site",
    ),
    Setting(
        "default_language",
        Choice(
            _("Language"),
            dictionary="language",
            required=True,
            help=_("Of the sign-in, and of whoever has not chosen one."),
        ),
        "look",
        "zh_Hans",
    ),
    Setting("default_theme", Choice(_("Light or dark"), dictionary="theme", required=True), "look", "light"),
    Setting("default_density", Choice(_("Row spacing"), dictionary="density", required=True), "look", "comfortable"),
    Setting(
        "page_size",
        Size(
            _("Rows per page"),
            dictionary="page_size",
            required=True,
            help=_("Of lists, where the address says nothing else."),
        ),
        "look",
        25,
        _("rows"),
    ),
    Setting("free_theme", Boolean(_("People choose light or dark"), required=True), "freedom", default=True),
    Setting("free_density", Boolean(_("People choose the row spacing"), required=True), "freedom", default=True),
)
preferences.register(
    Preference(
        "theme",
        Choice(_("Light or dark"), dictionary="theme", required=True),
        lambda: settings.value("default_theme"),
        freedom="free_theme",
    ),
    Preference(
        "density",
        Choice(_("Row spacing"), dictionary="density", required=True),
        lambda: settings.value("default_density"),
        freedom="free_density",
    ),
    Preference("side", Choice(_("Side bar"), dictionary="side", required=True), "wide"),
    Preference(
        "page_size",
        Size(_("Rows per page"), dictionary="page_size", required=True),
        lambda: settings.value("page_size"),
    ),
    Preference("columns", Names(_("Columns"))),  # columns:<screen>; nothing: those of the screen
    Preference("home_cards", Names(_("Home page"))),  # in order, hidden ones with a minus; nothing: as usual
)


def brand() -> dict[str, Any]:
    """Return how the installation is called, and the address of its logo (None: the product's own)."""
    logo = settings.value("site_logo")
    return {
        "name": settings.value("site_name"),
        "tagline": settings.value("site_title"),
        "logo_url": url_for("LogoView.logo", sha256=logo) if logo else None,
    }


def look(actor: Actor | None) -> dict[str, Any]:
    """Return how pages look to somebody; to nobody in particular, as the installation wants it."""
    locked = [name for name in ("theme", "density") if not preferences.registered[name].is_free]
    shown = {name: preferences.get(actor, name) for name in ("theme", "density", "side")}
    return shown | {"locked": locked, "keep_url": url_for("PreferencesView.keep") if actor else None}
