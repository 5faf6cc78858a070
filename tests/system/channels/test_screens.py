"""The screens of channels, deliveries, templates and one's own notifications: gates, secrets, buttons."""

import json
import re

import pytest

from app.base.actor import SYSTEM, acting
from app.extensions import db
from app.system.channels.models import Channel, Delivery, Template
from app.system.logs.models import Entry
from tests.bed.servers import free_port
from tests.cast import ANRAN, EVE, LIN
from tests.system.channels.servers import HOST, saying, web_server
from tests.system.channels.steps import a_channel, deliveries, tell

SECRET, SIGNING = "geheim-8271-xyz", "SECgeheim0815"
EMAIL = {
    "name": "公司邮箱", "usual": "all", "host": HOST, "port": "25", "security": "none", "username": "zhike",
    "password": SECRET, "from_address": "crm@zhike.example", "revision": "",
}  # fmt: skip


@pytest.fixture
def inside(app, monkeypatch):
    """The deployment lets messages go to the servers of these tests."""
    monkeypatch.setattr(app.config["ZHIKE"].__class__, "channel_hosts", (HOST,))
    object.__setattr__(app.config["ZHIKE"], "channel_hosts", (HOST,))
    yield
    object.__setattr__(app.config["ZHIKE"], "channel_hosts", ())


def said(answer):
    return re.sub(r"<[^>]+>", " ", answer.text)


# ── the gates ──

BUTTONS = [
    ("post", "/channels/{channel}/test"),
    ("post", "/channels/{channel}/switch?to=off"),
    ("post", "/channels/{channel}/delete"),
    ("post", "/channels/{channel}/edit"),
    ("post", "/channels/new?kind=email"),
    ("post", "/deliveries/{delivery}/resend"),
    ("post", "/deliveries/bulk"),
    ("post", "/message-templates/new"),
]
PAGES = ["/channels/", "/channels/{channel}", "/channels/{channel}/history", "/deliveries/", "/deliveries/{delivery}"]


@pytest.fixture
def there(app, box):
    """A channel, and a delivery of Lin's that was given up: their keys."""
    key = a_channel(app, port=box.port)
    tell(app, LIN)
    with app.app_context(), acting(SYSTEM):
        row = db.session.query(Delivery).one()
        state_of(row, "given_up")
        found = {"channel": key, "delivery": row.id}
        db.session.remove()
    return found


def state_of(row, state):
    db.session.execute(Delivery.__table__.update().where(Delivery.id == row.id).values(state=state))
    db.session.commit()


@pytest.mark.parametrize(("method", "address"), BUTTONS)
@pytest.mark.parametrize("username", ["lin", "xu", "sam", "qian"])
def test_a_button_is_refused_to_whoever_has_not_the_permission(as_user, there, username, method, address):
    assert getattr(as_user(username), method)(address.format(**there)).status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_the_auditor_reads_what_nobody_else_but_the_administrator_does(as_user, there, page):
    for username, code in (("anran", 200), ("xu", 200), ("lin", 403), ("zong", 403)):
        assert as_user(username).get(page.format(**there)).status_code == code


@pytest.mark.parametrize(
    "page", ["/channels/999", "/channels/999/edit", "/deliveries/999", "/message-templates/999", "/channels/x"]
)
def test_what_is_not_there_is_not_found(as_user, there, page):
    assert as_user("anran").get(page).status_code == 404


def test_a_delivery_is_its_recipients_and_no_other_rows(app, there):
    """The scope: whoever does not reach the logs sees their own alone."""
    for person, count in ((LIN, 1), (EVE, 0), (ANRAN, 1)):
        with app.app_context(), acting(person.actor):
            assert db.session.query(Delivery).count() == count
            db.session.remove()


# ── setting up ──


def test_a_channel_begins_switched_off_and_its_host_is_looked_up(app, as_user, inside, read):
    anran = as_user("anran")
    answer = anran.post("/channels/new?kind=email", data=EMAIL)
    assert answer.status_code == 302
    made = read(Channel, int(answer.location.rsplit("/", 1)[1]))
    assert (made.is_on, made.kind, made.secrets) == (False, "email", {"password": SECRET})


def test_a_host_of_the_own_network_is_refused_at_the_field(as_user):
    answer = as_user("anran").post("/channels/new?kind=email", data=EMAIL)
    assert answer.status_code == 422
    assert "127.0.0.1 is no address of the public net" in said(answer)
    assert SECRET not in answer.text


@pytest.mark.parametrize("kind", ["wecom", "dingtalk", "feishu"])
@pytest.mark.parametrize(
    "url", ["https://169.254.169.254/latest", "http://10.0.0.1/x", "https://localhost/x", "gopher://x"]
)
def test_the_address_of_a_robot_is_one_of_the_public_net(as_user, kind, url):
    answer = as_user("anran").post(f"/channels/new?kind={kind}", data={"name": "群", "usual": "all", "webhook": url})
    assert answer.status_code == 422


@pytest.mark.parametrize("kind", ["email", "sms", "wecom"])
def test_what_is_missing_is_said_at_each_field(as_user, kind):
    answer = as_user("anran").post(f"/channels/new?kind={kind}", data={"name": "x", "usual": "all"})
    assert answer.status_code == 422
    assert "Please fill this in" in said(answer)


@pytest.mark.parametrize("kind", ["", "x", "email'--"])
def test_a_kind_there_is_not_leads_to_the_choice(as_user, kind):
    page = as_user("anran").get(f"/channels/new?kind={kind}")
    assert (page.status_code, "What shall carry messages?" in page.text) == (200, True)


def test_another_server_wants_the_password_again(app, as_user, inside, read):
    anran = as_user("anran")
    key = int(anran.post("/channels/new?kind=email", data=EMAIL).location.rsplit("/", 1)[1])
    revision = str(read(Channel, key).revision)
    again = EMAIL | {"password": "", "revision": revision}
    moved = anran.post(f"/channels/{key}/edit", data=again | {"port": "26"})
    assert (moved.status_code, "type the password again" in said(moved)) == (422, True)
    assert anran.post(f"/channels/{key}/edit", data=again | {"name": "邮箱"}).status_code == 302
    kept = read(Channel, key)
    assert (kept.name, kept.port, kept.secrets) == ("邮箱", 25, {"password": SECRET})


def test_whoever_saved_first_is_told_to_the_second(as_user, inside):
    anran = as_user("anran")
    key = anran.post("/channels/new?kind=email", data=EMAIL).location.rsplit("/", 1)[1]
    anran.post(f"/channels/{key}/edit", data=EMAIL | {"revision": "1", "name": "甲"})
    assert anran.post(f"/channels/{key}/edit", data=EMAIL | {"revision": "1", "name": "乙"}).status_code == 409


# ── secrets ──


def test_secrets_are_told_nowhere(app, as_user, inside, read, caplog):
    anran, xu = as_user("anran"), as_user("xu")
    with web_server(saying({"code": 19021, "msg": "sign match fail"})) as (_asked, address):
        hook = f"{address}/hook/{SECRET}"
        robot = {"name": "群", "usual": "all", "webhook": hook, "signing": SIGNING, "revision": ""}
        key = anran.post("/channels/new?kind=feishu", data=robot).location.rsplit("/", 1)[1]
        anran.post(f"/channels/{key}/test")
        revision = str(read(Channel, int(key)).revision)
        again = {"revision": revision, "webhook": "", "signing": SIGNING + "2"}
        anran.post(f"/channels/{key}/edit", data=robot | again)
        stale = anran.post(f"/channels/{key}/edit", data=robot | {"revision": "1", "name": "x"})
    answers = [stale]
    for browser in (anran, xu):
        pages = ["/channels/", f"/channels/{key}", f"/channels/{key}/history", "/logs/", "/changes/"]
        answers += [browser.get(page) for page in pages]
    answers += [anran.get(f"/channels/{key}/edit")]
    for answer in answers:
        assert SECRET not in answer.text
        assert SIGNING not in answer.text
    assert SECRET not in caplog.text
    with app.app_context(), acting(SYSTEM):
        stored = db.session.connection().exec_driver_sql("SELECT secrets FROM channels_channel").scalar()
        logged = " ".join(f"{row.title} {row.detail}" for row in db.session.query(Entry))
        assert SECRET not in stored + logged
        columns = db.session.connection().exec_driver_sql("SELECT * FROM channels_channel_version").keys()
        assert "secrets" not in columns
        db.session.remove()


# ── testing, switching ──


def test_a_test_is_sent_to_oneself_and_its_problem_told_and_kept(app, as_user, box, inside, read):
    key = a_channel(app, port=box.port, is_on=False)
    anran = as_user("anran")
    anran.post(f"/channels/{key}/test")
    assert "The test left. Answer: 250 queued as 1" in said(anran.get(f"/channels/{key}"))
    assert box.mails[0].count(b"anran@example.cn") == 1
    box.answers = ["554 you are on a list"]
    anran.post(f"/channels/{key}/test")
    page = said(anran.get(f"/channels/{key}"))
    assert "The test did not leave: The mail server refuses the mail: 554 you are on a list" in page
    assert "554 you are on a list" in said(as_user("anran").get("/channels/"))
    assert read(Channel, key).tested_at is not None


def test_a_test_of_a_server_that_is_away_holds_no_lock(app, as_user, inside, read):
    key = a_channel(app, port=free_port(), is_on=False)
    anran = as_user("anran")
    anran.post(f"/channels/{key}/test")
    assert "nobody listens at port" in str(read(Channel, key).tested_problem)


def test_a_channel_is_switched_and_deleted_only_while_nothing_hangs_on_it(app, as_user, there, read):
    anran = as_user("anran")
    other = a_channel(app, name="第二个", is_on=False)
    anran.post(f"/channels/{other}/switch?to=on")
    assert "everything would arrive twice" in said(anran.get("/channels/"))
    anran.post(f"/channels/{there['channel']}/switch?to=off")
    anran.post(f"/channels/{there['channel']}/delete")
    assert "is kept for three months" in said(anran.get("/channels/"))
    anran.post(f"/channels/{other}/delete")
    assert (read(Channel, other), read(Channel, there["channel"]).is_on) == (None, False)


# ── deliveries ──


def test_one_is_sent_again_and_what_was_sent_is_not(app, as_user, there, box, send, read):
    anran = as_user("anran")
    anran.post(f"/deliveries/{there['delivery']}/resend")
    assert deliveries(app) == [("waiting",)]
    assert send() == 1
    anran.post(f"/deliveries/{there['delivery']}/resend")
    assert "This message was sent." in said(anran.get("/deliveries/"))
    assert deliveries(app) == [("sent",)]


def test_the_auditor_reads_deliveries_and_sends_nothing_again(app, as_user, there):
    page = as_user("xu").get("/deliveries/")
    assert "resend" not in page.text


@pytest.mark.parametrize("scope", ["ticked", "all"])
def test_ticked_ones_or_all_that_match_are_sent_again(app, as_user, box, mailing, send, scope):
    box.refused = {f"{name}@example.cn": "550 no" for name in ("lin", "eve")}
    tell(app, LIN, EVE, ANRAN)
    assert send() == 1
    keys = [key for (key,) in deliveries(app, "id")]
    asked = (
        {"action": "resend", "scope": "all", "filter": ""} if scope == "all" else {"action": "resend", "ids": keys[:2]}
    )
    anran = as_user("anran")
    token = re.search(r'name="asked" value="([^"]+)"', anran.post("/deliveries/bulk", data=asked).text)[1]
    count = 3 if scope == "all" else 2
    answer = anran.post("/deliveries/bulk/run", data={"asked": token, "typed": str(count)})
    assert answer.status_code == 302
    assert deliveries(app) == [("waiting",), ("waiting",), ("sent",)]
    box.refused = {}
    assert send() == 2


@pytest.mark.parametrize(
    ("field", "op", "value"),
    [
        ("channel", "is", "{channel}"), ("kind", "in", ["own_rights"]), ("person", "is", str(LIN.id)),
        ("state", "in", ["given_up"]), ("created_at", "last_days", "1"), ("problem", "empty", None),
    ],
)  # fmt: skip
def test_deliveries_are_found_by_every_field(as_user, there, field, op, value):
    value = value.format(**there) if isinstance(value, str) else value
    condition = {"field": field, "op": op} | ({} if value is None else {"value": value})
    page = as_user("anran").get("/deliveries/", query_string={"filter": json.dumps({"all": [condition]})})
    assert page.status_code == 200
    assert f"/deliveries/{there['delivery']}" in page.text


def test_deliveries_are_exported_with_their_problem(as_user, there):
    answer = as_user("anran").get("/deliveries/export?format=csv")
    assert answer.status_code == 200
    assert "林晓" in answer.data.decode("utf-8-sig")


# ── templates ──

WORDS = {"kind": "own_rights", "family": "email", "language": "en", "subject": "{who}: {title}", "body": "{link}"}


def test_a_template_is_checked_previewed_and_deleted(as_user, read):
    anran = as_user("anran")
    wrong = anran.post("/message-templates/new", data=WORDS | {"subject": "{whom}"})
    assert "There is no {whom} here. There are: {title}、{text}、{who}、{kind}" in said(wrong)
    made = anran.post("/message-templates/new", data=WORDS)
    page = said(anran.get(made.location))
    assert "‹who›: ‹title›" in page
    assert "‹who› changed your roles or department" in page
    twice = anran.post("/message-templates/new", data=WORDS)
    assert "There is a template for this message, way and language already" in said(twice)
    anran.post(f"{made.location}/edit", data={"subject": "neu", "body": "", "revision": "1"})
    key = int(made.location.rsplit("/", 1)[1])
    assert (read(Template, key).subject, read(Template, key).kind) == ("neu", "own_rights")
    assert anran.get(f"{made.location}/history").status_code == 200
    anran.post(f"{made.location}/delete")
    assert read(Template, key) is None


def test_a_robot_may_name_nothing_of_a_record(as_user):
    given = WORDS | {"family": "robot", "subject": "{who}"}
    assert "There is no {who} here. There are: {kind}、{name}、{site}、{link}" in said(
        as_user("anran").post("/message-templates/new", data=given)
    )
