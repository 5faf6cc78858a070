"""Flows cell by cell, and what a flow must be."""

from dataclasses import replace

import pytest

from app.base.errors import Invalid, WrongState
from app.desk.tickets.rules.flows import Arrow, Flow, State, check_flow, check_verb_permitted, missing
from app.desk.tickets.rules.phases import PERMISSION, VERB_BETWEEN, WORDS, Phase, Verb
from app.desk.tickets.rules.seeds import SEEDS, SERVICE

#: Each default flow: state → {verb: where it leads}. What is not here, no ticket can do.
TABLES = {
    "after_sales": {
        "undispatched": "dispatch:dispatched take:in_progress solve:resolved cancel:cancelled",
        "dispatched": "accept:in_progress give_back:undispatched cancel:cancelled",
        "in_progress": "give_back:undispatched wait:waiting_customer solve:resolved cancel:cancelled",
        "waiting_customer": "give_back:undispatched resume:in_progress cancel:cancelled",
        "resolved": "revisit:revisited close:closed reopen:in_progress",
        "revisited": "close:closed reopen:in_progress",
        "closed": "reopen:in_progress",
        "cancelled": "",
    },
    "consult": {
        "received": "solve:answered cancel:cancelled",
        "answered": "close:closed reopen:received",
        "closed": "reopen:received",
        "cancelled": "",
    },
    "complaint": {
        "received": "take:investigating solve:fed_back cancel:cancelled",
        "investigating": "advance:handling give_back:received wait:waiting_customer cancel:cancelled",
        "handling": "advance:investigating give_back:received wait:waiting_customer solve:fed_back cancel:cancelled",
        "waiting_customer": "give_back:received resume:investigating resume:handling cancel:cancelled",
        "fed_back": "revisit:revisited close:closed reopen:investigating",
        "revisited": "close:closed reopen:investigating",
        "closed": "reopen:investigating",
        "cancelled": "",
    },
    "suggestion": {
        "collected": "take:evaluating solve:replied cancel:cancelled",
        "evaluating": "advance:adopted advance:declined give_back:collected wait:waiting_customer cancel:cancelled",
        "adopted": "advance:evaluating give_back:collected wait:waiting_customer solve:replied cancel:cancelled",
        "declined": "advance:evaluating give_back:collected wait:waiting_customer solve:replied cancel:cancelled",
        "waiting_customer": "give_back:collected resume:evaluating resume:adopted resume:declined cancel:cancelled",
        "replied": "close:closed reopen:evaluating",
        "closed": "reopen:evaluating",
        "cancelled": "",
    },
    "fault": {
        "fault_reported": "take:diagnosing solve:verified cancel:cancelled",
        "diagnosing": "advance:repairing give_back:fault_reported wait:waiting_customer cancel:cancelled",
        "repairing": "advance:diagnosing give_back:fault_reported wait:waiting_customer solve:verified "
        "cancel:cancelled",
        "waiting_customer": "give_back:fault_reported resume:diagnosing resume:repairing cancel:cancelled",
        "verified": "revisit:revisited close:closed reopen:diagnosing",
        "revisited": "close:closed reopen:diagnosing",
        "closed": "reopen:diagnosing",
        "cancelled": "",
    },
}


@pytest.mark.parametrize("kind", SEEDS)
def test_each_default_flow_cell_by_cell(kind):
    flow, table = SEEDS[kind].flow, TABLES[kind]
    assert [one.code for one in flow.states] == list(table)
    for code, cells in table.items():
        found = {f"{verb}:{arrow.target}" for verb, arrow in flow.leaving(code)}
        assert found == set(cells.split()), code
        for verb in Verb:
            leads = [cell.split(":")[1] for cell in cells.split() if cell.split(":")[0] == verb]
            if leads:
                assert flow.arrow(code, verb, to=leads[-1]).target == leads[-1]
            else:
                with pytest.raises(WrongState):
                    flow.arrow(code, verb)


@pytest.mark.parametrize("kind", SEEDS)
def test_each_default_flow_is_one_that_could_be_saved(kind):
    check_flow(SEEDS[kind].flow)


def test_every_verb_has_a_word_and_a_permission():
    assert set(WORDS) == set(PERMISSION) == set(Verb) == set(VERB_BETWEEN.values())


def test_only_solving_asks_for_the_solution():
    for seed in SEEDS.values():
        for arrow in seed.flow.arrows:
            needs = ("solution",) if seed.flow.verb(arrow) == Verb.SOLVE else ()
            assert arrow.needs == needs


NEW = State("new", ("新", None, None), Phase.NEW)
WORK = State("work", ("做", None, None), Phase.WORKING)
END = State("end", ("完", None, None), Phase.CLOSED)
DONE = State("done", ("好", None, None), Phase.SOLVED)
PLAIN = Flow((NEW, WORK, DONE, END), (Arrow("new", "work"), Arrow("work", "done"), Arrow("done", "end")))


@pytest.mark.parametrize(
    ("flow", "sentence"),
    [
        (Flow((), ()), "at least one state"),
        (replace(PLAIN, states=(*PLAIN.states, NEW)), "Two states have the code"),
        (replace(PLAIN, states=(WORK, NEW, DONE, END)), "The first state must mean"),
        (Flow((NEW, WORK), (Arrow("new", "work"),)), "One state must mean"),
        (replace(PLAIN, arrows=(*PLAIN.arrows, Arrow("new", "gone"))), "from one state of this flow"),
        (replace(PLAIN, arrows=(*PLAIN.arrows, Arrow("new", "work"))), "there twice"),
        (replace(PLAIN, arrows=(*PLAIN.arrows, Arrow("new", "end"))), "No ticket goes from"),
        (replace(PLAIN, arrows=(*PLAIN.arrows, Arrow("work", "work"))), "No ticket goes from"),
        (replace(PLAIN, arrows=(Arrow("new", "work", needs=("shoes",)), *PLAIN.arrows[1:])), "cannot ask for"),
        (replace(PLAIN, arrows=PLAIN.arrows[1:]), "Nothing leads to"),
        (replace(PLAIN, arrows=(*PLAIN.arrows[:2],)), "Nothing leads to"),
        (replace(PLAIN, states=(*PLAIN.states, replace(NEW, code="x", names=("", None, None)))), "a code and a name"),
    ],
)  # fmt: skip
def test_a_flow_that_cannot_be_walked_is_refused(flow, sentence):
    with pytest.raises(Invalid, match=sentence):
        check_flow(flow)


def test_a_state_from_which_nothing_ends_is_refused():
    trap = State("trap", ("坑", None, None), Phase.WAITING)
    flow = Flow((*PLAIN.states, trap), (*PLAIN.arrows, Arrow("work", "trap")))
    with pytest.raises(Invalid, match="nothing leads to the end"):
        check_flow(flow)


def test_who_may_take_a_step():
    arrow = Arrow("a", "b", who=frozenset({"assignee", "supervisor"}))
    check_verb_permitted(arrow, who={"agent", "assignee"})
    check_verb_permitted(arrow, who={"agent"}, is_system=True)
    with pytest.raises(WrongState, match="lets others"):
        check_verb_permitted(arrow, who={"agent", "creator"})


def test_what_a_step_still_needs():
    arrow = Arrow("a", "b", needs=("solution", "category"))
    assert set(missing(arrow, {"solution": "x", "category": ""})) == {"category"}


def test_the_way_of_handing_over_is_dispatching_where_there_is_that():
    assert SERVICE.handing("undispatched").target == "dispatched"
    assert SEEDS["fault"].flow.handing("fault_reported").target == "diagnosing"
    assert SEEDS["consult"].flow.handing("received") is None
