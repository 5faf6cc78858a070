"""The screens of channels, deliveries, templates and one's own notifications; and the hook at the inbox."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for
from flask_appbuilder import AppBuilder

from app.base import choices, inbox, logbook, preferences, settings
from app.base.choices import Item
from app.base.fields import Text, Value
from app.base.i18n import _
from app.base.inbox import Telling
from app.base.preferences import Names, Preference
from app.base.screens import rights
from app.base.settings import Setting
from app.system.channels import queries, services
from app.system.channels.rules import holding, lifecycle
from app.system.channels.views.channels import ChannelView
from app.system.channels.views.deliveries import DeliveryView
from app.system.channels.views.mine import FAMILY_WORDS, NotificationsView
from app.system.channels.views.templates import TemplateView
from app.system.sign_in.views import account_parts

__all__ = ["ChannelView", "DeliveryView", "NotificationsView", "TemplateView", "register"]

KINDS = {
    "email": (_("Mail by SMTP"), "indigo"),
    "wecom": (_("Group robot of WeCom"), "teal"),
    "dingtalk": (_("Group robot of DingTalk"), "sky"),
    "feishu": (_("Group robot of Feishu"), "green"),
    "sms": (_("Text messages by Aliyun"), "amber"),
}
USUALS = {"all": _("all messages"), "urgent": _("urgent messages only"), "chosen": _("nothing of itself")}
SECURITIES = {"tls": "TLS", "starttls": "STARTTLS", "none": _("None: can be read on its way")}
COLORS = {"email": "indigo", "sms": "amber", "robot": "teal"}


@dataclass(frozen=True)
class Hours(Text):
    """Quiet hours: "22:00-07:30", or "none"."""

    def read(self, raw: Value) -> str:
        return holding.hours(str(raw))

    def text(self, value: Value) -> str:
        return str(_("none")) if value in (None, "", holding.NEVER) else str(value)


@dataclass(frozen=True)
class TimeOfDay(Text):
    """A time of day: "08:30"."""

    def read(self, raw: Value) -> str:
        return holding.time_of_day(str(raw))


def _items(words: Mapping[str, tuple[object, str]]) -> tuple[Item, ...]:
    return tuple(Item(code, str(label), color) for code, (label, color) in words.items())


def _plain(words: Mapping[str, object]) -> tuple[Item, ...]:
    return tuple(Item(code, str(label)) for code, label in words.items())


def _told_kinds() -> tuple[Item, ...]:
    return tuple(Item(code, str(kind.label)) for code, kind in inbox.kinds.items())


def _families() -> tuple[Item, ...]:
    return tuple(Item(code, str(FAMILY_WORDS[code]), COLORS[code]) for code in lifecycle.FAMILIES)


def _states() -> tuple[Item, ...]:
    return tuple(
        Item(state, str(lifecycle.STATE_NAMES[state]), lifecycle.STATE_COLORS[state]) for state in lifecycle.State
    )


def _carry(telling: Telling, messages: Mapping[int, int]) -> None:
    services.carry(telling, messages, quiet=settings.value("quiet_hours"))


def declare() -> None:
    """Make settings and preferences known."""
    settings.groups["messages"] = _("Messages by mail, robots and text messages")
    about = _("Such as 22:00-07:30, or “none”. Who has chosen others has those; the urgent comes at once.")
    hours = Hours(_("Quiet hours"), max_length=20, help=about)
    settings.register(Setting("quiet_hours", hours, "messages", holding.NEVER))
    preferences.register(
        Preference("notify", Names(_("My notifications"), most=400), ()),
        Preference("quiet_hours", Hours(_("Quiet hours"), max_length=20), lambda: settings.value("quiet_hours")),
        Preference("digest_at", TimeOfDay(_("One mail a day"), max_length=5), ""),
    )


def register(appbuilder: AppBuilder) -> None:
    declare()
    account_parts["notifications_url"] = lambda _actor: url_for("NotificationsView.mine")
    inbox.carry_with(_carry, services.hushed)
    choices.references["channel"] = queries.ChannelNames()
    choices.more |= {
        "channel_kind": lambda: _items(KINDS),
        "channel_usual": lambda: _plain(USUALS),
        "channel_security": lambda: _plain(SECURITIES),
        "channel_family": _families,
        "delivery_state": _states,
        "told_kind": _told_kinds,
    }
    logbook.items |= {"channel_is_on": logbook.Item(_("Switched on"))}
    rights.words |= {"can_test": _("Send a test"), "can_switch": _("Switch on and off"), "can_resend": _("Send again")}
    appbuilder.add_view(ChannelView, "ChannelView", label=_("Message channels"), category="system")
    appbuilder.add_view(TemplateView, "TemplateView", label=_("Message templates"), category="system")
    appbuilder.add_view(DeliveryView, "DeliveryView", label=_("Deliveries"), category="system")
    appbuilder.add_view_no_menu(NotificationsView)
