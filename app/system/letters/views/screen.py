"""Letters: received and sent, a conversation with its answer, and a new one."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask import request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from app.base import wording
from app.base.afterwards import afterwards
from app.base.errors import DomainError, InvalidFields
from app.base.fields import Choices, Field, Links
from app.base.i18n import _
from app.base.screens import listpage, markup
from app.base.screens.view import DomainView
from app.extensions import db
from app.system.letters import queries, rules, services
from app.system.letters.models import Letter

ICONS = {"mail", "send", "archive"}  # for the sprite
MOST_NAMED = 20
#: What the form asks besides the columns.
TO: tuple[Field, ...] = (
    Links(_("To people"), name="people", to="employee", wide=True),
    Choices(
        _("To departments"),
        name="departments",
        through="departments",
        dictionary="letter_department",
        wide=True,
        help=_("With those below. Everybody there receives it and sees who has read it."),
    ),
)


class LetterView(DomainView):
    route_base = "/letters"
    model = Letter
    title, one, group, icon = _("Letters"), _("Letter"), _("Messages"), "mail"
    when_empty = _("Write to a colleague or a department. Nobody else reads it.")
    menu_place = 40
    base_permissions = ["can_list", "can_show", "can_add", "can_delete"]
    list_fields = ["subject", "sender", "addressees", "sent_at"]
    column_choices = list_fields
    default_sort = "-sent_at"
    form_fields: ClassVar[Sequence[str]] = ["people", "departments", "subject", "body"]
    quick_segments = [
        ("received", _("Received"), {"all": [{"field": "recipient", "op": "is", "value": "me"}]}),
        ("sent", _("Sent"), {"all": [{"field": "sender", "op": "is", "value": "me"}]}),
        ("unread", _("Unread"), {"all": [{"field": "is_read", "op": "not_true"}]}),
    ]
    create = services.send

    @classmethod
    def specs_of(cls) -> Mapping[str, Field]:
        known = super().specs_of()
        return {**known, **{spec.name: spec for spec in TO}}

    @property
    def specs(self) -> Mapping[str, Field]:
        return self.specs_of()

    def after_save(self, saved: Letter) -> str:
        return self.url("show", pk=saved.conversation_id or saved.id)

    def row_chips(self, record: Any) -> Sequence[tuple[str, str]]:
        return [(str(_("Unread")), "blue")] if queries.unread_in([record], self.actor()) else []

    # ── a conversation ──

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> str:
        """Show the conversation a letter belongs to; what one received of it is read then."""
        return self._conversation(self.record(pk))

    def _conversation(self, record: Letter, *, typed: str = "", problem: object = None) -> str:
        actor, letters = self.actor(), queries.conversation(record)
        if fresh := queries.unread_in(letters, actor):
            afterwards(lambda: services.read(fresh, actor=actor))
        last = letters[-1]
        page = {
            "title": record.subject,
            "crumbs": listpage.crumbs(self),
            "letters": [self._drawn(one) for one in letters],
            "reply_url": self.url("reply", pk=last.id) if self.may("add") else None,
            "many": len(queries.others(last)) > 2,  # noqa: PLR2004 - there is somebody besides the two
            "typed": typed,
            "problem": problem,
            "longest": rules.LONGEST_BODY,
            "actions": self._buttons(record),
        }
        drawn: str = self.render_template("zhike/letters/conversation.html", page=page)
        return drawn

    def _buttons(self, record: Letter) -> list[dict[str, Any]]:
        if not self.may("delete"):
            return []
        asked = str(_("Put this letter away? You will not see it any more; others keep it."))
        url = self.url("put_away", pk=record.id)
        return [{"label": _("Put away"), "icon": "archive", "url": url, "method": "POST", "confirm": asked}]

    def _drawn(self, letter: Letter) -> dict[str, Any]:
        read = [str(one.employee) for one in letter.recipients if one.read_at is not None]
        unread = [str(one.employee) for one in letter.recipients if one.read_at is None]
        return {
            "sender": str(letter.sender),
            "initial": str(letter.sender)[:1],
            "color": markup.color_of(str(letter.sender)),
            "is_mine": letter.sender_id == self.actor().id,
            "to": letter.addressees,
            "at": markup.moment(letter.sent_at),
            "body": self.drawn(letter, "body"),
            "read": _names(read),
            "unread": _names(unread),
        }

    # ── buttons ──

    @expose("/<pk>/reply", methods=["POST"])
    @has_access
    @permission_name("add")
    def reply(self, pk: str) -> Any:
        """Answer a letter."""
        record, body = self.record(pk), request.form.get("body", "")
        try:
            services.reply(record, body, to_all=request.form.get("to_all") == "1", actor=self.actor())
        except DomainError as refusal:
            db.session.rollback()
            said = " ".join(map(str, refusal.problems.values())) if isinstance(refusal, InvalidFields) else refusal
            return self._conversation(self.record(pk), typed=body, problem=said), 422
        return redirect(self.url("show", pk=pk))

    @expose("/<pk>/put-away", methods=["POST"])
    @has_access
    @permission_name("delete")
    def put_away(self, pk: str) -> Response:
        """Take a letter out of one's own list."""
        record = self.record(pk)
        self.perform(lambda: services.put_away(record, actor=self.actor()), done=_("Put away."))
        return redirect(self.url("list"))


def _names(people: Sequence[str]) -> str:
    more = len(people) - MOST_NAMED
    words = "、".join(people[:MOST_NAMED])
    if more <= 0:
        return words
    return str(_("%(names)s and %(count)s more", names=words, count=wording.number(more)))
