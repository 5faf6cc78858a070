"""The lifecycle cell by cell, and what becomes of a row."""

import pytest

from app.base.errors import WrongState
from app.system.imports import rules
from app.system.imports.rules import Action, State

ALLOWED = {
    ("uploaded", "check"): "checked",
    ("uploaded", "discard"): "discarded",
    ("checked", "check"): "checked",
    ("checked", "choose"): "checked",
    ("checked", "import"): "importing",
    ("checked", "discard"): "discarded",
    ("importing", "import"): "importing",
    ("importing", "finish"): "imported",
    ("importing", "undo"): "undoing",
    ("imported", "undo"): "undoing",
    ("undoing", "undo"): "undoing",
    ("undoing", "finish_undo"): "undone",
}


@pytest.mark.parametrize("verb", ["check", "choose", "import", "finish", "discard", "undo", "finish_undo"])
@pytest.mark.parametrize("state", State)
def test_a_verb_is_done_in_its_states_only(state, verb):
    if (state, verb) in ALLOWED:
        assert rules.state_after(state, verb) == ALLOWED[state, verb]
    else:
        with pytest.raises(WrongState) as refusal:
            rules.state_after(state, verb)
        assert refusal.value.message is rules.REFUSALS[state]


@pytest.mark.parametrize(("verdict", "reason", "choice", "may_update", "action"), [
    ("accept", None, None, False, Action.CREATE),
    ("reject", None, None, False, Action.REJECT),
    ("duplicate", "code", None, True, Action.SKIP),
    ("duplicate", "code", "update", True, Action.UPDATE),
    ("duplicate", "code", "update", False, Action.SKIP),
    ("duplicate", "code", "keep_both", True, Action.SKIP),
    ("duplicate", "name", "keep_both", False, Action.CREATE),
    ("duplicate", "phone", None, False, Action.CREATE),
])  # fmt: skip
def test_what_becomes_of_a_row(verdict, reason, choice, may_update, action):
    given = {"choice": choice, "defaults": {}, "may_update": may_update}
    assert rules.action_of(verdict, reason, **given) == action


def test_an_update_is_offered_only_to_whom_may_change_the_record():
    assert "update" in rules.offered("name", may_update=True)
    assert "update" not in rules.offered("name", may_update=False)
