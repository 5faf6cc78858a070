"""The screens of lines: each button at its three gates, the list, the renewal, the dry run, REST."""

import json
import re

import pytest
from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.crm.fees.models import Fee
from app.crm.renewals.models import Line
from app.extensions import db
from tests.cast import EVE
from tests.crm.renewals.steps import in_days, remind, served


def overdue():
    return served(-5, name="河南晨光商贸有限公司")


@pytest.fixture
def keys(once):
    """A customer of Lin's, and its line that ended five days ago."""
    return once(overdue)


@pytest.fixture
def key(keys):
    return keys[1]


def renewal(**more):
    return {
        "amount": "1300",
        "period_from": in_days(-4).isoformat(),
        "period_to": in_days(360).isoformat(),
        "received_on": in_days(0).isoformat(),
    } | more


def shown(page):
    return re.sub(r"\s+", " ", page.text)


# ── three gates ──

BUTTONS = ["{id}/resume", "{id}/renew"]
PAGES = ["", "{id}", "{id}/history", "export", "{id}/renew", "dry-run", "reminded/20261127"]


@pytest.mark.parametrize("address", BUTTONS)
@pytest.mark.parametrize("username", ["bai", "sam", "xu", "dai", "shi"])
def test_no_button_for_who_lacks_the_permission(as_user, key, read, username, address):
    assert as_user(username).post(f"/renewals/{address}".format(id=key), data=renewal()).status_code == 403
    assert read(Line, key).waiting_fee_id is None


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("username", ["bai", "dai", "shi"])
def test_no_screen_for_who_may_not_read(as_user, key, username, address):
    assert as_user(username).get(f"/renewals/{address}".format(id=key)).status_code == 403


@pytest.mark.parametrize("username", ["eve", "mei"])
@pytest.mark.parametrize("address", ["{id}", "{id}/history", "{id}/renew", "{id}/bulk?action=end"])
def test_no_page_of_a_line_outside_the_scope(as_user, key, username, address):
    assert as_user(username).get(f"/renewals/{address}".format(id=key)).status_code == 404


@pytest.mark.parametrize("username", ["eve", "mei"])
@pytest.mark.parametrize("address", BUTTONS)
def test_no_button_of_a_line_outside_the_scope(as_user, key, username, address):
    assert as_user(username).post(f"/renewals/{address}".format(id=key), data=renewal()).status_code == 404


@pytest.mark.parametrize("address", ["{id}", "{id}/history", "{id}/renew", "{id}/resume", "reminded/{id}"])
@pytest.mark.parametrize("wrong", ["999", "x", "99999999999", "-1", "20261301"])
def test_what_is_not_there_is_not_found(as_user, wrong, address):
    anran, at = as_user("anran"), f"/renewals/{address}".format(id=wrong)
    answer = anran.post(at) if "resume" in address else anran.get(at)
    assert answer.status_code == 404


def test_the_rule_says_why_in_words(as_user, key):
    page = as_user("lin").post(f"/renewals/{key}/resume", follow_redirects=True)
    assert "This service was not ended." in page.text


@pytest.mark.parametrize(
    ("username", "sees"),
    [("anran", 1), ("sam", 1), ("lin", 1), ("qian", 1), ("xu", 1), ("zong", 1), ("mei", 0), ("eve", 0), ("gao", 0)],
)
def test_each_role_sees_its_lines(as_user, key, username, sees):
    page = as_user(username).get("/renewals/")
    assert page.status_code == 200
    assert page.text.count("河南晨光商贸有限公司</a>") == sees


def test_who_is_named_for_a_customer_sees_its_line(app, as_user, keys):
    with app.app_context(), acting(SYSTEM):
        from app.crm.customers.models import Customer  # noqa: PLC0415 - the models are loaded by then

        db.session.get_one(Customer, keys[0]).service_person_id = EVE.id
        db.session.commit()
        db.session.remove()
    assert as_user("eve").get(f"/renewals/{keys[1]}").status_code == 200


# ── the list ──


def test_the_list_is_red_and_says_it_in_words(as_user, key):
    page = shown(as_user("lin").get("/renewals/"))
    assert "is-overdue" in page
    assert "overdue for 5 days" in page
    assert f"/renewals/{key}/renew" in page
    assert "action=end" in page
    assert "¥1,000.00" in page


@pytest.mark.parametrize("username", ["sam", "xu"])
def test_who_only_reads_is_offered_nothing(as_user, key, username):
    page = as_user(username).get("/renewals/").text
    assert "/renew" not in page.replace("/renewals", "")
    assert "action=end" not in page


@pytest.mark.parametrize(
    ("tab", "count"), [("expiring", 0), ("overdue", 1), ("renewal_waiting", 0), ("not_renewed", 0)]
)
def test_tabs_show_what_stands_so(as_user, key, tab, count):
    wanted = {"all": [{"field": "state", "op": "is", "value": tab}]}
    page = as_user("lin").get("/renewals/", query_string={"filter": json.dumps(wanted)})
    assert page.text.count("河南晨光商贸有限公司</a>") == count


@pytest.mark.parametrize("sort", ["end_on", "-end_on", "owner", "state", "days_left", "customer_name", "amount", "x"])
def test_no_order_is_a_fault(as_user, key, sort):
    assert as_user("lin").get(f"/renewals/?sort={sort}").status_code == 200


@pytest.mark.parametrize("sort", ["any_phone", "contact_name", "fee_expiry", "served_with"])
def test_no_order_of_customers_is_a_fault(as_user, key, sort):
    assert as_user("lin").get(f"/customers/?sort={sort}").status_code == 200


@pytest.mark.parametrize(
    "field", ["state", "days_left", "owner", "department", "next_contact_at", "reminded_on", "product"]
)
@pytest.mark.parametrize("op", ["empty", "not_empty"])
def test_every_field_can_be_asked(as_user, key, field, op):
    wanted = {"all": [{"field": field, "op": op}]}
    page = as_user("lin").get("/renewals/", query_string={"filter": json.dumps(wanted)})
    assert page.status_code == 200
    assert "cannot be asked" not in page.text


def test_the_list_costs_no_statement_per_row(as_user, saved, statements, once):
    once(many)
    lin = as_user("lin")
    lin.get("/renewals/?page_size=10")
    with statements() as few:
        lin.get("/renewals/?page_size=10")
    with statements() as more:
        lin.get("/renewals/?page_size=50")
    assert len(more) <= len(few)


def many():
    return [served(n, name=f"客户{n}", phone=f"+8637165{n:06}")[1] for n in range(30)]


def test_the_export_holds_every_column(as_user, key):
    file = as_user("lin").get("/renewals/export?format=csv")
    text = file.get_data().decode("utf-8-sig")
    head, row = text.splitlines()[:2]
    assert "Expiry state" in head
    assert "Owner" in head
    assert "Overdue" in row
    assert "林晓" in row
    assert "1000" in row


def test_the_page_of_a_line(as_user, key):
    page = shown(as_user("lin").get(f"/renewals/{key}"))
    assert "软件服务费" in page
    assert "Overdue" in page
    assert "林晓" in page
    assert f"/renewals/{key}/renew" in page


# ── not renewed ──


def press_end(browser, key, **given):
    preview = browser.get(f"/renewals/{key}/bulk?action=end")
    token = re.search(r'name="asked" value="([^"]+)"', preview.text)[1]
    return browser.post("/renewals/bulk/run", data={"asked": token} | given, follow_redirects=True)


def test_a_line_is_ended_with_a_reason_and_taken_up_again(as_user, key, read):
    lin = as_user("lin")
    assert press_end(lin, key).status_code == 422
    page = press_end(lin, key, reason="price", words="太贵")
    assert page.status_code == 200
    assert (read(Line, key).reason, read(Line, key).ended_on) == ("price", in_days(0))
    assert "太贵" in lin.get(f"/renewals/{key}").text
    assert "is-overdue" not in lin.get("/renewals/").text
    assert "Price" in lin.get(f"/renewals/{key}/history").text

    lin.post(f"/renewals/{key}/resume")

    assert read(Line, key).ended_on is None


def test_a_bulk_run_is_taken_back_as_a_whole(app, as_user, keys, read):
    customer, key = keys
    lin = as_user("lin")
    press_end(lin, key, reason="price")
    run = re.search(r"/runs/(\d+)", lin.get("/runs/").text)[1]
    lin.post(f"/runs/{run}/take-back", follow_redirects=True)
    assert read(Line, key).ended_on is None
    from app.crm.customers.models import Customer  # noqa: PLC0415 - the models are loaded by then

    assert read(Customer, customer).fee_due_on == in_days(-5)


def test_the_supervisor_cannot_end(as_user, key):
    assert as_user("sam").get(f"/renewals/{key}/bulk?action=end").status_code == 403


# ── renewal in one step ──


def test_the_form_is_filled_in_from_the_last_fee(as_user, key):
    page = shown(as_user("lin").get(f"/renewals/{key}/renew"))
    assert f'value="{in_days(-4).isoformat()}"' in page
    assert 'value="1200.00"' in page  # the price of the product
    assert "overdue for 5 days" in page


def test_a_renewal_waits_for_approval_and_names_what_it_renews(as_user, key, read):
    before = read(Line, key).last_fee_id
    answer = as_user("lin").post(f"/renewals/{key}/renew?next=/renewals/", data=renewal(token="one-and-the-same"))
    assert (answer.status_code, answer.location) == (302, "/renewals/")
    made = read(Fee, read(Line, key).waiting_fee_id)
    assert (made.renews_id, made.source, made.state) == (before, "renewal", "unreviewed")
    assert (str(made.amount), made.period_to) == ("1300.00", in_days(360))


def test_sent_twice_it_makes_one_fee(as_user, key, app):
    lin = as_user("lin")
    for _twice in range(2):
        assert lin.post(f"/renewals/{key}/renew", data=renewal(token="one-and-the-same")).status_code == 302
    with app.app_context(), acting(SYSTEM):
        assert len(db.session.scalars(select(Fee.id)).all()) == 2


def test_a_second_renewal_while_one_waits_is_warned_of(as_user, key, app):
    lin = as_user("lin")
    lin.post(f"/renewals/{key}/renew", data=renewal(token="first"))
    page = lin.get(f"/renewals/{key}/renew")
    assert "waits for approval already" in page.text
    refused = lin.post(f"/renewals/{key}/renew", data=renewal(token="second"))
    assert refused.status_code == 422
    assert "before you enter another" in refused.text
    assert lin.post(f"/renewals/{key}/renew", data=renewal(token="third", despite="1")).status_code == 302
    with app.app_context(), acting(SYSTEM):
        assert len(db.session.scalars(select(Fee.id)).all()) == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": ""},
        {"amount": "-1"},
        {"amount": "x"},
        {"period_to": ""},
        {"period_to": "2000-01-01"},
        {"received_on": "2999-01-01"},
        {"period_from": "x"},
        {"method": "gold"},
        {"notes": "x" * 3000},
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_stays(as_user, key, wrong, read):
    page = as_user("lin").post(f"/renewals/{key}/renew", data=renewal(payer="河南晨光", **wrong))
    assert page.status_code == 422
    assert "河南晨光" in page.text
    assert read(Line, key).waiting_fee_id is None


# ── the dry run ──


def test_the_dry_run_names_stage_reason_and_people(as_user, key):
    page = shown(as_user("anran").get("/renewals/dry-run"))
    assert "河南晨光商贸有限公司" in page
    assert "Nothing was told now" in page
    assert "not told any more: 30, 15, 7, 1, 0" in page
    assert "林晓" in page


@pytest.mark.parametrize("username", ["lin", "zong", "gao"])
def test_the_dry_run_is_not_everybodys(as_user, username):
    assert as_user(username).get("/renewals/dry-run").status_code == 403


def test_an_empty_dry_run_says_so(as_user):
    assert "nobody would be reminded" in as_user("qian").get("/renewals/dry-run").text


def test_a_message_leads_to_what_it_tells_of(app, as_user, key):
    with app.app_context():
        remind()
        db.session.remove()
    lin = as_user("lin")
    inbox = shown(lin.get("/inbox/"))
    assert "Services that end, or have ended: 1" in inbox
    assert "Your customers: overdue for 1 day 1." in inbox
    answer = lin.get(f"/renewals/reminded/{in_days(0):%Y%m%d}", follow_redirects=True)
    assert answer.text.count("河南晨光商贸有限公司</a>") == 1


# ── REST ──


def test_programs_read_lines(as_program, key):
    found = as_program("lin").get("/api/v1/renewals/").get_json()["result"][0]
    assert (found["state"], found["end_on"], found["amount"]) == ("overdue", in_days(-5).isoformat(), "1000.00")
    assert found["owner"]["name"] == "林晓"
    assert as_program("lin").get(f"/api/v1/renewals/{key}").get_json()["result"]["id"] == key


def test_programs_end_and_take_up_again(as_program, key, read):
    lin = as_program("lin")
    assert lin.post(f"/api/v1/renewals/{key}/end", json={}).status_code == 422
    assert lin.post(f"/api/v1/renewals/{key}/end", json={"reason": "nonsense"}).status_code == 422
    assert lin.post(f"/api/v1/renewals/{key}/end", json={"reason": "price", "words": "太贵"}).status_code == 200
    assert read(Line, key).reason == "price"
    assert lin.post(f"/api/v1/renewals/{key}/resume", json={}).status_code == 200
    assert lin.post(f"/api/v1/renewals/{key}/resume", json={}).status_code == 422


@pytest.mark.parametrize(("username", "status"), [("sam", 403), ("xu", 403), ("eve", 404), ("bai", 403)])
@pytest.mark.parametrize("verb", ["end", "resume"])
def test_programs_meet_the_same_gates(as_program, key, username, status, verb):
    assert as_program(username).post(f"/api/v1/renewals/{key}/{verb}", json={"reason": "price"}).status_code == status


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_nothing_is_written_but_by_verbs(as_program, key, method):
    at = "/api/v1/renewals/" if method == "post" else f"/api/v1/renewals/{key}"
    assert getattr(as_program("anran"), method)(at, json={"end_on": "2030-01-01"}).status_code == 405
