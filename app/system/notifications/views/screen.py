"""One's own messages. Open to everybody who is signed in, as one's own account is; nobody sees another's."""

from typing import Any

from flask import Response, jsonify, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from werkzeug.wrappers import Response as AnyResponse

from app.base.i18n import _
from app.base.screens.outside import not_found
from app.base.screens.view import current_actor
from app.system.notifications import queries, services
from app.system.notifications.models import Message
from app.system.notifications.rules import count_text
from app.system.notifications.views import drawing

PAGE, IN_PANEL = 25, 8
LONGEST_KEY = 9  # digits


class InboxView(BaseView):
    """Messages: read, opened, counted."""

    route_base = "/inbox"
    default_view = "list"
    base_permissions: list[str] = []  # one's own affairs: open to everybody who is signed in

    @expose("/")
    def list(self) -> str:
        """Show one's messages, newest first; ``unread=1``: only those not read yet."""
        only_unread = request.args.get("unread") == "1"
        given = request.args.get("before", "")
        before = int(given) if given.isascii() and given.isdigit() and len(given) <= LONGEST_KEY else 0
        found = queries.messages(current_actor(), limit=PAGE + 1, only_unread=only_unread, before=before)
        count = queries.unread(current_actor())
        page = {
            "title": _("Messages"),
            "crumbs": [],
            "segments": _segments(only_unread=only_unread, count=count),
            "messages": drawing.drawn(found[:PAGE]),
            "only_unread": only_unread,
            "read_all_url": url_for(".read_all") if count else None,
            "next_url": url_for(".list", **_kept(only_unread), before=found[PAGE - 1].id)
            if len(found) > PAGE
            else None,
            "first_url": url_for(".list", **_kept(only_unread)) if before else None,
        }
        return self.render_template("zhike/inbox.html", page=page)

    @expose("/panel")
    def panel(self) -> str:
        """Show the last messages, to stand below the bell."""
        found = drawing.drawn(queries.messages(current_actor(), limit=IN_PANEL))
        page = {"messages": found, "url": url_for(".list"), "read_all_url": url_for(".read_all")}
        return self.render_template("zhike/inbox_panel.html", page=page, unread=any(one["is_unread"] for one in found))

    @expose("/stamp")
    def stamp(self) -> Response | tuple[str, int]:
        """Answer the count of unread messages; 204 if it is the one ``known`` already. Keeps no session alive."""
        count = queries.unread(current_actor())
        if request.args.get("known") == str(count):
            return "", 204
        return jsonify({"unread": count, "text": count_text(count)})

    # ── buttons ──

    def message(self, pk: int) -> Message:
        """Return one's own message: 404 for anybody else's."""
        found = queries.message(pk)
        return found if found is not None else not_found(Message, pk)

    @expose("/<int:pk>/open", methods=["POST"])
    def open(self, pk: int) -> AnyResponse:
        """Mark a message read and go to what it tells of."""
        message = self.message(pk)
        address = drawing.address_of(message) or url_for(".list")
        services.read(message, actor=current_actor())
        return redirect(address)

    @expose("/<int:pk>/read", methods=["POST"])
    def read(self, pk: int) -> AnyResponse:
        """Mark a message read."""
        services.read(self.message(pk), actor=current_actor())
        return redirect(url_for(".list"))

    @expose("/read-all", methods=["POST"])
    def read_all(self) -> AnyResponse:
        """Mark all of one's messages read."""
        services.read_all(actor=current_actor())
        return redirect(url_for(".list"))


def _kept(only_unread: bool) -> dict[str, Any]:  # noqa: FBT001 - of the address
    return {"unread": 1} if only_unread else {}


def _segments(*, only_unread: bool, count: int) -> list[dict[str, Any]]:
    unread = {"label": _("Unread"), "url": url_for(".list", unread=1), "current": only_unread, "count": count}
    return [{"label": _("All"), "url": url_for(".list"), "current": not only_unread}, unread]
