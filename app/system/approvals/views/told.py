"""What approvals tell people: what waits for them, what was decided, what waits for too long, who decides for whom."""

from datetime import date

from app.base import inbox, wording
from app.base.fields import Choice
from app.base.i18n import _

SUBJECT = Choice(dictionary="approval_subject")
CASE = "approval_case"  # in base.choices.references


def _subject(code: str) -> str:
    return SUBJECT.text(code)


def _day(text: str) -> str:
    return wording.day(date.fromisoformat(text))


def _one(label: object, icon: str, title: object, text: object = "") -> inbox.Kind:
    return inbox.Kind(label, icon, title, text, names=CASE)


def _many(label: object, icon: str, title: object) -> inbox.Kind:
    return inbox.Kind(label, icon, title, read={"subject": _subject})


ASKED, CHOOSE = _("Approvals that wait for me"), _("Approvals for which I choose who decides")
LATE, APPROVED = _("Approvals past their time limit"), _("My applications approved")
REJECTED, RETURNED = _("My applications rejected"), _("My applications given back")

KINDS = {
    "approval_asked": _one(ASKED, "gavel", _("Waits for your approval: %(what)s")),
    "approval_asked_many": _many(ASKED, "gavel", _("Wait for your approval: %(count)s × %(subject)s")),
    "approval_choose": _one(CHOOSE, "user-question", _("Choose who approves: %(what)s")),
    "approval_choose_many": _many(CHOOSE, "user-question", _("Choose who approves: %(count)s × %(subject)s")),
    "approval_late": _one(LATE, "alarm", _("Still waits for your approval: %(what)s")),
    "approval_late_many": _many(LATE, "alarm", _("Still wait for your approval: %(count)s × %(subject)s")),
    "approval_approved": _one(APPROVED, "circle-check", _("Approved: %(what)s")),
    "approval_approved_many": _many(APPROVED, "circle-check", _("Approved: %(count)s × %(subject)s")),
    "approval_rejected": _one(REJECTED, "circle-x", _("Rejected: %(what)s")),
    "approval_rejected_many": _many(REJECTED, "circle-x", _("Rejected: %(count)s × %(subject)s")),
    "approval_returned": _one(RETURNED, "arrow-back-up", _("Given back to you: %(what)s")),
    "approval_returned_many": _many(RETURNED, "arrow-back-up", _("Given back to you: %(count)s × %(subject)s")),
    "approval_delegated": inbox.Kind(
        _("Deciding for somebody"),
        "user-share",
        _("%(who)s arranged who decides in somebody's place"),
        _("From %(from_on)s to %(to_on)s."),
        read={"from_on": _day, "to_on": _day},
    ),
}
