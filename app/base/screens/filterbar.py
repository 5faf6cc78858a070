"""The conditions of a list: the chips above it, and what the condition builder is told."""

from typing import TYPE_CHECKING, Any

from app.base import filters
from app.base.fields import Choice, Field, Link, Related
from app.base.filters import ME, Condition, Group
from app.base.i18n import _, ngettext
from app.base.screens import forms
from app.base.screens.house import language
from app.base.screens.listing import Listing, filterable, without
from app.base.stamps import Cached

if TYPE_CHECKING:
    from app.base.screens.view import DomainView


def build(view: "DomainView", listing: Listing) -> dict[str, Any]:
    """Return the chips, the fields and the words of a list's conditions."""
    text = listing.filter_text
    return {
        "chips": [_chip(node, place, listing) for place, node in enumerate(listing.filter.nodes)],
        "filter_json": text,
        "keep_filter_url": view.url("keep_filter"),
        "count_url": view.url("count"),
        "filter_fields": _filter_fields(view, language(), listing.actor.hidden_groups),
        "filter_labels": _labels(listing.filter),
    }


def _build_filter_fields(view: "DomainView", _language: str, _hidden: frozenset[str]) -> list[dict[str, Any]]:
    return [_filter_field(view, spec) for spec in filterable(view.model).values() if view.may_filter(spec)]


#: What the condition builder is told: hundreds of words, the same until a dictionary changes.
_filter_fields = Cached("dictionary", _build_filter_fields)


def _filter_field(view: "DomainView", spec: Field) -> dict[str, Any]:
    inner = spec.inner if isinstance(spec, Related) else spec
    listed = isinstance(inner, Choice) and not forms.is_searched(inner)
    searched = isinstance(inner, Link) or (isinstance(inner, Choice) and not listed)
    return {
        "name": spec.name,
        "label": str(spec.label),
        "icon": inner.icon,
        "kind": spec.kind,
        "operators": [
            {"code": one.code, "label": str(one.label), "negated": one.negated, "arity": one.arity}
            for one in filters.operators_of(spec)
        ],
        "choices": _options(inner) if listed else None,
        "choices_url": view.url("choices", field=spec.name) if searched else None,
    }


def _options(spec: Field) -> list[dict[str, str]]:
    assert isinstance(spec, Choice)  # noqa: S101 - for the type checker
    return [{"value": item.code, "label": item.label, "color": item.color} for item in spec.values.items]


def _chip(node: Any, place: int, listing: Listing) -> dict[str, Any]:
    url = listing.url(kept=None, filter=without(listing.filter_text, place))
    if isinstance(node, Group):
        return {"op": _("Group"), "values": [_group_words(node)], "negated": False, "remove_url": url}
    return {
        "field": node.field.label,
        "op": node.operator.label,
        "values": value_words(node),
        "negated": node.operator.negated,
        "remove_url": url,
        "join": _("to") if node.operator.arity == 2 else _("or"),  # noqa: PLR2004 - from, to
    }


def in_words(group: Group) -> str:
    """Return conditions as one line of words, as a document says them."""
    joint = "；" if group.every else f" {_('or')} "
    return joint.join(_node_words(node) for node in group.nodes)


def _node_words(node: Any) -> str:
    if isinstance(node, Group):
        return f"（{in_words(node)}）"
    between = f" {_('to')} " if node.operator.arity == 2 else "、"  # noqa: PLR2004 - from, to
    return f"{node.field.label} {node.operator.label} {between.join(value_words(node))}".strip()


def _group_words(group: Group) -> object:
    if group.every:
        return ngettext("%(num)s condition, all", "%(num)s conditions, all", len(group.nodes))
    return ngettext("%(num)s condition, any", "%(num)s conditions, any", len(group.nodes))


def told(group: Group) -> list[str]:
    """Return the conditions of a filter as sentences, one each; those of a group in one."""
    said = [f"({'; '.join(told(node))})" if isinstance(node, Group) else _told(node) for node in group.nodes]
    return said if group.every or not said else [f" {_('or')} ".join(said)]


def _told(node: Any) -> str:
    return " ".join([str(node.field.label), str(node.operator.label), "、".join(value_words(node))]).strip()


def value_words(condition: Condition) -> list[str]:
    """Return a condition's values as people read them."""
    inner = condition.field.inner if isinstance(condition.field, Related) else condition.field
    return [_word(inner, condition, value) for value in condition.values]


def _word(spec: Field, condition: Condition, value: Any) -> str:
    if value == ME:
        return str(_("me"))
    if condition.operator.arity == "days":
        return str(ngettext("%(num)s day", "%(num)s days", int(value)))
    if isinstance(value, str) and not isinstance(spec, Choice) and (spec.kind != "phone"):
        return value
    return Choice.text(spec, value) if isinstance(spec, Choice) else spec.text(value)


def _labels(group: Group) -> dict[str, str]:
    """Return the words for values that the builder cannot look up itself: records, places of a tree."""
    found = {}
    for condition in filters.conditions(group):
        for value, words in zip(condition.values, value_words(condition), strict=True):
            found[str(value)] = words
    return found
