"""Ratings over REST: to be read."""

from flask_appbuilder import AppBuilder

from app.base.screens.api import DomainApi
from app.desk.reviews.models import Rating


class RatingApi(DomainApi):
    resource_name = "ratings"
    class_permission_name = subject = "RatingView"
    model = Rating
    base_permissions = ["can_list", "can_show"]
    exclude_route_methods = {"post", "put", "delete"}
    read_fields = [
        *"ticket person agent state attitude skill response score overall words rater channel by rated_at".split(),
        *"reply replied_at objection objected_at decision decided_by decided_at created_at".split(),
    ]


def register(appbuilder: AppBuilder) -> None:
    appbuilder.add_api(RatingApi)
