"""Every address of the application: closed to strangers, POST where it changes something, never a 500."""

import re

import pytest
from sqlalchemy import text

from app.base.actor import SYSTEM, acting
from app.extensions import db
from app.system.sign_in.views.identity import OPEN_ENDPOINTS, OPEN_TO_ALL
from tests.bed.databases import POSTGRESQL

#: What a placeholder of an address is filled with: things nobody would type.
ODD = ("1", "0", "-1", "999999999999999999999", "x", "%00", "..%2f..", "客户", "%27", "' OR 1=1 --")
#: Where the database has a say in it; the others are read and refused before it is asked.
ODD_TO_DATABASES = ("1", "-1", "999999999999999999999", "%00", "客户")
READS = {"GET", "HEAD", "OPTIONS"}


def addresses(app, value="1"):
    """Return (rule, address) of everything the application answers, its placeholders filled with ``value``."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.rsplit(".", 1)[-1] != "static"]
    return [(rule, filled(rule, value)) for rule in rules]


def filled(rule, value):
    """Return a rule's address; where only a number fits, a number."""
    address = re.sub(r"<int:\w+>", value if value.isascii() and value.isdigit() else "7", rule.rule)
    return re.sub(r"<[^>]+>", lambda _hit: value, address)


def writes(rule):
    return sorted(rule.methods - READS)


# ── strangers ──


@pytest.mark.one_database
def test_every_address_is_closed_to_strangers(app, stranger):
    for rule, address in addresses(app):
        if rule.endpoint in OPEN_ENDPOINTS | OPEN_TO_ALL:
            continue
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            answer = stranger.open(address, method=method)
            is_door = answer.status_code == 302 and answer.location.startswith("/login/")
            assert is_door or answer.status_code == 401, f"{method} {address}: {answer.status_code}"


@pytest.mark.one_database
def test_what_is_open_to_strangers_is_what_must_be():
    assert {
        "AuthView.login",
        "LimitedSecurityApi.login",
        "SignInView.language",
        "healthz",
        "readyz",
        "static",
    } == OPEN_ENDPOINTS
    assert {"FeedView.read", "LogoView.logo", "RateView.rate"} == OPEN_TO_ALL  # of feed and rating the token is the key


# ── buttons ──


@pytest.mark.one_database
def test_what_changes_something_is_never_done_by_opening_an_address(app, as_user):
    anran = as_user("anran")
    everything = [(rule, address) for rule, address in addresses(app) if writes(rule)]
    read_too = {rule.rule for rule, _address in addresses(app) if "GET" in rule.methods}
    assert len(everything) > 20
    for rule, address in everything:
        if rule.rule not in read_too:
            # "/roles/new" reads as the role "new" there is not
            assert anran.get(address).status_code in {403, 404, 405}, address


def state_of(app):
    """Return the number of rows and the newest change of every table a button could change."""
    with app.app_context(), acting(SYSTEM):
        tables = [
            name for name in db.metadata.tables if not name.startswith(("sign_in_session", "base_stamp", "logs_"))
        ]
        counts = {name: db.session.scalar(text(f'SELECT count(*) FROM "{name}"')) for name in sorted(tables)}
        people = db.session.execute(text('SELECT id, active, password FROM "ab_user" ORDER BY id')).all()
        held = db.session.execute(text("SELECT user_id, role_id FROM ab_user_role ORDER BY 1, 2")).all()
        return counts, people, held


@pytest.mark.one_database
def test_a_form_without_its_token_changes_nothing(app, as_user):
    anran = as_user("anran", csrf=True)
    before = state_of(app)
    for rule, address in addresses(app):
        if "POST" in rule.methods and not address.startswith("/api/"):
            answer = anran.post(address, data={"name": "x", "password": "Another-horse-10"})
            assert answer.status_code == 400, address
            assert "open for too long" in answer.text
    assert state_of(app) == before


@pytest.mark.one_database
def test_a_foreign_token_changes_nothing(app, as_user):
    anran, lin = as_user("anran", csrf=True), as_user("lin")
    stolen = {"X-CSRFToken": lin.token()}
    assert anran.post("/users/4/disable", headers=stolen).status_code == 400


def is_own_affair(rule):
    """Tell whether an address is one's own account or inbox, keeps a long filter, only verifies or only exports."""
    mine = (
        "SignInView.",
        "AuthView.",
        "InboxView.",
        "LimitedSecurityApi.",
        "PreferencesView.",
        "HomeView.arrange",
        "NotificationsView.",
        "RateView.",  # a customer's, whoever holds the link
    )
    return rule.endpoint.startswith(mine) or rule.rule.endswith(("/filter", "/logs/verify", "/export"))


def test_the_auditor_changes_nothing_but_own_preferences(app, as_user):
    """Every button of every screen, pressed by the auditor on records there are."""
    xu = as_user("xu")
    before = state_of(app)
    for rule, address in addresses(app):
        if writes(rule) and not is_own_affair(rule):
            for method in writes(rule):
                answer = xu.open(address, method=method, data={"name": "x", "code": "x"})
                assert answer.status_code in {401, 403, 404, 405}, f"{method} {address}: {answer.status_code}"
    assert state_of(app) == before


# ── odd arguments ──


def test_no_address_falls_over_odd_arguments(app, as_user, database):
    anran = as_user("anran")
    queries = ("", "page=x&filter={&sort=--&after=x&before=-1&page_size=9e9&q=%00&tab=%00&a=x&b=-1", "filter=[[[[")
    for value in ODD if database == POSTGRESQL else ODD_TO_DATABASES:
        for rule, address in addresses(app, value):
            if value != "1" and not rule.arguments:
                continue  # the same address as with the first value
            if "GET" in rule.methods and "logout" not in address:
                for query in queries if value == "1" else queries[:1]:
                    answer = anran.get(address, query_string=query)
                    assert answer.status_code < 500, f"{address}?{query}: {answer.status_code}"


@pytest.mark.one_database("postgresql")
@pytest.mark.parametrize("value", ["1", "999999999", "999999999999", "x"])
def test_no_button_falls_over_odd_forms(app, as_user, value):
    forms = [{}, {"name": "\x00", "before": "\x00", "revision": "x", "right": ["\x00"], "ids": "x", "filter": "{"}]
    for form in forms:
        anran = as_user("anran")
        for rule, address in addresses(app, value):
            leaves = rule.endpoint.startswith(("AuthView.", "SignInView.end"))
            is_new = value == "1" or rule.arguments
            if "POST" in rule.methods and is_new and not leaves and "api" not in address:
                answer = anran.post(address, data=form)
                if answer.location and answer.location.startswith("/login/"):  # the button before ended the session
                    anran = as_user("anran")
                    answer = anran.post(address, data=form)
                assert answer.status_code < 500, f"{address}: {answer.status_code} {form}"


@pytest.mark.one_database
def test_the_reading_of_a_page_writes_nothing_but_notes(app, as_user, watch):
    anran = as_user("anran")
    watch.touched.clear()
    for rule, address in addresses(app):
        if "GET" in rule.methods and "logout" not in address:
            anran.get(address)
    # looks, exports and refusals are logged, the log is sealed after its page; a session is seen
    assert watch.touched <= {"logs_entry", "logs_record_set", "logs_head", "logs_seal", "sign_in_session"}
