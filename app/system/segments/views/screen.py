"""One's segments and those shared with one: what they ask for, to whom they are open, and the buttons of both."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import abort, flash, jsonify, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from markupsafe import Markup
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from app.base import choices, filters, kept_filters, segments
from app.base.errors import DomainError, Invalid, NotAllowed
from app.base.fields import Field
from app.base.filters import ME
from app.base.i18n import _
from app.base.scope import may_write, with_deleted
from app.base.screens import listpage, markup
from app.base.screens.listing import Listing
from app.base.screens.view import MOST_CHOICES, DomainView
from app.system.audit.queries import Line
from app.system.audit.views import History
from app.system.segments import queries, rules, services
from app.system.segments.models import Segment
from app.system.segments.services import Audience
from app.system.segments.views import bar
from app.system.segments.views.words import Conditions, said_of

LONGEST_KEY = 9  # digits
MOST_CHOSEN = 50
AUDIENCE = ("employee", "role", "department")


class SegmentView(History, DomainView):
    route_base = "/segments"
    model = Segment
    title, one, group, icon = _("Segments"), _("Segment"), _("Administration"), "bookmark"
    when_empty = _("Set conditions over a list and save them as a segment: it then stands here and over that list.")
    menu_place = 60
    base_permissions = ["can_list", "can_show", "can_keep", "can_share", "can_take_over", "can_history"]
    #: Keeping one's own is one right, whatever is done with them: the auditor has it too.
    method_permission_name = dict.fromkeys(("add", "edit", "delete", "restore", "take_it_back"), "keep")
    list_fields = ["name", "subject", "audience", "owner", "updated_at"]
    column_choices = ["created_at", "updated_by"]  # not the conditions: they may name what one sees only masked
    row_needs = ["owner_id"]
    form_fields = ["name"]
    default_sort = "name"
    has_segments = False  # a list of tabs needs no tabs of its own
    quick_segments = [
        ("mine", _("Mine"), {"all": [{"field": "owner", "op": "is", "value": ME}]}),
        ("others", _("Shared by others"), {"all": [{"field": "owner", "op": "not_is", "value": ME}]}),
    ]
    change, remove = services.rename, services.delete
    take_back, bring_back = services.take_back, services.restore

    def may(self, permission: str) -> bool:
        return super().may("keep" if permission in ("add", "edit", "delete", "revert") else permission)

    def record(self, pk: str, *, write: bool = False) -> Any:
        """Return the segment in scope. ``write``: 403 also where it is shared and one may only keep private ones."""
        found = super().record(pk, write=write)
        if write and found.shares and not self.may("share"):
            raise NotAllowed(_("This segment is shared, and you may keep private ones only. Ask an administrator."))
        return found

    def listing(self, **changes: str) -> Listing:
        """Return the segments asked for. Nobody searches in conditions: they may name what one sees only masked."""
        plain = super().listing(**changes)
        known = {name: spec for name, spec in plain.fields.items() if name != "filter"}
        return replace(plain, fields=known)

    def may_filter(self, spec: Field) -> bool:
        return spec.name != "filter"

    # ── one segment ──

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> str | Response:
        """Show what a segment asks for and to whom it is open."""
        segment = self.record(pk)
        is_mine = segment.owner_id == self.actor().id
        may_share = is_mine and self.may("share")
        page = listpage.record_page(self, segment) | {
            "actions": self._actions(segment, is_mine=is_mine),
            "conditions": said_of(segment.filter, subject=segment.subject, owner_id=segment.owner_id),
            "sections": [{"title": self.one, "fields": [self._drawn(name, segment) for name in ABOUT]}],
            "audience": [self._share(segment, row, may_share=may_share) for row in segment.shares],
            "share_url": self.url("share", pk=pk) if may_share else None,
            "share_now": request.args.get("share") == "1",
            "audience_urls": {kind: self.url("audience", kind=kind) for kind in AUDIENCE},
        }
        return self.render_template("zhike/segment.html", page=page)

    def _drawn(self, name: str, segment: Segment) -> dict[str, Any]:
        value = markup.draw(self.specs[name], segment, actor=self.actor(), short=False)
        if name == "owner" and queries.is_out_of_use(segment.owner_id):
            value = Markup("{} {}").format(value, markup.chip(str(_("Account disabled")), "amber"))
        return {"label": self.specs[name].label, "value": value}

    def _share(self, segment: Segment, row: Any, *, may_share: bool) -> dict[str, Any]:
        url = self.url("stop_sharing", pk=segment.id, share=row.id)
        label = _("Stop sharing with %(name)s") % {"name": row.words}
        stop = {"label": label, "icon": "x", "url": url, "method": "POST"}
        return {"icon": ICON_OF[row.kind], "label": row.words, "stop": stop if may_share else None}

    def _actions(self, segment: Segment, *, is_mine: bool) -> list[dict[str, Any]]:
        key, is_ours = segment.id, is_mine or self._may_govern(segment)
        found: list[dict[str, Any]] = []
        if segment.subject in segments.subjects:
            url = url_for(f"{segment.subject}.list", segment=key)
            found.append({"label": _("Open the list"), "icon": "list", "url": url, "primary": True})
        if is_mine and self.may("edit"):
            found.append({"label": _("Rename"), "icon": "pencil", "url": self.url("edit", pk=key)})
        if not is_mine and is_ours:
            found.append(self._take_over_button(segment))
        if is_ours and self.may("history"):
            found.append({"label": _("History"), "icon": "history", "url": self.url("history", pk=key)})
        return [*found, self.delete_button(key, segment.name)] if is_ours and self.may("delete") else found

    def _may_govern(self, segment: Segment) -> bool:
        """Tell whether this person may take over, or delete, what somebody else shares."""
        return self.may("take_over") and may_write(segment, self.actor())

    def _take_over_button(self, segment: Segment) -> dict[str, Any]:
        asked = _("Take over “%(name)s” from %(owner)s? You become its owner; they go on seeing it.")
        words = {"name": segment.name, "owner": segment.owner}
        button = {"label": _("Take over"), "icon": "transfer-in", "url": self.url("take_over", pk=segment.id)}
        return button | {"method": "POST", "form": [("owner", segment.owner_id)], "confirm": str(asked % words)}

    def delete_button(self, key: int, name: str) -> dict[str, Any]:
        """Return the button that takes a segment away from everybody who has it."""
        asked = _("Delete the segment “%(name)s”? Whoever it is shared with loses it too; no row is deleted.")
        button = {"label": _("Delete"), "icon": "trash", "url": self.url("delete", pk=key), "method": "POST"}
        return button | {"danger": True, "confirm": str(asked % {"name": name})}

    def row_actions(self, record: Any) -> Sequence[Mapping[str, Any]]:
        if record.subject not in segments.subjects:
            return []
        open_it = {"label": _("Open the list"), "icon": "list"}
        found = [{**open_it, "url": url_for(f"{record.subject}.list", segment=record.id)}]
        is_mine = record.owner_id == self.actor().id and self.may("edit")
        return [*found, *super().row_actions(record)] if is_mine else found

    # ── history: what it once asked for is the business of its owner, and of who may take it over ──

    @expose("/<pk>/history")
    @has_access
    @permission_name("history")
    def history(self, pk: str) -> str | Response:
        """Show what a segment was called and asked for before."""
        with with_deleted():
            rules.check_past(super().record(pk).owner_id, actor=self.actor())
        return super().history(pk)

    def spec_of(self, record: Any, line: Line) -> Field:
        if line.spec.name != "filter":
            return line.spec
        return Conditions(line.spec.label, name="filter", subject=record.subject, owner_id=record.owner_id)

    def can_take_back(self, line: Line) -> bool:
        return line.key[0] is Segment and line.spec.name in services.TAKEN_BACK

    # ── buttons ──

    @expose("/save", methods=["POST"])
    @has_access
    @permission_name("keep")
    def save(self) -> Response:
        """Keep the filter of a list under a name."""
        subject, audience = self._listed(request.form.get("subject", "")), request.form.get("audience", "")
        if audience and not self.may("share"):
            abort(403)
        text, sort = request.form.get("filter", ""), request.form.get("sort", "")
        house = self.actor().department_id
        chosen = Audience(departments=(house,)) if audience == bar.MY_DEPARTMENT and house else services.NOBODY
        about = {"name": request.form.get("name", ""), "filter_text": text, "sort": sort, "audience": chosen}
        try:
            segment = services.save(subject, actor=self.actor(), **about)
        except DomainError as refusal:
            flash(str(refusal), "danger")
            return redirect(url_for(f"{subject}.list", **_as_typed(text, subject), sort=sort or None))
        flash(str(_("Saved: %(name)s") % {"name": segment}), "success")
        if audience == bar.OTHERS:
            return redirect(self.url("show", pk=segment.id, share=1))
        return redirect(url_for(f"{subject}.list", segment=segment.id))

    def _listed(self, subject: str) -> str:
        """Return the name of a list that this person may open: 404 for none, 403 for one that is not theirs."""
        if subject not in segments.subjects:
            abort(404)
        view = next(one for one in self.appbuilder.baseviews if type(one).__name__ == subject)
        return subject if view.may("list") else abort(403)

    @expose("/<pk>/filter", methods=["POST"])
    @has_access
    @permission_name("keep")
    def change_filter(self, pk: str) -> Response:
        """Let a segment ask for what its list shows now."""
        segment, given = self.record(pk, write=True), request.form
        subject, revision = segment.subject, _number(given.get("revision", ""))
        text, sort = given.get("filter", ""), given.get("sort", "")
        about = {"filter_text": text, "sort": sort, "revision": revision, "actor": self.actor()}
        done = _("Saved: %(name)s") % {"name": segment}
        if self.perform(lambda: services.change_filter(segment, **about), done=done):
            return redirect(url_for(f"{subject}.list", segment=pk))
        return redirect(url_for(f"{subject}.list", segment=pk, **_as_typed(text, subject), sort=sort or None))

    @expose("/<pk>/hide", methods=["POST"])
    @has_access
    @permission_name("keep")
    def hide(self, pk: str) -> Response:
        """Take a segment off one's own tabs."""
        segment = self.record(pk)
        subject, done = segment.subject, _("Hidden. “Arrange tabs” brings it back.")
        self.perform(lambda: services.hide(segment, actor=self.actor()), done=done)
        return redirect(url_for(f"{subject}.list"))

    @expose("/arrange", methods=["POST"])
    @has_access
    @permission_name("keep")
    def arrange(self) -> Response:
        """Keep the order of one's tabs, and which of them one hides."""
        subject = self._listed(request.form.get("subject", ""))
        order, shown = ([_number(one) for one in request.form.getlist(name)] for name in ("order", "shown"))
        services.arrange(order, shown=shown, actor=self.actor())
        return redirect(url_for(f"{subject}.list", segment=_number(request.form.get("segment", "")) or None))

    @expose("/<pk>/share", methods=["POST"])
    @has_access
    @permission_name("share")
    def share(self, pk: str) -> Response:
        """Open a segment to people, roles and departments."""
        segment = self.record(pk, write=True)
        people, roles, houses = (self._chosen(kind) for kind in AUDIENCE)
        audience = Audience(people, roles, houses)
        self.perform(lambda: services.share(segment, audience, actor=self.actor()), done=_("The segment is shared."))
        return redirect(self.url("show", pk=pk))

    def _chosen(self, kind: str) -> tuple[int, ...]:
        return tuple(key for key in map(_number, request.form.getlist(kind)[:MOST_CHOSEN]) if key)

    @expose("/<pk>/share/<int:share>/stop", methods=["POST"])
    @has_access
    @permission_name("share")
    def stop_sharing(self, pk: str, share: int) -> Response:
        """Close a segment again to one of those it is open to."""
        segment = self.record(pk, write=True)
        done = _("No longer shared.")
        self.perform(lambda: services.stop_sharing(segment, share, actor=self.actor()), done=done)
        return redirect(self.url("show", pk=pk))

    @expose("/audience/<kind>")
    @has_access
    @permission_name("share")
    def audience(self, kind: str) -> Response:
        """Answer whom a segment can be opened to. ``q``: the words typed."""
        if kind not in AUDIENCE:
            abort(404)
        words = request.args.get("q", "").strip()[:60]
        found = choices.references[kind].search(words, actor=self.actor(), limit=MOST_CHOICES)
        return jsonify([{"value": one.value, "text": one.text, "sub": one.sub} for one in found])

    @expose("/<pk>/take-over", methods=["POST"])
    @has_access
    @permission_name("take_over")
    def take_over(self, pk: str) -> Response:
        """Make somebody else's shared segment one's own."""
        segment, done = self.record(pk, write=True), _("The segment is yours now.")
        shown = _number(request.form.get("owner", ""))
        self.perform(lambda: services.take_over(segment, owner_id=shown, actor=self.actor()), done=done)
        return redirect(self.url("show", pk=pk))


ABOUT = ("subject", "owner", "updated_at")
ICON_OF = {"employee": "user", "role": "user-shield", "department": "sitemap"}
BUTTON_ICONS = {"bookmark", "device-floppy", "eye-off", "info-circle", "list", "transfer-in", "users"}  # for the sprite


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_KEY else 0


def _as_typed(text: str, subject: str) -> dict[str, str]:
    """Return how a filter stands in an address: itself, or the id of a long one; nothing for one without a meaning."""
    try:
        filters.parse(text, segments.subjects[subject].fields)
    except Invalid:
        return {}
    return {"kept": kept_filters.keep(text)} if len(text) > kept_filters.LONGEST_IN_ADDRESS else {"filter": text}
