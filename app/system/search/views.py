"""Quick search: the suggestions under the box on every page, and the page of all that was found."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import abort, request, url_for
from flask_appbuilder import AppBuilder, BaseView, expose
from markupsafe import Markup
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from app.base import ways
from app.base.i18n import _, ngettext
from app.base.normal import phone_display
from app.base.screens import frame
from app.base.screens.view import current_actor
from app.base.ways import Way
from app.system.search import queries
from app.system.search.queries import Hit, Kind, Line
from app.system.search.rules import DIGITS, LONGEST, excerpt, spans

SUGGESTED, GROUPED, PAGE = 8, 10, 25


class SearchView(BaseView):
    """Open to everybody: each kind of record is found by those who may open its list, within their scope."""

    route_base = "/search"
    default_view = "search"
    base_permissions: list[str] = []

    @expose("/")
    def search(self) -> str | Response:
        """Show what matches, by kind; go straight to a single match."""
        kinds, words = self._kinds(), _words()
        chosen = next((kind for kind in kinds if kind.code == request.args.get("kind")), None)
        groups = [self._group(kind, words, alone=kind is chosen) for kind in ([chosen] if chosen else kinds)]
        drawn = [hit for group in groups for hit in group["hits"]]
        if len(drawn) == 1 and not chosen and drawn[0]["url"]:
            return redirect(drawn[0]["url"])
        page = {
            "title": _("Search"),
            "crumbs": [],
            "words": words,
            "groups": [group for group in groups if group["hits"]],
            "tabs": _tabs(kinds, chosen, words) if words and len(kinds) > 1 else [],
            "first_url": url_for(".search", q=words, kind=chosen.code) if chosen and "after" in request.args else None,
        }
        return self.render_template("zhike/search.html", page=page)

    @expose("/quick")
    def quick(self) -> str:
        """Answer the best few hits while somebody types, as a piece of the page."""
        words = _words()
        found = [hit for kind in self._kinds() for hit in self._found(kind, words, limit=SUGGESTED)]
        best = sorted(found, key=lambda hit: hit.match.rank)[:SUGGESTED]
        groups = [
            {"label": kind.label, "icon": kind.icon, "hits": self._drawn([hit for hit in best if hit.kind is kind])}
            for kind in dict.fromkeys(hit.kind for hit in best)
        ]
        status = ngettext("%(num)s suggestion", "%(num)s suggestions", len(best)) if words else ""
        page = {"words": words, "groups": groups, "status": status, "all_url": url_for(".search", q=words)}
        return self.render_template("zhike/search_quick.html", page=page)

    def _kinds(self) -> Sequence[Kind]:
        """Return the kinds of which the person may open the list. 403 if there are none."""
        return findable(self.appbuilder) or abort(403)

    def _group(self, kind: Kind, words: str, *, alone: bool) -> dict[str, Any]:
        size = PAGE if alone else GROUPED
        found = self._found(kind, words, limit=size + 1, after=request.args.get("after", "") if alone else "")
        more = found[size - 1].place if len(found) > size else None
        onward = {"after": more} if alone else {}
        return {
            "label": kind.label,
            "icon": kind.icon,
            "hits": self._drawn(found[:size]),
            "more_url": url_for(".search", q=words, kind=kind.code, **onward) if more else None,
        }

    def _found(self, kind: Kind, words: str, *, limit: int, after: str = "") -> Sequence[Hit]:
        return queries.find(kind.code, words, actor=current_actor(), limit=limit, after=after) if words else []

    def _drawn(self, hits: Sequence[Hit]) -> list[Mapping[str, Any]]:
        if not hits:
            return []
        kind = hits[0].kind
        lines = kind.lines([hit.id for hit in hits], current_actor())
        may_open = self.appbuilder.sm.has_access("can_show", kind.screen)
        return [_drawn(hit, lines[hit.id], may_open=may_open) for hit in hits if hit.id in lines]


def _words() -> str:
    return " ".join(request.args.get("q", "")[:LONGEST].split())


def _tabs(kinds: Sequence[Kind], chosen: Kind | None, words: str) -> list[dict[str, Any]]:
    entire = {"label": _("All kinds"), "url": url_for(".search", q=words), "current": chosen is None}
    each = [
        {"label": kind.label, "url": url_for(".search", q=words, kind=kind.code), "current": kind is chosen}
        for kind in kinds
    ]
    return [entire, *each]


def _drawn(hit: Hit, line: Line, *, may_open: bool) -> dict[str, Any]:
    """Return a hit as it is drawn: its name, what else is known, and why it was found if the name does not say."""
    words, is_named = _words(), hit.match.text == line.title
    return {
        "title": _marked(line.title, hit, words) if is_named else line.title,
        "facts": line.facts,
        "marks": line.marks,
        "why": None if is_named else hit.match.part.label,
        "text": _reason(hit, words),
        "url": url_for(hit.kind.endpoint, pk=hit.id) if may_open else None,
    }


def _reason(hit: Hit, words: str) -> Markup | str:
    if hit.match.part.manner is DIGITS:
        return phone_display(hit.match.text) if hit.match.text else ""
    return _marked(hit.match.text, hit, words)


def _marked(text: str, hit: Hit, words: str) -> Markup:
    marked = spans(text, hit.match, words)
    done, last = excerpt(text, marked)
    drawn = Markup("…") if done else Markup("")
    for start, end in marked:
        if end <= last:
            drawn += Markup("{}<mark>{}</mark>").format(text[done:start], text[start:end])
            done = end
    return drawn + text[done:last] + ("…" if last < len(text) else "")


def findable(appbuilder: AppBuilder) -> list[Kind]:
    """Return the kinds of record of which the person may open the list."""
    return [kind for kind in queries.kinds.values() if appbuilder.sm.has_access("can_list", kind.screen)]


def register(appbuilder: AppBuilder) -> None:
    appbuilder.add_view_no_menu(SearchView)
    ways.add("search", (404,), lambda _actor: _way() if findable(appbuilder) else None)
    frame.parts["search"] = lambda _actor: _addresses() if findable(appbuilder) else {}


def _way() -> Way:
    words = _("By name, initials, credit code or phone number.")
    return Way(_("Search for it"), url_for("SearchView.search"), words, "search")


def _addresses() -> dict[str, str]:
    return {"search_url": url_for("SearchView.search"), "suggest_url": url_for("SearchView.quick")}
