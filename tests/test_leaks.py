"""No answer tells a word of what lies outside the scope, or a number to somebody who sees numbers masked.

Every address that can be read is asked with the keys of every row there is, in scope and outside, with every
filter that might find something; the whole answer is searched: body, headers, file names, cells of workbooks.
"""

import itertools
from dataclasses import replace
from types import SimpleNamespace

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.base import narrowing
from app.base.actor import SYSTEM, acting
from app.base.fields import reading
from app.crm.customers import services
from app.crm.customers.models import Customer
from app.extensions import db
from app.system.jobs import services as jobs
from app.system.jobs.models import Job
from tests.cast import BY_USERNAME, LIN, MEI, SAM
from tests.crawl import PERSONAL, SECRETS, crawl, keys_of, leaks, made, parts_of


@pytest.fixture
def world(once):
    """One company of Eve's, one of Lin's, with history, a contact and a deleted sister of it; their keys."""
    return once(made)


def test_nothing_of_somebody_elses_customer_is_told_to_an_agent(app, as_user, world):
    found, count = leaks(crawl(app, as_user("eve"), world), SECRETS)
    assert count > 100
    assert found == []


def test_nothing_of_somebody_elses_customer_is_told_to_an_agents_program(app, as_program, world):
    found, count = leaks(crawl(app, as_program("eve"), world, under="/api/"), SECRETS)
    assert count > 20
    assert found == []


@pytest.mark.parametrize("key", [0, 1])
def test_what_lies_outside_is_not_found_by_its_typed_key(as_user, world, key):
    eve, number = as_user("eve"), world.outside[key]
    for address in ("/customers/{}", "/customers/{}/edit", "/customers/{}/history", "/api/v1/customers/{}"):
        assert eve.get(address.format(number)).status_code == 404


# ── personal data ──

#: Everybody who lacks a permission to see phones or addresses. Eve's own customer is hers to see.
MASKED = ("dai", "shi", "zong", "lin", "mei", "xiao", "ji", "ren", "wen", "bai")
#: What of the world each may see in full: what is their own.
OWN = {"lin": {*parts_of("65551001"), *parts_of("13655510002"), *parts_of("13655510003"), *parts_of("13700137000")}}
OWN["lin"] |= {"hidden@linjia", "gancang@linjia", "linjia_wx_77", "gancang_wx"}


@pytest.fixture
def lent(app, world):
    """Lin's customer is open to Mei, and Eve's to Lin and Mei."""
    with app.app_context(), acting(SYSTEM):
        for key, person in ((world.customer[1], MEI), (world.customer[0], LIN), (world.customer[0], MEI)):
            record = db.session.get(Customer, key)
            services.share(record, employee_id=person.id, can_write=True, until_on=None, actor=SAM.actor)
    return world


@pytest.fixture
def traces(app, as_user, lent, monkeypatch):
    """What somebody leaves behind who may: a job with the file of an export, a run over many rows, its undo."""
    monkeypatch.setitem(app.config, "ZHIKE", replace(app.config["ZHIKE"], export_at_once_rows=0))

    def leave(username):
        browser = as_user(username)
        browser.post("/customers/export?format=csv")
        browser.post("/contacts/export")
        with app.app_context(), acting(SYSTEM):
            for job in db.session.scalars(select(Job.id)).all():
                jobs.work(job, lease_seconds=60)
        preview = browser.post("/customers/bulk", data={"action": "bulk_edit", "scope": "all"})
        return [("/customers/bulk", preview)]

    return leave


@pytest.mark.one_database
@pytest.mark.parametrize("username", MASKED)
def test_no_number_and_no_address_is_told_to_who_sees_them_masked(app, as_user, lent, traces, username):
    with app.app_context():
        assert {"phones", "accounts"} <= BY_USERNAME[username].actor.hidden_groups
    left, browser = traces(username), as_user(username)
    found, count = leaks(itertools.chain(left, crawl(app, browser, lent)), PERSONAL)
    assert count > 100
    own = OWN.get(username, set())
    assert [(address, secret) for address, secret in found if secret not in own] == []


@pytest.mark.parametrize("username", ["dai", "mei", "shi"])
def test_no_number_and_no_address_is_told_to_their_programs(app, as_program, lent, username):
    assert leaks(crawl(app, as_program(username), lent, under="/api/"), PERSONAL)[0] == []


#: Buttons: what they do is tested with their screens. They answer with a way to go on, with what was typed, or (one
#: of them, on purpose and in the log) with what was masked.
BUTTONS = frozenset(
    "accept add add_contact add_flow add_person advance allow_exception approve arrange ask ask_exception ask_for "
    "attach bring_in bulk_run cancel change_filter change_note change_work check checklist choose claim close "
    "columns confirm decide delete detach_contact disable discard dispatch dispatch_ticket edit enable end "
    "end_session end_sessions export_long follow follow_on forget from_followup further give_back hand_over hide "
    "ignore issue_token keep keep_filter language leave link login logout look look_again lose make_contact "
    "make_feed make_primary mark_number move move_along note object_to open password post preview progress "
    "publish purge put put_away rate read read_all record_work refresh refund reject remind rename renew reopen "
    "reply resend reset restore resume retire retry reveal reverse revisit revive revoke_feed revoke_token save "
    "share solve stop_sharing submit switch switch_off switch_on take take_back take_it_back take_over take_up "
    "test tick to_default transfer undo unlock unshare uphold upload verify void wait win withdraw".split()
)
#: The preview of a bulk action is asked by the crawl itself; that of the bin shows names alone.
PREVIEWED = "BankLine Customer Delivery Fee Followup Opportunity Pool Recycle Renewal Ticket".split()


def test_every_button_is_known_here(app):
    rules = [rule for rule in app.url_map.iter_rules() if rule.methods & {"POST", "PUT", "PATCH", "DELETE"}]
    new = {rule.endpoint for rule in rules if rule.endpoint.split(".")[-1] not in BUTTONS}
    assert new == {f"{name}View.bulk" for name in PREVIEWED}, "new button without a leak test"


def test_an_address_that_the_crawl_cannot_fill_in_is_named():
    rule = SimpleNamespace(rule="/secrets/<pk>", endpoint="SecretView.show")
    with pytest.raises(AssertionError, match="new address without a leak test: /secrets/<pk>"):
        keys_of(None, rule, None)


# ── the guards: without them, these tests see it ──


def test_without_the_scope_the_crawl_finds_what_is_told(app, as_user, world):
    event.remove(Session, "do_orm_execute", narrowing._narrow)
    try:
        eve = as_user("eve")
        asked = [(address, eve.get(address)) for address in ("/customers/", "/customers/export", "/api/v1/customers/")]
        found, _count = leaks(asked, SECRETS)
    finally:
        event.listen(Session, "do_orm_execute", narrowing._narrow)
    assert {address for address, _secret in found} == {"/customers/", "/customers/export", "/api/v1/customers/"}


def test_without_the_masks_the_crawl_finds_the_numbers(app, as_user, world, monkeypatch):
    monkeypatch.setattr(reading, "is_hidden", lambda *_given, **_more: False)
    dai = as_user("dai")
    asked = [(address, dai.get(address)) for address in ("/customers/", "/customers/export", "/api/v1/customers/")]
    found, _count = leaks(asked, PERSONAL)
    assert {address for address, _secret in found} == {"/customers/", "/customers/export", "/api/v1/customers/"}
