"""What must be said when a record is deleted, and typed before it goes for good. Pure."""

from app.base.errors import Invalid, InvalidFields, WrongState
from app.base.i18n import _

OTHER = "other"  # the reason that says nothing by itself


def check_why(reason: str | None, words: str) -> None:
    """Raise InvalidFields without a reason, and without words where the reason says nothing by itself."""
    if not reason:
        raise InvalidFields({"reason": _("Say why it is deleted.")})
    if reason == OTHER and not words.strip():
        raise InvalidFields({"words": _("“Other” needs a word of explanation.")})


def check_typed_name(typed: str, name: str) -> None:
    """Raise InvalidFields unless the name was typed as it stands, white space and width apart."""
    if _plain(typed) != _plain(name):
        raise InvalidFields({"typed": _("That is not the name. Type it as it stands above.")})


def _plain(text: str) -> str:
    return "".join(text.replace("（", "(").replace("）", ")").split()).casefold()


def check_in_bin(*, is_there: bool) -> None:
    """Raise WrongState unless a record is in the bin still."""
    if not is_there:
        raise WrongState(_("This record is not in the recycle bin any more."))


def check_allowed(sentence: object) -> None:
    """Raise Invalid with the sentence that forbids something, if there is one."""
    if sentence:
        raise Invalid(sentence)
