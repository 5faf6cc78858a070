"""The page on which a customer rates, without signing in: the token is the key."""

from collections.abc import Sequence
from typing import Any

from flask import make_response, request
from flask_appbuilder import BaseView, expose
from flask_appbuilder.utils.limit import Limit
from flask_limiter.util import get_remote_address
from werkzeug.wrappers import Response

from app.base.actor import SYSTEM, acting
from app.base.errors import InvalidFields, WrongState
from app.base.i18n import _
from app.desk.reviews import rules, services
from app.desk.reviews.views.revisits import DIMENSIONS, grade
from app.extensions import db
from app.system.sign_in.views.door import sign_in_limit

LONGEST_TOKEN = 100


class RateView(BaseView):
    """Whoever has the link says how it was, once. Told of the ticket: number, problem and product, nothing else."""

    route_base = "/r"
    default_view = "rate"
    base_permissions: Sequence[str] = []  # the token is the key
    limits = [Limit(limit_value=sign_in_limit, key_func=get_remote_address, methods=["POST"])]

    @expose("/<token>", methods=["GET", "POST"])
    def rate(self, token: str) -> Response:
        """Ask how it was, and keep the answer."""
        with acting(SYSTEM):
            try:
                _rating, ticket = services.look(token[:LONGEST_TOKEN])
                about = {
                    "number": ticket.number,
                    "title": ticket.title,
                    "product": str(ticket.product) if ticket.product is not None else "",
                }
                return self._answered(token, about)
            except WrongState:
                db.session.rollback()
                return self._drawn({"said": rules.GONE}, status=410)

    def _answered(self, token: str, about: dict[str, Any]) -> Response:
        if request.method != "POST":
            return self._drawn({"about": about})
        names = (*rules.DIMENSIONS, "overall")
        values = {name: grade(request.form.get(name)) for name in names} | {"words": request.form.get("words", "")}
        try:
            services.rate_by_link(token, values)
        except InvalidFields as refusal:
            db.session.rollback()
            return self._drawn({"about": about, "problems": refusal.problems}, status=422)
        return self._drawn({"said": _("Thank you. What you said helps us to do better.")})

    def _drawn(self, page: dict[str, Any], *, status: int = 200) -> Response:
        known = {
            "title": _("How was it?"),
            "dimensions": list(DIMENSIONS.items()),
            "grades": [(code, word) for code, (word, _color) in rules.GRADES.items()],
            "problems": {},
            "typed": request.form,
        }
        answer = make_response(self.render_template("zhike/reviews/rate.html", page=known | page), status)
        answer.headers["X-Robots-Tag"] = "noindex, nofollow"
        answer.headers["Referrer-Policy"] = "no-referrer"
        answer.headers["Cache-Control"] = "no-store"
        return answer
