"""Why a record is deleted: the inputs on screens, and the same words in the address of a REST call."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask import request

from app.base.fields import Choice, Field, LongText
from app.base.i18n import _
from app.base.recycle import BY_PROGRAM, LONGEST_WORDS, REASONS, Why

#: The inputs of a deletion, of one record or of many.
ASKED: tuple[Field, ...] = (
    Choice(_("Reason for deleting"), name="reason", column="reason", dictionary=REASONS, required=True),
    LongText(_("Explanation"), name="words", column="words", max_length=LONGEST_WORDS),
)
#: What a program may say in the address.
SAID = tuple(spec.name for spec in ASKED)


class Reasoned:
    """Lets a program say why it deletes: ``?reason=…&words=…``. It may leave that out. Name it before DomainApi."""

    queries: ClassVar[Mapping[str, Sequence[str]]] = {"delete": SAID}

    def removal(self) -> dict[str, Any]:
        """Return why. Raises Invalid for an unknown reason."""
        given = {spec.name: spec.parse(request.args.get(spec.name)) for spec in ASKED}
        if given["reason"] is None:
            return {"why": BY_PROGRAM._replace(words=given["words"] or "")}
        return {"why": Why(given["reason"], given["words"] or "")}
