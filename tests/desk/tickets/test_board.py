"""The board of tickets: columns, cards that go along the flow's arrows only, and its gates; the first page."""

from datetime import timedelta

from app.base import clock
from app.base.actor import acting
from app.desk.tickets import services
from tests.cast import JI
from tests.desk.tickets.steps import by, dispatched, in_work, solved, ticket
from tests.factories import a_ticket


def built(app, factory, **given):
    with app.app_context():
        found = factory(**given)
        return found if isinstance(found, int) else found.id


def phase(app, key):
    with app.app_context():
        return ticket(key).phase


def move(browser, key, stage, revision=""):
    return browser.post(f"/ticket-board/{key}/move?stage={stage}&revision={revision}&next=/ticket-board/")


def test_a_card_goes_along_an_arrow_and_asks_what_the_step_asks(app, as_user):
    key = built(app, dispatched)
    ji = as_user("ji")
    assert move(ji, key, "working").status_code == 302
    assert phase(app, key) == "working"
    found = move(ji, key, "solved")
    assert f"/tickets/{key}/solve" in found.headers["Location"]
    assert phase(app, key) == "working"
    assert move(ji, key, "waiting_customer").status_code == 302  # by a state's code, too
    assert phase(app, key) == "waiting"


def test_no_card_goes_where_no_arrow_leads(app, as_user):
    key = built(app, a_ticket)
    gao = as_user("gao")
    for stage in ("closed", "nowhere", "", "x" * 900):
        assert move(gao, key, stage).status_code == 302
    assert phase(app, key) == "new"
    assert f"/tickets/{key}/dispatch" in move(gao, key, "dispatched").headers["Location"]


def test_an_old_card_moves_nothing(app, as_user):
    key = built(app, dispatched)
    with app.app_context():
        old = ticket(key).revision
        by(JI, services.set_progress, key, 10)
    move(as_user("ji"), key, "working", revision=old)
    assert phase(app, key) == "dispatched"


def test_the_gates_of_the_board(app, as_user):
    key = built(app, in_work)
    assert move(as_user("shi"), key, "waiting").status_code == 403
    assert move(as_user("eve"), key, "waiting").status_code == 404
    assert move(as_user("gao"), 999, "waiting").status_code == 404
    assert phase(app, key) == "working"


def test_columns_are_phases_or_the_states_of_one_type(app, as_user):
    key = built(app, dispatched)
    with app.app_context(), acting(JI.actor) as ji:
        services.note(ticket(key), {"words": "先看电源"}, actor=ji)
    gao = as_user("gao")
    text = gao.get("/ticket-board/").text
    assert 'data-stage="dispatched"' in text
    assert f'data-card="{key}"' in text
    assert "先看电源" in text  # the last remark
    text = gao.get("/ticket-board/?type=fault").text
    assert 'data-stage="diagnosing"' in text
    assert f'data-card="{key}"' not in text
    assert f'data-card="{key}"' in as_user("ji").get("/ticket-board/?whose=me").text
    assert f'data-card="{key}"' not in gao.get("/ticket-board/?whose=queues").text
    assert gao.get("/ticket-board/?type=x&queue=y&whose=z").status_code == 200


def test_of_what_is_solved_no_deadline_is_shown(app, as_user):
    tomorrow = clock.now() + timedelta(days=1)
    built(app, solved, due_at=tomorrow)
    gao = as_user("gao")
    page = gao.get("/ticket-board/").text
    assert "Since the intake 0 days" in page
    assert "Tomorrow" not in page
    built(app, a_ticket, due_at=tomorrow)
    assert "Tomorrow" in gao.get("/ticket-board/").text


def test_the_first_page_tells_what_waits(app, as_user):
    built(app, a_ticket, title="传真机冒烟")
    built(app, dispatched, title="扫描仪卡住")
    assert "传真机冒烟" in as_user("gao").get("/").text
    assert "扫描仪卡住" in as_user("ji").get("/").text
