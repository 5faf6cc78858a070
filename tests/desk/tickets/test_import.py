"""Old tickets are brought in: what a row may say, what is wrong, numbers, whose they are, and taking them back."""

from datetime import timedelta

import pytest

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.crm.customers import services as customers
from app.crm.customers.models import Customer
from app.desk.tickets import queries, services
from app.desk.tickets.models import Route
from app.extensions import db
from app.system.security import queries as security
from app.system.security.services import people
from tests.cast import ANRAN, JI, SAM
from tests.desk.tickets.brought_in import (
    CODE,
    COMPANY,
    FEWEST,
    brought_in,
    checked,
    days_ago,
    problems,
    tickets,
    written,
)
from tests.factories import a_customer, a_product, a_queue, a_ticket


@pytest.fixture(autouse=True)
def house(in_app):
    return a_customer(name=COMPANY, credit_code=CODE).id


# ── what a row may say ──


def test_a_row_with_everything_in_it(house, tmp_path):
    product, queue = a_product(code="CW-01", name="财务软件").id, a_queue(people=[JI.id]).id
    with acting(SYSTEM):
        db.session.add(Route(type="after_sales", queue_id=queue, priority="urgent"))
        db.session.commit()
    (taken_in, created), (done, solved), (ended, closed) = days_ago(9), days_ago(8), days_ago(7)
    due, due_at = days_ago(6)
    everything = {
        "credit_code": CODE,
        "number": "OLD-77",
        "type": "售后服务",
        "category": "报表打印",
        "priority": "高",
        "channel": "微信",
        "product": "CW-01",
        "title": "打印机卡纸",
        "description": "每天早上都卡",
        "caller": "王小明",
        "caller_phone": "13800138000",
        "state": "已关闭",
        "assignee": "季工",
        "due_at": due,
        "solution": "换了搓纸轮",
        "created_at": taken_in,
        "solved_at": done,
        "closed_at": ended,
    }

    brought_in(tmp_path, everything)

    one = tickets()["打印机卡纸"]
    assert (one.number, one.customer_id, one.product_id) == ("OLD-77", house, product)
    assert (one.type, one.category, one.priority, one.channel) == ("after_sales", "report", "high", "wechat")
    assert (one.description, one.caller, one.caller_phone) == ("每天早上都卡", "王小明", "+8613800138000")
    assert (one.state, one.phase, one.end, one.progress) == ("closed", "closed", "unrevisited", 100)
    assert (one.created_at, one.solved_at, one.closed_at, one.due_at) == (created, solved, closed, due_at)
    assert (one.moved_at, one.dispatched_at, one.accepted_at) == (closed, solved, None)
    assert (one.assignee_id, one.department_id) == (JI.id, JI.department_id)
    assert (one.queue_id, one.group_id, one.created_by_id) == (queue, 7, SAM.id)
    assert one.edition_id == queries.edition_for("after_sales").id


def test_a_row_with_the_least_in_it_waits_to_be_dispatched(tmp_path):
    brought_in(tmp_path, FEWEST)

    one = tickets()["打印机卡纸"]
    assert (one.state, one.phase, one.priority, one.progress) == ("undispatched", "new", "normal", 0)
    assert (one.assignee_id, one.queue_id, one.department_id) == (None, None, SAM.department_id)
    assert (one.solved_at, one.closed_at, one.dispatched_at, one.end) == (None, None, None, None)
    assert one.moved_at == one.created_at
    assert clock.now() - one.created_at < timedelta(minutes=5)
    assert one.number == f"GD-{clock.today():%Y%m%d}-0001"


def test_of_one_that_is_in_hands_is_known_since_when_it_is_here(tmp_path):
    taken_in, created = days_ago(30)
    rows = [
        FEWEST | {"title": word, "state": word, "assignee": "季工", "created_at": taken_in}
        for word in ("已派单", "处理中", "等待客户")
    ]

    brought_in(tmp_path, *rows)

    for title, is_accepted in (("已派单", False), ("处理中", True), ("等待客户", False)):
        one = tickets()[title]
        assert one.created_at == created
        assert clock.now() - one.moved_at < timedelta(minutes=5)
        assert one.dispatched_at == one.moved_at
        assert one.accepted_at == (one.moved_at if is_accepted else None)


@pytest.mark.parametrize(
    ("given", "solved", "closed"),
    [
        ({"state": "已解决", "created_at": 5}, 5, None),
        ({"state": "已关闭", "created_at": 5}, 5, 5),
        ({"state": "已关闭", "created_at": 5, "solved_at": 3}, 3, 3),
        ({"state": "已关闭", "created_at": 5, "closed_at": 2}, 2, 2),
        ({"state": "已关闭", "closed_at": 2}, 2, 2),
    ],
)
def test_a_moment_that_is_left_out_is_the_one_before(tmp_path, given, solved, closed):
    row = {name: days_ago(value)[0] if isinstance(value, int) else value for name, value in given.items()}
    brought_in(tmp_path, FEWEST | row)
    one = tickets()["打印机卡纸"]
    assert one.solved_at == days_ago(solved)[1]
    assert one.closed_at == (days_ago(closed)[1] if closed else None)
    assert one.created_at == days_ago(given.get("created_at", 2))[1]


@pytest.mark.parametrize(
    ("kind", "word", "state"),
    [
        ("售后服务", "closed", "closed"),
        ("售后服务", "結案", "closed"),
        ("售后服务", "Resolved", None),  # a code in another case is the code
        ("投诉", "调查", "investigating"),
        ("投诉", "已关闭", "closed"),
        ("咨询", "答复", "answered"),
        ("咨询", "已解决", "answered"),
        ("表扬", "已关闭", "closed"),  # a type without a flow of its own goes along that of service
    ],
)
def test_a_state_is_a_name_a_code_or_a_phase_of_the_flow_of_its_type(tmp_path, kind, word, state):
    assignee = {"assignee": "季工"} if word == "调查" else {}
    brought_in(tmp_path, FEWEST | {"type": kind, "state": word} | assignee)
    assert tickets()["打印机卡纸"].state == (state or "resolved")


# ── what is wrong ──

WRONG = [
    ({"customer": "没有这家"}, "customer", "There is no customer with this code"),
    ({"credit_code": "91350000NFEU9W2E98"}, "credit_code", "There is no customer with this code"),
    ({"customer": ""}, "customer", "Please fill this in."),
    ({"type": ""}, "type", "Please fill this in."),
    ({"type": "没有"}, "type", "“没有” is not one of the values"),
    ({"category": "没有"}, "category", "“没有” is not one of the values"),
    ({"priority": "没有"}, "priority", "“没有” is not one of the values"),
    ({"channel": "没有"}, "channel", "“没有” is not one of the values"),
    ({"product": "没有"}, "product", "neither the code nor the name of one product"),
    ({"title": ""}, "title", "Please fill this in."),
    ({"title": "长" * 121}, "title", "120"),
    ({"number": "N" * 31}, "number", "30"),
    ({"caller_phone": "不是号码"}, "caller_phone", ""),
    ({"state": "没有"}, "state", "“没有” is neither a state of this type's flow nor a phase in it."),
    ({"type": "咨询", "state": "处理中"}, "state", "“处理中” is neither a state"),
    ({"type": "投诉", "state": "处理中"}, "state", "“处理中” may be 调查、处理: write which."),
    ({"state": "处理中"}, "assignee", "In this state somebody has it: write who."),
    ({"state": "已派单"}, "assignee", "In this state somebody has it: write who."),
    ({"state": "等待客户"}, "assignee", "In this state somebody has it: write who."),
    ({"state": "未派单", "assignee": "季工"}, "assignee", "In this state nobody has it yet"),
    ({"assignee": "无此人"}, "assignee", "“无此人” is not exactly one active person"),
    ({"state": "已关闭", "assignee": "钱朵"}, "assignee", "钱朵 has no role that works on tickets."),
    ({"created_at": "不是日期"}, "created_at", "This is no date"),
    ({"created_at": -2}, "created_at", "This is in the future."),
    ({"state": "已解决", "solved_at": -2}, "solved_at", "This is in the future."),
    ({"state": "已关闭", "closed_at": -2}, "closed_at", "This is in the future."),
    ({"state": "已解决", "created_at": 3, "solved_at": 4}, "solved_at", "This is before it was taken in."),
    ({"state": "已关闭", "created_at": 3, "closed_at": 4}, "closed_at", "This is before it was taken in."),
    ({"state": "已关闭", "solved_at": 3, "closed_at": 4}, "closed_at", "This is before it was solved."),
    ({"solved_at": 3}, "solved_at", "In this state it is not solved"),
    ({"state": "已取消", "solved_at": 3}, "solved_at", "In this state it is not solved"),
    ({"state": "已解决", "closed_at": 3}, "closed_at", "In this state it is not closed"),
    ({"state": "已取消", "closed_at": 3}, "closed_at", "In this state it is not closed"),
]


@pytest.mark.parametrize(("given", "field", "sentence"), WRONG)
def test_a_row_with_something_wrong_in_it_is_left_out_and_told(tmp_path, given, field, sentence):
    row = {name: days_ago(value)[0] if isinstance(value, int) else value for name, value in given.items()}
    run = checked(tmp_path, FEWEST | row, FEWEST | {"title": "另一张"})
    [(told, said)] = problems(run)[min(problems(run))]
    assert told == field
    assert sentence in said
    written(run)
    assert list(tickets()) == ["另一张"]


def test_a_file_does_not_repeat_its_numbers_nor_those_that_are_there(tmp_path):
    gone = a_ticket(title="在的")
    there = gone.number
    with acting(SYSTEM):  # the bin keeps it
        services.delete(gone, actor=SYSTEM)
    rows = [FEWEST | {"title": f"第{n}张", "number": number} for n, number in enumerate(("A-1", "A-1", there))]
    run = checked(tmp_path, *rows)
    first, second, third = [said for _number, said in sorted(problems(run).items())]
    assert first == []
    assert "of this file has the same number" in second[0][1]
    assert third == [("number", "A ticket has this number already.")]
    written(run)
    assert [title for title in tickets() if title.startswith("第")] == ["第0张"]


# ── numbers ──


def test_numbers_are_kept_and_the_series_of_their_day_goes_on_behind_them(tmp_path):
    old, created = days_ago(40)
    day, today = f"{clock.local(created):%Y%m%d}", f"{clock.today():%Y%m%d}"
    rows = [("甲", f"GD-{day}-0007"), ("乙", ""), ("丙", f"GD-{today}-0041"), ("丁", "gd/7")]
    brought_in(tmp_path, *[FEWEST | {"title": t, "number": n, "created_at": "" if t == "丙" else old} for t, n in rows])

    numbers = {title: one.number for title, one in tickets().items()}
    assert numbers == {"甲": f"GD-{day}-0007", "乙": f"GD-{day}-0008", "丙": f"GD-{today}-0041", "丁": "gd/7"}
    assert a_ticket().number == f"GD-{today}-0042"


# ── between the check and the import ──


def test_a_number_that_was_taken_meanwhile_is_not_given_twice(tmp_path):
    run = checked(tmp_path, FEWEST | {"number": f"GD-{clock.today():%Y%m%d}-0001"})
    assert a_ticket(title="快了一步").number == f"GD-{clock.today():%Y%m%d}-0001"
    written(run)
    assert list(tickets()) == ["快了一步"]
    assert list(problems(run).values()) == [[("number", "A ticket has this number already.")]]


def test_a_customer_who_was_deleted_meanwhile_gets_no_ticket(house, tmp_path):
    run = checked(tmp_path, FEWEST)
    with acting(SYSTEM):
        customers.delete(db.session.get_one(Customer, house), actor=SYSTEM)
    written(run)
    assert list(problems(run).values()) == [[("customer", "This customer was deleted meanwhile.")]]


def test_somebody_who_left_meanwhile_gets_no_ticket(tmp_path):
    run = checked(tmp_path, FEWEST | {"state": "处理中", "assignee": "季工"})
    with acting(SYSTEM):
        people.disable(security.employee(JI.id), actor=SYSTEM)
    written(run)
    assert "The account of 季工 is disabled" in problems(run).popitem()[1][0][1]


def test_a_flow_that_was_changed_meanwhile_asks_for_another_check(tmp_path):
    run = checked(tmp_path, FEWEST | {"state": "已派单", "assignee": "季工"}, FEWEST | {"title": "新的"})
    with acting(ANRAN.actor) as anran:
        flow, walked = queries.flow_of("after_sales"), queries.edition_for("after_sales").flow
        states = tuple(one for one in walked.states if one.code != "dispatched")
        arrows = tuple(one for one in walked.arrows if "dispatched" not in (one.source, one.target))
        meant = type(walked)(states, arrows)
        services.save_flow(flow, meant, due_hours=None, tells_supervisor=False, actor=anran, revision=flow.revision)
    written(run)
    assert list(tickets()) == ["新的"]
    assert [said[0][0] for said in problems(run).values() if said] == ["state"]
    assert tickets()["新的"].edition_id == queries.edition_for("after_sales").id
