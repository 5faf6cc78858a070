"""What may be asked of fields that one sees only masked: whether they are filled in, and for one whole value.

Anything else (a part, a range, a list of guesses) would let somebody find out by counting what the mask hides.
"""

from collections.abc import Sequence

from app.base.actor import Actor
from app.base.errors import Invalid
from app.base.fields import Field, Reckoned, Related, is_hidden
from app.base.filters import Group, Operator, conditions, operators_of
from app.base.i18n import _

FILLED, WHOLE = "empty", "is"


def operators_for(spec: Field, actor: Actor) -> Sequence[Operator]:
    """Return the operators with which this person may ask a field."""
    known = operators_of(spec)
    return [one for one in known if _may_ask(spec, one)] if is_hidden(spec, actor) else known


def _may_ask(spec: Field, operator: Operator) -> bool:
    inner = spec.inner if isinstance(spec, Related | Reckoned) else spec
    code = operator.negation_of or operator.code
    return code == FILLED or (code == WHOLE and inner.asked_whole)


def check_asked(group: Group, *, actor: Actor) -> Group:
    """Return the filter if this person may ask it. Raises Invalid for what would tell more than a mask."""
    masked = [one for one in conditions(group) if is_hidden(one.field, actor)]
    for one in masked:
        if not _may_ask(one.field, one.operator):
            raise Invalid(_("You see “%(field)s” masked, so it cannot be asked that way."), field=one.field.label)
    if len({str(value) for one in masked for value in one.values}) > 1:
        raise Invalid(_("What you see masked can be compared with one whole value at a time."))
    return group
