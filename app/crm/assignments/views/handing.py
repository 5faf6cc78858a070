"""How what belongs to a person is handed over: as one run over the rows of a list, which is taken back as one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import current_app, url_for

from app.base import choices
from app.base.actor import Actor
from app.base.background import AtOnce
from app.base.bulk import Action, Given, Plan
from app.base.handover import Belonging
from app.base.i18n import _
from app.system.runs import services as runs

#: What is asked when somebody leaves, and handed on to the action.
KEPT = ("people", "how", "weights", "words")


def begun(
    screen: str, action: Action, *, title: object, filter_text: str, given: Given, shown: int, actor: Actor
) -> str:
    """Begin an action over the rows of a list; return the address of the run.

    Raises WrongState if others are meant by now than were ``shown``.
    """
    is_long = shown > current_app.config["ZHIKE"].background_from_rows
    run = runs.begin(
        runs.subjects[screen],
        action,
        actor=actor,
        title=title,
        filter_text=filter_text,
        ticked=None,
        given=given,
        shown=shown,
        in_background=is_long,
    )
    if not is_long:
        runs.carry_out(run.id, AtOnce({}, actor))
    return url_for("RunView.show", pk=run.id)


def title(whose: int, rows: object) -> object:
    """Return what the handover of somebody's rows is called."""
    return _("Handover of %(name)s · %(rows)s", name=name_of(whose), rows=rows)


def name_of(whose: int) -> str:
    """Return the name of an employee."""
    return choices.labels("employee", [whose]).get(whose, str(whose))


@dataclass(frozen=True)
class ByRun:
    """What is handed over by an ``action`` with a plan over the list of a ``screen``.

    ``theirs``: the filter of somebody's; ``rows``: so many, in words; ``usual``: what is given where nothing is said.
    """

    code: str
    label: object
    icon: str
    screen: str
    action: Action
    count: Callable[[int, Actor], int]
    theirs: Callable[[int], str]
    rows: Callable[[int], object]
    place: int
    usual: Mapping[str, object] = field(default_factory=dict)

    @property
    def belonging(self) -> Belonging:
        """Return it as the screen of handovers knows it."""
        return Belonging(
            self.code, self.label, self.icon, self.count, self._plan, self._begin, self._url, place=self.place
        )

    def _plan(self, whose: int, given: Given, actor: Actor) -> Plan:
        said: dict[str, Any] = {name: given[name] for name in KEPT if given.get(name)}
        wanted = {name: str(value) for name, value in self.usual.items()} | said
        self.action.check(wanted, actor)
        where = runs.subjects[self.screen].meant(filter_text=self.theirs(whose), ticked=None, actor=actor)
        assert self.action.plan is not None  # noqa: S101 - it has one
        return self.action.plan(where, self.count(whose, actor), wanted, actor)

    def _begin(self, whose: int, shown: int, given: Given, actor: Actor) -> str:
        about = {"title": title(whose, self.rows(shown)), "filter_text": self.theirs(whose)}
        return begun(self.screen, self.action, **about, given=given, shown=shown, actor=actor)

    def _url(self, whose: int) -> str:
        return url_for(f"{self.screen}.list", filter=self.theirs(whose))
