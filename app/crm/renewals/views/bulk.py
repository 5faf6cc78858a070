"""Saying of many lines at once that they are not renewed."""

from app.base.bulk import Action
from app.base.fields import Choice, LongText
from app.base.i18n import _
from app.crm.renewals import services

LONGEST_WORDS = 500

END = Action(
    "end",
    _("Not renewed"),
    services.end_many,
    lambda _given: services.ENDING,
    icon="player-stop",
    fields=(
        Choice(_("Why not renewed"), name="reason", column="reason", dictionary="not_renewed_reason", required=True),
        LongText(_("Note"), name="words", column="words", max_length=LONGEST_WORDS),
    ),
    check=services.check_end,
    after=services.reckon_lines,
    asks=_("Why"),
    hint=_("They leave what is overdue, and count as lost. A fee that is approved later takes them up again."),
)
