"""What people choose for themselves: which messages reach them how, and when."""

from collections.abc import Collection, Mapping

from app.base import inbox
from app.base import preferences as chosen
from app.base.actor import Actor
from app.base.transaction import transaction
from app.system.channels import queries
from app.system.channels.rules import holding
from app.system.channels.rules.holding import INBOX
from app.system.preferences import services as preferences


@transaction
def choose(wanted: Mapping[str, Collection[str]], *, quiet: str, digest_at: str, actor: Actor) -> None:
    """Keep what somebody wants: family → kinds, that of the inbox among them; quiet hours; "" for no digest.

    Kinds that may not be muted stay. Raises Invalid for hours that are none.
    """
    codes, shown = list(inbox.kinds), queries.families()
    kept = chosen.get(actor, "notify")
    found = [
        one for one in kept if one[1:].partition(":")[0] not in {INBOX, *shown}
    ]  # of what is switched off just now
    for family in shown:
        found += holding.entries(family, codes, wanted.get(family, ()), queries.usual_kinds(family))
    may_mute = [code for code in codes if inbox.kinds[code].may_be_muted]
    found += holding.entries(INBOX, may_mute, wanted.get(INBOX, ()), codes)
    values: dict[str, object] = {"notify": found, "quiet_hours": holding.hours(quiet)}
    if digest_at:
        values["digest_at"] = holding.time_of_day(digest_at)
    else:
        preferences.forget("digest_at", actor=actor)
    preferences.keep(values, actor=actor)


@transaction
def as_usual(*, actor: Actor) -> None:
    """Go back to what is usual here."""
    for name in ("notify", "quiet_hours", "digest_at"):
        preferences.forget(name, actor=actor)
