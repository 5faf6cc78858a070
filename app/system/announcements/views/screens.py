"""The list of announcements, an announcement's page, and the list of receipts."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask import redirect, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.base import wording
from app.base.afterwards import afterwards
from app.base.fields import Choices, Field
from app.base.i18n import _
from app.base.scope import may_write
from app.base.screens import listpage
from app.base.screens.view import DomainView
from app.system.announcements import queries, rules, services
from app.system.announcements.models import Announcement, Receipt
from app.system.audit.views import History

ICONS = {"speakerphone", "send", "ban", "circle-check", "bell-ringing", "users"}  # for the sprite
#: What the form asks of an audience.
PARTS: tuple[Choices, ...] = (
    Choices(
        _("For departments"),
        name="departments",
        through="departments",
        dictionary="announcement_department",
        wide=True,
        help=_("With those below. None chosen: all departments."),
    ),
    Choices(
        _("For roles"),
        name="roles",
        through="roles",
        dictionary="announcement_role",
        wide=True,
        help=_("None chosen: everybody. With departments as well: who belongs to both."),
    ),
)


class AnnouncementView(History, DomainView):
    route_base = "/announcements"
    model = Announcement
    title, one, group, icon = _("Announcements"), _("Announcement"), _("Messages"), "speakerphone"
    when_empty = _("What the house announces to you stands here.")
    menu_place = 30
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_delete", "can_publish", "can_history"]
    list_fields = ["title", "state", "audience", "author", "published_at", "until_on"]
    column_choices = [*list_fields, "asks_receipt", "updated_at"]
    default_sort = "-published_at"
    form_sections = [
        ("text", _("Announcement"), ["title", "body"]),
        ("audience", _("Audience"), ["departments", "roles"]),
        ("how", _("Reading"), ["until_on", "asks_receipt"]),
    ]
    form_fields: ClassVar[Sequence[str]] = [name for _key, _title, names in form_sections for name in names]
    quick_segments = [
        (
            "unread",
            _("Not read yet"),
            {"all": [{"field": "is_read", "op": "not_true"}, {"field": "state", "op": "is", "value": "published"}]},
        ),
        ("mine", _("Written by me"), {"all": [{"field": "author", "op": "is", "value": "me"}]}),
    ]
    create, change, remove = services.create, services.change, services.remove

    @classmethod
    def specs_of(cls) -> Mapping[str, Field]:
        known = super().specs_of()
        return {**known, **{spec.name: spec for spec in PARTS}}

    @property
    def specs(self) -> Mapping[str, Field]:
        return self.specs_of()

    # ── the page ──

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> str:
        """Show an announcement; whoever it is addressed to has read it then, unless it asks for a confirmation."""
        record: Announcement = self.record(pk)
        actor, key = self.actor(), record.id
        mine = queries.receipt(record.id, actor.id)
        is_open = mine is not None and mine.read_at is None and record.state == rules.PUBLISHED
        if is_open and not record.asks_receipt:
            afterwards(lambda: services.read(key, actor=actor))
        is_writer = may_write(record, actor)
        label, color = rules.STATES[record.state]
        page: dict[str, Any] = {
            "title": record.title,
            "crumbs": listpage.crumbs(self),
            "chips": [{"text": label, "color": color}] if is_writer else [],
            "facts": self._facts(record, mine),
            "actions": self._buttons(record, is_writer=is_writer, may_confirm=is_open and record.asks_receipt),
            "sections": [],
            "body": Markup('<section class="zk-card"><div class="zk-card-body zk-prose">{}</div></section>').format(
                self.drawn(record, "body")
            ),
        }
        if is_writer:
            page["figures"] = self._figures(record)
        drawn: str = self.render_template("zhike/record.html", page=page)
        return drawn

    def _facts(self, record: Announcement, mine: Receipt | None) -> list[dict[str, Any]]:
        found = [str(record.author or _("System"))]
        if record.published_at is not None:
            found.append(wording.instant(record.published_at))
        found.append(str(_("For: %(audience)s") % {"audience": record.audience}))
        if mine is not None and mine.read_at is not None:
            found.append(str(_("Read by you: %(time)s") % {"time": wording.instant(mine.read_at)}))
        return [{"text": text} for text in found]

    def _figures(self, record: Announcement) -> list[dict[str, Any]]:
        total, read = queries.counts(record.id)
        return [
            {"k": _("Addressed to"), "v": self._figure(total, record)},
            {"k": _("Have read it"), "v": self._figure(read, record, op="not_empty")},
            {"k": _("Have not read it"), "v": self._figure(total - read, record, op="empty")},
        ]

    def _figure(self, count: int, record: Announcement, *, op: str = "") -> Any:
        url, words = self._receipts(record, op=op), wording.number(count)
        return Markup('<a href="{}">{}</a>').format(url, words) if url else words

    def _receipts(self, record: Announcement, *, op: str = "") -> str | None:
        if not self.appbuilder.sm.has_access("can_list", "ReceiptView"):
            return None
        asked: list[dict[str, Any]] = [{"field": "announcement", "op": "is", "value": str(record.id)}]
        asked += [{"field": "read_at", "op": op}] if op else []
        return url_for("ReceiptView.list", filter=json.dumps({"all": asked}))

    def _buttons(self, record: Announcement, *, is_writer: bool, may_confirm: bool) -> list[dict[str, Any]]:
        found = []
        if may_confirm:
            found.append(self._press("confirm", record, _("I have read this"), "circle-check", primary=True))
        if is_writer and self.may("publish"):
            if record.state == rules.PUBLISHED:
                found.append(self._press("remind", record, _("Remind who has not read it"), "bell-ringing"))
                asked = str(_("Withdraw this announcement? Its readers will not see it any more."))
                found.append(self._press("withdraw", record, _("Withdraw"), "ban") | {"confirm": asked})
            else:
                total = str(_("Publish this announcement to: %(audience)s?") % {"audience": record.audience})
                button = self._press("publish", record, _("Publish"), "send", primary=not may_confirm)
                found.append(button | {"confirm": total})
        common = listpage.actions(self, record) if is_writer else []
        if record.state == rules.PUBLISHED:
            common = [one for one in common if one["icon"] == "history"]
        return [*found, *[one | {"primary": False} for one in common]]

    def _press(
        self, verb: str, record: Announcement, label: object, icon: str, *, primary: bool = False
    ) -> dict[str, Any]:
        url = self.url(verb, pk=record.id)
        return {"label": label, "icon": icon, "url": url, "method": "POST", "primary": primary}

    def row_actions(self, record: Any) -> Sequence[Mapping[str, Any]]:
        if record.state == rules.PUBLISHED or not may_write(record, self.actor()):
            return []
        return super().row_actions(record)

    # ── buttons ──

    @expose("/<pk>/confirm", methods=["POST"])
    @has_access
    @permission_name("show")
    def confirm(self, pk: str) -> Response:
        """Say that one has read an announcement."""
        record = self.record(pk)
        self.perform(lambda: services.confirm(record, actor=self.actor()), done=_("Noted: you have read it."))
        return redirect(self.url("show", pk=pk))

    @expose("/<pk>/publish", methods=["POST"])
    @has_access
    @permission_name("publish")
    def publish(self, pk: str) -> Response:
        """Publish an announcement to its audience."""
        record = self.record(pk, write=True)
        self.perform(lambda: services.publish(record, actor=self.actor()), done=_("Published: its readers are told."))
        return redirect(self.url("show", pk=pk))

    @expose("/<pk>/withdraw", methods=["POST"])
    @has_access
    @permission_name("publish")
    def withdraw(self, pk: str) -> Response:
        """Take an announcement back."""
        record = self.record(pk, write=True)
        self.perform(lambda: services.withdraw(record, actor=self.actor()), done=_("Withdrawn."))
        return redirect(self.url("show", pk=pk))

    @expose("/<pk>/remind", methods=["POST"])
    @has_access
    @permission_name("publish")
    def remind(self, pk: str) -> Response:
        """Tell again those who have not read an announcement."""
        record = self.record(pk, write=True)
        done = _("Reminded: everybody who has not read it, at most once a day.")
        self.perform(lambda: services.remind(record, actor=self.actor()), done=done)
        return redirect(self.url("show", pk=pk))


class ReceiptView(DomainView):
    route_base = "/announcement-receipts"
    model = Receipt
    title, one, group, icon = _("Who has read announcements"), _("Read receipt"), _("Administration"), "users"
    when_empty = _("Once an announcement is published, its readers stand here.")
    menu_place = 900
    base_permissions = ["can_list", "can_export"]
    list_fields = ["employee", "announcement", "department", "told_at", "read_at"]
    default_sort = "-id"
    quick_segments = [
        ("unread", _("Not read yet"), {"all": [{"field": "read_at", "op": "empty"}]}),
        ("read", _("Read"), {"all": [{"field": "read_at", "op": "not_empty"}]}),
    ]
