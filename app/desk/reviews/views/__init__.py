"""The screens of revisits and ratings."""

from collections.abc import Iterable, Mapping

from flask_appbuilder import AppBuilder

from app.base import choices, inbox, settings
from app.base.choices import Item
from app.base.fields import Boolean, Number, add_filters
from app.base.i18n import _
from app.base.screens import rights
from app.base.screens.home import first_page
from app.base.settings import Setting
from app.desk.reviews import queries, rules, services
from app.desk.reviews.models import Rating
from app.desk.reviews.services.keeping import REOPENS
from app.desk.reviews.views import home, part, told
from app.desk.reviews.views.door import RateView
from app.desk.reviews.views.ratings import FILTERS, RatingView
from app.desk.reviews.views.revisits import RevisitView
from app.desk.tickets import queries as ticket_queries
from app.desk.tickets import services as ticket_services
from app.desk.tickets import views as tickets
from app.system.sign_in.views import OPEN_TO_ALL

__all__ = ["RateView", "RatingView", "RevisitView", "register"]

settings.register(
    Setting(
        "rating_link_days",
        Number(
            _("Days for which a rating link is valid"),
            help=_("It can be used once."),
            required=True,
            low=1,
            high=365,
        ),
        "tickets",
        14,
        _("days"),
    ),
    Setting(
        REOPENS,
        Boolean(
            _("A low rating reopens the ticket"),
            help=_("Low: one grade of the lowest, or a mean below 2. The supervisor is told in any case."),
            required=True,
        ),
        "tickets",
        False,  # noqa: FBT003 - the standard value
    ),
)


def _items(words: Mapping[str, tuple[object, str]]) -> tuple[Item, ...]:
    return tuple(Item(str(code), str(word), color) for code, (word, color) in words.items())


class RatingNames:
    """How ratings are named in messages: only those in scope."""

    def labels(self, ids: Iterable[int]) -> Mapping[int, str]:
        return {key: str(one) for key in ids if (one := queries.rating_by_id(key)) is not None}

    def search(self, words: str, *, actor: object, limit: int) -> list[choices.Found]:  # noqa: ARG002 - never offered
        return []

    def exists(self, key: int, *, actor: object) -> bool:  # noqa: ARG002 - the scope hook knows
        return queries.rating_by_id(key) is not None


def register(appbuilder: AppBuilder) -> None:
    choices.references["rating"] = RatingNames()
    choices.more["rating_grade"] = lambda: _items({str(code): one for code, one in rules.GRADES.items()})
    choices.more["rating_state"] = lambda: _items(rules.STATES)
    choices.more["rating_rater"] = lambda: tuple(Item(code, str(word)) for code, word in rules.RATERS.items())
    choices.more["rating_channel"] = lambda: tuple(Item(code, str(word)) for code, word in rules.CHANNELS.items())
    inbox.kinds |= told.KINDS
    rights.words |= {
        "can_reply": _("Reply and object"),
        "can_decide": _("Decide about objections"),
        "can_link": _("Make rating links"),
    }
    add_filters(Rating, *FILTERS)
    ticket_services.recycling.goes_with("reviews", services.go_with_tickets)
    OPEN_TO_ALL.add("RateView.rate")
    tickets.parts["ratings"] = part.draw
    ticket_queries.part_kinds["ratings"] = queries.any_of
    tickets.elsewhere["revisit"] = part.revisit_url
    first_page.add(*home.PARTS)
    appbuilder.add_view(RevisitView, "RevisitView", label=_("To revisit"), category="desk")
    appbuilder.add_view(RatingView, "RatingView", label=_("Ratings"), category="desk")
    appbuilder.add_view_no_menu(RateView)
