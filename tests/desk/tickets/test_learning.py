"""Who writes articles reads tickets that are solved, wherever they are read, and none that is open."""

import pytest

from app.base.actor import SYSTEM, acting
from app.base.scope import may_write
from app.desk.tickets import queries, services
from app.extensions import db
from tests.cast import LIN, WEN
from tests.desk.tickets.steps import by, closed, in_work, solved, ticket
from tests.factories import a_ticket


def some_of_each():
    """Tickets that are new (with Wen), worked on, solved, closed, cancelled and reopened; their ids."""
    own, off = (a_ticket(title=f"打印机不打印 {word}").id for word in "新消")
    working, done = in_work(title="打印机不打印 修"), solved(title="打印机不打印 好")
    over, again = closed(solved(title="打印机不打印 关")), solved(title="打印机不打印 又")
    with acting(SYSTEM):
        ticket(own).assignee_id = WEN.id
        db.session.commit()
    by(LIN, services.cancel, off, {"words": "不要了"})
    by(LIN, services.reopen, again, {"words": "又坏了"})
    return [own, working, done, over, off, again]


@pytest.fixture
def some(once):
    return once(some_of_each)


READ = [False, False, True, True, False, False]


def test_solved_tickets_are_read_wherever_tickets_are_read_and_open_ones_nowhere(as_user, as_program, some):
    wen, program = as_user("wen"), as_program("wen")
    listed, export = wen.get("/tickets/").text, wen.get("/tickets/export?format=csv").text
    found = wen.get("/search/?q=打印机不打印").text
    assert [f'/tickets/{key}"' in listed for key in some] == READ
    assert [f"打印机不打印 {word}" in export for word in "新修好关消又"] == READ
    assert [f'/tickets/{key}"' in found for key in some] == READ
    assert [wen.get(f"/tickets/{key}").status_code == 200 for key in some] == READ
    assert [wen.get(f"/tickets/{key}/history").status_code == 200 for key in some] == READ
    assert [program.get(f"/api/v1/tickets/{key}").status_code == 200 for key in some] == READ


def test_what_is_learned_from_is_not_changed_and_tells_no_customer(app, as_user, some):
    done = some[2]
    with app.app_context():
        with acting(WEN.actor) as wen:
            assert not may_write(queries.by_id(done), wen)
        with acting(SYSTEM):
            name = str(ticket(done).customer)
    page = as_user("wen").get(f"/tickets/{done}").text
    assert name not in page
    assert "Outside what you see" in page
    assert as_user("wen").post(f"/tickets/{done}/close", data={}).status_code == 403
