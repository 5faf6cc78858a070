"""Letters between people: who receives, who reads, and that nobody else does."""

import json

import pytest
from sqlalchemy import func, select

from app.base.actor import SYSTEM, acting
from app.base.errors import InvalidFields
from app.base.scope import unscoped
from app.extensions import db
from app.system.letters import queries, rules, services
from app.system.letters.models import Letter, Recipient
from app.system.notifications.models import Message
from app.system.security.models import Employee
from tests.cast import ANRAN, DEPARTMENTS, EVE, GUO, LIN, MEI, PEOPLE, SAM, XU
from tests.factories import a_letter

MISSING = 999
TEXT = {"subject": "周五例会", "body": "改到下午三点。\n请带上本月报表。"}


def sent(**given):
    """Send a letter; return its id."""
    by = given.pop("by", SAM)
    letter = a_letter(by=by, **given)
    with acting(by.actor):
        return letter.id


@pytest.fixture
def letter(once):
    return once(sent, **TEXT, people=(LIN.id, MEI.id))


def went_to(app, key):
    with app.app_context(), unscoped("asked by a test"):
        found = db.session.scalars(select(Recipient).where(Recipient.letter_id == key))
        return {one.employee_id: one.read_at is not None for one in found}


def told(app, person):
    with app.app_context(), acting(SYSTEM):
        mine = Message.recipient_id == person.id, Message.kind == "letter"
        return db.session.scalar(select(func.count()).select_from(Message).where(*mine))


# ── rules ──


@pytest.mark.parametrize("people", [set(), set(range(rules.MOST_RECIPIENTS + 1))])
def test_a_letter_to_nobody_or_too_many_is_refused(app, people):
    with pytest.raises(InvalidFields):
        rules.check_recipients(people)


@pytest.mark.parametrize("body", [None, "", "  \n ", "x" * (rules.LONGEST_BODY + 1)])
def test_a_letter_without_words_or_with_too_many_is_refused(app, body):
    with pytest.raises(InvalidFields):
        rules.check_body(body)


# ── to whom ──


def test_people_are_told_once_each(app, letter):
    assert went_to(app, letter) == {LIN.id: False, MEI.id: False}
    assert [told(app, one) for one in (LIN, MEI, EVE, SAM)] == [1, 1, 0, 0]


def test_a_department_receives_it_with_those_below_and_nobody_twice(app, once):
    key = once(sent, **TEXT, people=(LIN.id, EVE.id), departments=(str(DEPARTMENTS["客服一部"][0]),))
    assert set(went_to(app, key)) == {LIN.id, MEI.id, GUO.id, EVE.id}  # Sam wrote it
    assert told(app, LIN) == 1


def test_a_disabled_account_receives_nothing(app, once):
    with app.app_context(), acting(SYSTEM):
        db.session.get_one(Employee, MEI.id).account.active = False
        db.session.commit()
    assert set(went_to(app, once(sent, **TEXT, people=(LIN.id, MEI.id)))) == {LIN.id}


def test_to_oneself_alone_is_to_nobody(app):
    with app.app_context(), pytest.raises(InvalidFields):
        a_letter(people=(SAM.id,))


# ── who sees it ──


@pytest.mark.parametrize("who", [one for one in PEOPLE if one not in (SAM, LIN, MEI)])
def test_nobody_else_sees_it_whatever_their_role(app, letter, who):
    with app.app_context(), acting(who.actor):
        assert list(db.session.scalars(select(Letter))) == []
        assert list(db.session.scalars(select(Recipient))) == []


@pytest.mark.parametrize(("who", "status"), [("sam", 200), ("lin", 200), ("eve", 404), ("anran", 404), ("xu", 404)])
def test_a_letter_opens_for_those_it_is_between(as_user, letter, who, status):
    assert as_user(who).get(f"/letters/{letter}").status_code == status


def test_the_list_shows_ones_own_and_marks_what_is_unread(as_user, letter):
    lin = as_user("lin")
    page = lin.get("/letters/").text
    assert "周五例会" in page
    assert "Unread" in page.split("<tbody")[1]
    lin.get(f"/letters/{letter}")
    assert "Unread" not in lin.get("/letters/").text.split("<tbody")[1]
    assert "周五例会" not in as_user("eve").get("/letters/").text


def test_looking_at_it_is_reading_it_and_the_sender_sees_that(app, as_user, letter):
    as_user("lin").get(f"/letters/{letter}")
    assert went_to(app, letter) == {LIN.id: True, MEI.id: False}
    page = as_user("sam").get(f"/letters/{letter}").text
    assert "Read by: 林晓" in page
    assert "Not read yet: 梅芳" in page


# ── answering ──


def test_an_answer_goes_to_the_sender_and_stands_in_the_conversation(app, as_user, letter):
    answer = as_user("lin").post(f"/letters/{letter}/reply", data={"body": "收到，报表已备好。"})
    assert answer.status_code == 302
    assert told(app, SAM) == 1
    assert told(app, MEI) == 1  # of the first letter alone
    assert "收到，报表已备好。" in as_user("sam").get(f"/letters/{letter}").text
    assert "收到，报表已备好。" not in as_user("mei").get(f"/letters/{letter}").text


def test_an_answer_to_all_goes_to_all(app, as_user, letter):
    as_user("lin").post(f"/letters/{letter}/reply", data={"body": "三点我有拜访。", "to_all": "1"})
    assert [told(app, one) for one in (SAM, MEI, LIN)] == [1, 2, 1]
    assert "三点我有拜访。" in as_user("mei").get(f"/letters/{letter}").text


def test_whoever_wrote_it_writes_to_the_others_again(app, as_user, letter):
    as_user("sam").post(f"/letters/{letter}/reply", data={"body": "地点：三楼。"})
    assert [told(app, one) for one in (LIN, MEI)] == [2, 2]


@pytest.mark.parametrize("body", ["", " ", "x" * (rules.LONGEST_BODY + 1)])
def test_a_refused_answer_keeps_what_was_typed(as_user, letter, body):
    answer = as_user("lin").post(f"/letters/{letter}/reply", data={"body": body})
    assert answer.status_code == 422
    assert body.strip() in answer.text


def test_an_answer_reaches_who_has_put_the_letter_away(app, as_user, letter):
    as_user("mei").post(f"/letters/{letter}/put-away")
    as_user("lin").post(f"/letters/{letter}/reply", data={"body": "好。", "to_all": "1"})
    assert told(app, MEI) == 2


# ── putting away ──


@pytest.mark.parametrize(("who", "other"), [("lin", "sam"), ("sam", "lin")])
def test_what_one_puts_away_others_keep(as_user, letter, who, other):
    as_user(who).post(f"/letters/{letter}/put-away")
    assert as_user(who).get(f"/letters/{letter}").status_code == 404
    assert as_user(other).get(f"/letters/{letter}").status_code == 200


# ── gates ──


@pytest.mark.parametrize("verb", ["reply", "put-away"])
def test_a_button_asks_for_its_permission(as_user, letter, verb):
    assert as_user("bai").post(f"/letters/{letter}/{verb}").status_code == 403


@pytest.mark.parametrize("verb", ["reply", "put-away"])
@pytest.mark.parametrize("who", ["eve", "anran"])
def test_a_button_of_somebody_elses_letter_is_not_found(as_user, letter, verb, who):
    assert as_user(who).post(f"/letters/{letter}/{verb}", data={"body": "x"}).status_code == 404
    assert as_user(who).post(f"/letters/{MISSING}/{verb}", data={"body": "x"}).status_code == 404


def test_a_letter_is_written_by_form(app, as_user):
    data = TEXT | {"people": [str(LIN.id), str(EVE.id)], "departments": ""}
    answer = as_user("sam").post("/letters/new", data=data)
    assert answer.status_code == 302
    assert "请带上本月报表。" in as_user("eve").get(answer.location).text


@pytest.mark.parametrize(
    "given",
    [{"people": ""}, {"people": "99999"}, {"people": "abc"}, {"departments": "777"}, {"subject": ""}, {"body": ""}],
)
def test_bad_input_is_answered_with_a_sentence_and_kept(as_user, given):
    answer = as_user("sam").post("/letters/new", data=TEXT | {"people": str(LIN.id)} | given)
    assert answer.status_code == 422
    assert TEXT["subject"] in answer.text or "subject" in given


def test_one_may_filter_by_recipient_and_by_what_is_unread(as_user, letter):
    lin = as_user("lin")
    unread = json.dumps({"all": [{"field": "is_read", "op": "not_true"}]})
    to_mei, to_eve = (
        json.dumps({"all": [{"field": "recipient", "op": "is", "value": str(one.id)}]}) for one in (MEI, EVE)
    )
    assert "周五例会" in lin.get("/letters/", query_string={"filter": unread}).text
    assert "周五例会" in lin.get("/letters/", query_string={"filter": to_mei}).text
    assert "周五例会" not in lin.get("/letters/", query_string={"filter": to_eve}).text


def test_a_conversation_is_read_in_order(app, as_user, letter):
    as_user("lin").post(f"/letters/{letter}/reply", data={"body": "甲"})
    as_user("sam").post(f"/letters/{letter}/reply", data={"body": "乙"})
    with app.app_context(), acting(SAM.actor):
        first = db.session.get_one(Letter, letter)
        assert [one.body[:1] for one in queries.conversation(first)] == ["改", "甲", "乙"]


def test_the_auditor_reads_letters_and_writes_none(as_user, once):
    key = once(sent, **TEXT, people=(XU.id,), by=ANRAN)
    xu = as_user("xu")
    assert "Your answer" not in xu.get(f"/letters/{key}").text
    assert xu.post(f"/letters/{key}/reply", data={"body": "已阅。"}).status_code == 403


def test_services_read_only_ones_own(app, letter):
    with app.app_context(), acting(EVE.actor) as eve:
        services.read([letter], actor=eve)
    assert went_to(app, letter) == {LIN.id: False, MEI.id: False}
