from enum import StrEnum

import pytest

from app.base.errors import WrongState
from app.base.workflow import Workflow


class Light(StrEnum):
    RED = "red"
    GREEN = "green"
    OFF = "off"


LIFE = Workflow(
    ("go", {Light.RED}, Light.GREEN), ("stop", {Light.GREEN, Light.OFF}, Light.RED), refusals={Light.OFF: "It is off."}
)


@pytest.mark.parametrize(
    ("verb", "leads_to"),
    [
        # from:  RED          GREEN       OFF
        ("go", (Light.GREEN, None, None)),
        ("stop", (None, Light.RED, Light.RED)),
    ],
)
def test_the_table_is_followed_cell_by_cell(verb, leads_to):
    for state, end in zip(Light, leads_to, strict=True):
        if end:
            assert LIFE.after(verb, state) is end
        else:
            with pytest.raises(WrongState):
                LIFE.after(verb, state)


def test_a_state_says_in_its_own_words_why_it_refuses():
    with pytest.raises(WrongState) as refusal:
        LIFE.after("go", Light.OFF)
    assert refusal.value.message == "It is off."
