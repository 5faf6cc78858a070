"""The list of ratings, a rating's page, and what is answered to it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import flash, redirect, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import ColumnElement, FromClause, and_, or_
from werkzeug.wrappers import Response

from app.base import choices, wording
from app.base.errors import Conflict, DomainError, InvalidFields
from app.base.fields import Link, LongText, Reckoned, fields_of, value_of
from app.base.i18n import _
from app.base.screens import forms, listpage
from app.base.screens.lists import current_actor
from app.base.screens.view import DomainView
from app.desk.reviews import queries, rules, services
from app.desk.reviews.models import Rating
from app.extensions import db
from app.system.audit.views import History

WORDS = LongText(_("In words"), name="words", column="words", max_length=rules.LONGEST_WORDS, required=True)
MOST_PEOPLE = 8
RATED = tuple("ticket person agent state score attitude skill response overall words rater channel by rated_at".split())
#: What is there only once somebody has answered to a rating.
LATER = tuple("reply replied_at objection objected_at decision decided_by decided_at".split())
Service = Callable[..., None]


def _was_rated(table: FromClause, code: str, values: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition of being about one of these people, alone or with another."""
    if code == "empty":
        return and_(table.c.person_id.is_(None), table.c.agent_id.is_(None))
    return or_(table.c.person_id.in_(values), table.c.agent_id.in_(values))


PERSON = fields_of(Rating)["person"]
#: In place of the column: whoever asks for a person finds what they were rated for beside another, too.
FILTERS = (Reckoned(PERSON.label, name="person", inner=Link(PERSON.label, to="employee"), how=_was_rated),)


def _unset(record: Rating) -> set[str]:
    """Return what is not there yet, so that a page of dashes says nothing."""
    specs = fields_of(Rating)
    return {name for name in LATER if value_of(record, specs[name]) is None}


class RatingView(History, DomainView):
    route_base = "/ratings"
    model = Rating
    title, one, group, icon = _("Ratings"), _("Rating"), _("Tickets"), "star"
    menu_place = 50
    when_empty = _("What customers think of the work stands here, as soon as the first is asked.")
    base_permissions = ["can_list", "can_show", "can_history", "can_export", "can_reply", "can_decide"]
    list_fields = [
        "ticket",
        "person",
        "agent",
        "state",
        "score",
        "attitude",
        "skill",
        "response",
        "overall",
        "rater",
        "rated_at",
    ]
    export_fields = [*list_fields, "words", "channel", "by", "reply", "objection", "decision", "decided_by"]
    form_fields: Sequence[str] = [*RATED, *LATER]
    form_sections = (("fields", _("Rating"), RATED), ("answers", _("Reply and objection"), LATER))
    default_sort = "-rated_at"

    def above(self) -> Mapping[str, Any]:
        """Say above the list how the people did whom the reader leads."""
        if not self.may("decide"):
            return {}
        rows = queries.per_person(MOST_PEOPLE)
        names = choices.labels("employee", [key for key, _count, _mean in rows])
        said = [
            str(_("%(name)s %(score)s (%(count)s)"))
            % {"name": names.get(key, "?"), "score": wording.number(round(mean, 2)), "count": wording.number(count)}
            for key, count, mean in rows
        ]
        return (
            {"tone": "info", "text": str(_("Mean scores: %(scores)s") % {"scores": " · ".join(said)})} if said else {}
        )

    def row_actions(self, record: Any) -> Sequence[Mapping[str, Any]]:
        if not self.may("show"):
            return []
        return [{"label": _("Open"), "icon": "star", "url": self.url("show", pk=record.id)}]

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> str:
        """Show a rating, with what may be answered to it now."""
        record = self.record(pk)
        page = listpage.record_page(self, record)
        page["sections"] = listpage.sections(self, record, skip=_unset(record))
        if record.ticket is not None:
            page["title"] = f"{self.one} {record.ticket}"
        page["actions"] = [*self._offered(record), *page["actions"]]
        return self.render_template("zhike/record.html", page=page)

    def _offered(self, record: Rating) -> list[dict[str, Any]]:
        actor, found = current_actor(), []
        is_mine = actor.id in record.rated
        for verb, name, label, icon, is_meant in (
            ("reply", "reply", _("Reply"), "message", is_mine),
            ("object", "object_to", _("Object"), "gavel", is_mine and record.objected_at is None),
            ("uphold", "uphold", _("Let it stand"), "check", not is_mine),
            ("void", "void", _("Make it void"), "ban", not is_mine),
        ):
            right = "reply" if verb in ("reply", "object") else "decide"
            if is_meant and record.state in rules.FROM[verb] and self.may(right):
                found.append({"label": label, "icon": icon, "url": self.url(name, pk=record.id)})
        if rules.is_low(record.grades) if record.grades else False:
            found += self._reopening(record)
        if self.appbuilder.sm.has_access("can_show", "TicketView"):
            url = url_for("TicketView.show", pk=record.ticket_id)
            found.append({"label": _("Open the ticket"), "icon": "ticket", "url": url})
        return found

    def _reopening(self, record: Rating) -> list[dict[str, Any]]:
        ticket = record.ticket
        if ticket is None or ticket.phase not in ("solved", "reviewed", "closed"):
            return []
        if not self.appbuilder.sm.has_access("can_reopen", "TicketView"):
            return []
        url = url_for("TicketView.reopen", pk=ticket.id)
        return [{"label": _("Reopen the ticket"), "icon": "rotate", "url": url}]

    @expose("/<pk>/reply", methods=["GET", "POST"])
    @has_access
    @permission_name("reply")
    def reply(self, pk: str) -> Any:
        """Ask what the person rated has to say."""
        return self._ask(pk, services.reply, _("Reply"), _("Your reply is kept."))

    @expose("/<pk>/object", methods=["GET", "POST"])
    @has_access
    @permission_name("reply")
    def object_to(self, pk: str) -> Any:
        """Ask why the rating is not right."""
        return self._ask(pk, services.object_to, _("Object"), _("Your supervisor decides about it."))

    @expose("/<pk>/uphold", methods=["GET", "POST"])
    @has_access
    @permission_name("decide")
    def uphold(self, pk: str) -> Any:
        """Ask why the rating stands."""
        return self._ask(pk, services.uphold, _("Let it stand"), _("The rating stands."), write=True)

    @expose("/<pk>/void", methods=["GET", "POST"])
    @has_access
    @permission_name("decide")
    def void(self, pk: str) -> Any:
        """Ask why the rating does not count."""
        return self._ask(pk, services.void, _("Make it void"), _("The rating is void: it counts nowhere."), write=True)

    def _ask(self, pk: str, service: Service, label: object, done: object, *, write: bool = False) -> Any:
        record = self.record(pk, write=write)
        form = forms.form_class([WORDS], choices_url="")()
        if not form.is_submitted():
            form.revision.data = str(record.revision)
        if not form.is_submitted() or not form.validate():
            return self._asked(record, form, label)
        text = form.revision.data or ""
        revision = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1  # noqa: PLR2004 - digits
        try:
            service(record, forms.values(form)["words"], actor=current_actor(), revision=revision)
        except InvalidFields as refusal:
            form["words"].errors = [str(one) for one in refusal.problems.values()]
            return self._again(pk, form, label, None)
        except DomainError as refusal:
            status = 409 if isinstance(refusal, Conflict) else 422
            return self._again(pk, form, label, refusal, status=status)
        flash(str(done), "success")
        answer: Response = redirect(self.url("show", pk=pk))
        return answer

    def _again(self, pk: str, form: Any, label: object, problem: object, *, status: int = 422) -> Any:
        db.session.rollback()
        return self._asked(self.record(pk), form, label, problem=problem, status=status)

    def _asked(self, record: Rating, form: Any, label: object, *, problem: object = None, status: int = 422) -> Any:
        page = listpage.form_page(self, form, record, name=str(record), problem=problem)
        page |= {"title": label, "submit_label": label}
        page["sections"] = [{"id": "fields", "title": str(record), "fields": ["words"]}]
        drawn = self.render_template("zhike/form.html", page=page, form=forms.fill(form, None))
        return drawn, status if form.is_submitted() else 200
