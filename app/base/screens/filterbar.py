"""The conditions of a list: the chips above it, and what the condition builder is told."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from app.base import choices, filters, masked_filters, segments
from app.base.actor import Actor
from app.base.fields import Choice, Field, Link, Phone, Reckoned, Related, is_hidden
from app.base.filters import Condition, Group, is_me
from app.base.i18n import _, ngettext
from app.base.screens import forms
from app.base.screens.house import language
from app.base.screens.listing import Listing, without
from app.base.stamps import Cached

if TYPE_CHECKING:
    from app.base.screens.view import DomainView


def build(view: "DomainView", listing: Listing) -> dict[str, Any]:
    """Return the chips, the fields and the words of a list's conditions."""
    is_fixed = is_closed(listing)
    return {
        "chips": [_chip(node, place, listing, fixed=is_fixed) for place, node in enumerate(listing.filter.nodes)],
        "filter_json": "" if is_fixed else _text(listing),
        "keep_filter_url": view.url("keep_filter"),
        "count_url": view.url("count"),
        "fields_url": None if is_fixed else view.url("filter_fields"),
        "filter_labels": {} if is_fixed else _labels(listing.filter, reader_of(listing)),
    }


def _text(listing: Listing) -> str:
    return segments.sound(listing.filter_text, listing.fields) if listing.is_stale else listing.filter_text


def is_closed(listing: Listing) -> bool:
    """Tell whether this person may use the conditions but not take them apart: the page must not carry them.

    They name values that this person sees only masked, or cannot be meant any more and are somebody else's to mend.
    """
    reader = reader_of(listing)
    masked = any(_is_masked(one, reader) for one in filters.conditions(listing.filter))
    return reader is not None and (masked or listing.is_stale)


def reader_of(listing: Listing) -> Actor | None:
    """Return who reads conditions that somebody else has set, in a segment; None who reads their own."""
    applied = listing.applied
    return listing.actor if applied is not None and applied.owner_id != listing.actor.id else None


def _is_masked(condition: Condition, reader: Actor | None) -> bool:
    return reader is not None and bool(condition.values) and is_hidden(condition.field, reader)


def _build_filter_fields(view: "DomainView", _language: str, _hidden: frozenset[str]) -> list[dict[str, Any]]:
    return [_filter_field(view, spec) for spec in view.filterable().values() if view.may_filter(spec)]


_filter_fields = Cached("dictionary", _build_filter_fields)


def fields(view: "DomainView") -> list[dict[str, Any]]:
    """Return what this person may filter by, as the condition builder is told when it is opened."""
    known, actor = view.filterable().values(), view.actor()
    hidden = frozenset(spec.name for spec in known if spec.group and is_hidden(spec, actor))
    found: list[dict[str, Any]] = _filter_fields(view, language(), hidden)
    return found


def _filter_field(view: "DomainView", spec: Field) -> dict[str, Any]:
    inner = spec.inner if isinstance(spec, Related | Reckoned) else spec
    listed = isinstance(inner, Choice) and not forms.is_searched(inner)
    searched = isinstance(inner, Link) or (isinstance(inner, Choice) and not listed)
    return {
        "name": spec.name,
        "label": str(spec.label),
        "icon": inner.icon,
        "kind": spec.kind,
        "operators": [
            {"code": one.code, "label": str(one.label), "negated": one.negated, "arity": one.arity}
            for one in masked_filters.operators_for(spec, view.actor())
        ],
        "choices": _options(inner) if listed else None,
        "choices_url": view.url("choices", field=spec.name, **_and_me(inner)) if searched else None,
    }


def _and_me(spec: Field) -> dict[str, str]:
    return {"me": "1"} if is_me(spec, filters.ME) else {}


def _options(spec: Field) -> list[dict[str, str]]:
    assert isinstance(spec, Choice)  # noqa: S101 - for the type checker
    return [{"value": item.code, "label": item.label, "color": item.color} for item in spec.values.items]


def _chip(node: Any, place: int, listing: Listing, *, fixed: bool) -> dict[str, Any]:
    left = without(listing.filter_text, place) or (NO_CONDITION if listing.segment else None)
    url = None if fixed else listing.url(kept=None, filter=left)
    if isinstance(node, Group):
        return {"op": _("Group"), "values": [_group_words(node)], "negated": False, "remove_url": url, "fixed": fixed}
    return {
        "field": node.field.label,
        "op": node.operator.label,
        "values": value_words(node, reader_of(listing)),
        "negated": node.operator.negated,
        "remove_url": url,
        "fixed": fixed,
        "join": _("to") if node.operator.arity == 2 else _("or"),  # noqa: PLR2004 - from, to
    }


def in_words(group: Group, reader: Actor | None = None) -> str:
    """Return conditions as one line of words, as a document says them. ``reader``: who did not set them."""
    joint = "；" if group.every else _between(_("or"))
    return joint.join(_node_words(node, reader) for node in group.nodes)


def _between(word: object) -> str:
    return f" {word} "


def _node_words(node: Any, reader: Actor | None) -> str:
    if isinstance(node, Group):
        return f"（{in_words(node, reader)}）"
    between = _between(_("to")) if node.operator.arity == 2 else "、"  # noqa: PLR2004 - from, to
    return f"{node.field.label} {node.operator.label} {between.join(value_words(node, reader))}".strip()


def _group_words(group: Group) -> object:
    if group.every:
        return ngettext("%(num)s condition, all", "%(num)s conditions, all", len(group.nodes))
    return ngettext("%(num)s condition, any", "%(num)s conditions, any", len(group.nodes))


def told(group: Group, reader: Actor | None = None) -> list[str]:
    """Return the conditions of a filter as sentences, one each; those of a group in one."""
    said = [_told(node, reader) for node in group.nodes]
    return said if group.every or not said else [_between(_("or")).join(said)]


def _told(node: Any, reader: Actor | None) -> str:
    if isinstance(node, Group):
        return f"({'; '.join(told(node, reader))})"
    return " ".join([str(node.field.label), str(node.operator.label), "、".join(value_words(node, reader))]).strip()


def value_words(condition: Condition, reader: Actor | None = None) -> list[str]:
    """Return a condition's values as people read them. ``reader``: who did not set them, and may not see all."""
    inner = condition.field.inner if isinstance(condition.field, Related | Reckoned) else condition.field
    if inner.is_sealed or _is_masked(condition, reader):  # sealed ones go into the log masked too
        mask = Phone().masked if inner.kind == "phone" else inner.masked
        return [mask(value) for value in condition.values]
    retired = _out_of_use(inner, condition.values)
    words = [(value, _word(inner, condition, value)) for value in condition.values]
    return [str(_("%(value)s (out of use)") % {"value": word}) if value in retired else word for value, word in words]


def _out_of_use(spec: Field, values: Sequence[Any]) -> Collection[Any]:
    """Return the values that nobody is given any more: retired ones, people without access. Rows may have them."""
    if isinstance(spec, Choice):
        known = spec.values.by_code
        return [value for value in values if value in known and not known[value].is_active]
    tell = getattr(choices.references[spec.to], "out_of_use", None) if isinstance(spec, Link) else None
    return tell([value for value in values if not is_me(spec, value)]) if tell else ()


def _word(spec: Field, condition: Condition, value: Any) -> str:
    if is_me(spec, value):
        return str(MY_WORDS[spec.to])  # type: ignore[attr-defined]
    if condition.operator.arity == "days":
        return str(ngettext("%(num)s day", "%(num)s days", int(value)))
    if isinstance(value, str) and not isinstance(spec, Choice) and (spec.kind != "phone"):
        return value
    return Choice.text(spec, value) if isinstance(spec, Choice) else spec.text(value)


#: What "me" is called in a field of each kind.
MY_WORDS = {"employee": _("me"), "department": _("my department")}


def me(spec: Field, words: str) -> list[dict[str, str]]:
    """Return "me", or what it is called in such a field, as the first thing to choose where the words fit."""
    said = str(MY_WORDS.get(getattr(spec, "to", ""), ""))
    return [{"value": filters.ME, "text": said, "sub": ""}] if said and words.casefold() in said.casefold() else []


#: Says, beside a segment in the address, that none of its conditions is meant.
NO_CONDITION = '{"all": []}'


def _labels(group: Group, reader: Actor | None) -> dict[str, dict[str, str]]:
    """Return the words, by field, for values that the builder cannot look up itself: records, places of a tree."""
    found: dict[str, dict[str, str]] = {}
    for condition in filters.conditions(group):
        for value, words in zip(condition.values, value_words(condition, reader), strict=True):
            found.setdefault(condition.field.name, {})[str(value)] = words
    return found
