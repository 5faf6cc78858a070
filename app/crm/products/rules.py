"""What a product must be. Pure."""

from collections.abc import Mapping
from typing import Any

from app.base.errors import Invalid, InvalidFields, WrongState
from app.base.i18n import _

CODE_TAKEN = _("Another product has this code already.")


def check(values: Mapping[str, Any], *, is_code_taken: bool) -> None:
    """Raise InvalidFields without a name or code, or for a code that another product has."""
    problems: dict[str, object] = {name: _("Please fill this in.") for name in ("code", "name") if not values.get(name)}
    if is_code_taken:
        problems["code"] = CODE_TAKEN
    if problems:
        raise InvalidFields(problems)


def check_offered(*, is_active: bool, wanted: bool) -> None:
    """Raise WrongState if a product is retired, or offered, already. ``wanted``: what it is to be."""
    if is_active == wanted:
        raise WrongState(_("This product is offered already.") if wanted else _("This product is retired already."))


def check_unused(told: object) -> None:
    """Raise Invalid for a product that is in use; ``told``: what says so."""
    if told:
        raise Invalid(_("%(why)s Retire it instead: then it is offered no more, and what names it stays."), why=told)
