"""What stands beside a ticket on its page: each kind of it alone, in few statements, and nothing out of reach."""

import io

import pytest

from app.base.actor import SYSTEM, acting
from app.crm.customers import services as customers
from app.crm.customers.models import Customer
from app.desk.reviews import services as reviews
from app.desk.tickets import services
from app.extensions import db
from app.system.files import queries as files
from tests.cast import EVE, GAO, JI, LIN
from tests.desk.tickets.steps import by, closed_one, in_work, solved, ticket
from tests.factories import a_customer, a_ticket

NAME = "叶家商贸有限公司"


@pytest.fixture
def working(once):
    return once(in_work)


def does(person, service, key, *values, **more):
    with acting(person.actor) as actor:
        service(ticket(key), *values, actor=actor, **more)


def noted(key):
    does(JI, services.note, key, {"words": "机房没人", "kind": "internal"})


def worked(key):
    does(JI, services.work, key, {"what": "换打印头", "minutes": 45, "parts": []})


def fitted(key):
    does(JI, services.work, key, {"what": "拆机", "minutes": None, "parts": [("打印头", 2)]})


def listed(key):
    does(JI, services.list_checks, key, ["断电"])


def joined(key):
    does(GAO, services.let_take_part, key, EVE.id, as_="participant")


def filed(browser, key):
    """Attach a file, as whoever took the ticket in."""
    sent = {"file": (io.BytesIO("开机日志".encode()), "日志.txt")}
    answer = browser.post(f"/attachments/of/ticket/{key}", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 302


def beside(key):
    a_ticket(customer=ticket(key).customer_id, title="还有一件事")


KINDS = [
    (noted, "机房没人"),
    (worked, "45 minutes"),
    (fitted, "打印头 × 2"),
    (listed, "断电"),
    (joined, "takes part"),
    (filed, "日志.txt"),
    (beside, "还有一件事"),
]


def made(app, as_user, make, key):
    """Make a part of a ticket: by service, or by screen where a form is sent."""
    if make is filed:
        filed(as_user("lin"), key)
        return
    with app.app_context():
        make(key)


@pytest.mark.parametrize(("make", "sign"), KINDS)
def test_each_kind_of_part_is_shown_where_it_is_the_only_one(app, as_user, working, make, sign):
    gao = as_user("gao")
    assert sign not in gao.get(f"/tickets/{working}").text
    made(app, as_user, make, working)
    assert sign in gao.get(f"/tickets/{working}").text


def test_a_rating_is_shown_where_it_is_the_only_part(app, as_user, once):
    key = once(solved)
    with app.app_context():
        rating = by(LIN, reviews.revisit, key, {"attitude": 4, "skill": 4, "response": 3}).id
    assert f'href="/ratings/{rating}"' in as_user("gao").get(f"/tickets/{key}").text


def test_a_page_asks_few_statements_however_much_there_is(app, as_user, working, statements):
    gao = as_user("gao")
    gao.get(f"/tickets/{working}")
    with statements() as few:
        gao.get(f"/tickets/{working}")
    for make, _sign in KINDS:
        made(app, as_user, make, working)
    gao.get(f"/tickets/{working}")
    with statements() as many:
        gao.get(f"/tickets/{working}")
    assert (len(few) <= 9, len(many) <= 16) == (True, True), (few, many)


def test_what_joins_a_ticket_is_narrowed_as_if_it_were_asked_for_alone(app, as_user, once):
    anran = as_user("anran")  # sees all customers, so their names come with the tickets; but no deleted one
    key = once(lambda: a_ticket(customer=a_customer(name=NAME).id).id)
    shown = [anran.get(path).text for path in ("/tickets/", f"/tickets/{key}")]
    assert [NAME in page for page in shown] == [True, True]
    with app.app_context(), acting(SYSTEM):
        customers.delete(db.session.get_one(Customer, ticket(key).customer_id), actor=SYSTEM)
    shown = [anran.get(path).text for path in ("/tickets/", f"/tickets/{key}")]
    assert [NAME in page for page in shown] == [False, False]
    assert all("Outside what you see" in page for page in shown)


def test_files_are_those_of_a_record_in_reach(app, as_user, working):
    filed(as_user("lin"), working)
    found = {}
    with app.app_context():
        for person in (GAO, LIN, EVE):
            with acting(person.actor):
                found[person.username] = len(files.of("ticket", working)[0])
        nobody = files.of("ticket", working)
    assert (found, nobody) == ({"gao": 1, "lin": 1, "eve": 0}, ([], []))


def test_what_one_may_see_joined_is_not_what_the_next_sees(app, as_user, once):
    key = once(lambda: closed_one(customer=a_customer(name=NAME, owner=EVE.id).id))
    assert NAME in as_user("anran").get("/tickets/").text
    page = as_user("ji").get("/tickets/").text  # whose ticket it was, and is over: the customer is not theirs
    assert (f"/tickets/{key}" in page, NAME in page, "Outside what you see" in page) == (True, False, True)
