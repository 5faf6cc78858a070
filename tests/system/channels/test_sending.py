"""From the inbox to the mail server: who gets what, in which words, and what becomes of what does not arrive."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.base import clock, inbox
from app.base.actor import SYSTEM, acting
from app.base.errors import DomainError
from app.base.inbox import Place
from app.base.stamps import raise_stamp
from app.base.transaction import transaction
from app.crm.customers import services as customers
from app.crm.customers.models import Customer
from app.extensions import db
from app.system.channels import services
from app.system.channels.models import Channel, Delivery
from app.system.channels.services import sending
from app.system.notifications import services as notifications
from app.system.notifications.models import Message
from app.system.preferences import services as preferences
from app.system.security.models import Employee
from tests.cast import ANRAN, EVE, LIN, MEI, PEOPLE
from tests.factories import a_customer
from tests.system.channels.steps import a_channel, deliveries, now_at, read, tell


def subjects(box):
    return [read(one)["Subject"] for one in box.mails]


def wish(app, person, **values):
    with app.app_context(), acting(person.actor) as actor:
        preferences.keep(values, actor=actor)
        db.session.remove()


def speak(app, person, language):
    with app.app_context(), acting(SYSTEM):
        db.session.get(Employee, person.id).language = language
        db.session.commit()


# ── what leaves ──


def test_what_is_told_leaves_by_mail_with_the_message_id_it_was_given(app, box, mailing, send):
    tell(app, LIN, EVE)
    assert deliveries(app, "person_id", "state", "tries") == [(LIN.id, "waiting", 0), (EVE.id, "waiting", 0)]
    assert send() == 2
    assert deliveries(app, "state", "answer") == [("sent", "250 queued as 1"), ("sent", "250 queued as 2")]
    mails = [read(one) for one in box.mails]
    assert [one["To"].addresses[0].addr_spec for one in mails] == ["lin@example.cn", "eve@example.cn"]
    assert [one["Message-ID"] for one in mails] == [one for (one,) in deliveries(app, "mail_id")]
    assert send() == 0


def test_without_a_channel_there_is_the_inbox_alone_and_one_question_who_has_muted_it(app, statements):
    tell(app, LIN)
    with statements() as seen:
        tell(app, LIN, EVE)
    assert not [one for one in seen if "channels_" in one]
    assert len([one for one in seen if "preferences_choice" in one]) == 1
    assert deliveries(app) == []


def test_a_channel_that_is_switched_off_carries_nothing(app):
    a_channel(app, is_on=False)
    tell(app, LIN)
    assert deliveries(app) == []


def test_what_is_refused_is_sent_to_nobody(app, mailing):
    @transaction
    def refused():
        notifications.tell([LIN.id], "own_rights", actor=ANRAN.actor)
        raise DomainError("no")

    with app.app_context(), acting(SYSTEM), pytest.raises(DomainError):
        refused()
    assert deliveries(app) == []


def test_the_same_key_leaves_once(app, mailing):
    for _time in range(2):
        tell(app, LIN, key="run-7")
    assert len(deliveries(app)) == 1


def test_many_are_told_in_a_handful_of_statements(app, mailing, statements):
    tell(app, LIN)
    with statements() as seen:
        tell(app, *PEOPLE)
    written = [one for one in seen if one.startswith("INSERT")]
    assert len([one for one in written if "channels_delivery" in one]) == 1
    assert len([one for one in seen if "preferences_choice" in one]) <= 2
    assert len(deliveries(app)) == 1 + len(PEOPLE)


# ── in which words ──


@pytest.mark.parametrize(
    ("language", "subject"),
    [("en", "System changed your roles or department"), ("zh_Hans", "系统调整了您的角色或部门")],
)
def test_each_is_written_to_in_their_language(app, box, mailing, send, language, subject):
    speak(app, LIN, language)
    tell(app, LIN)
    send()
    assert subjects(box) == [subject]


def test_a_record_is_named_and_led_to_while_its_recipient_sees_it(app, box, mailing, send, saved):
    key = saved(a_customer, name="晨光公司")
    speak(app, EVE, "en")
    share(app, key)
    send()
    [mail] = [read(one) for one in box.mails]
    assert mail["Subject"] == "林晓 shared the customer “晨光公司” with you"
    for part in ("plain", "html"):
        assert f"/customers/{key}" in mail.get_body((part,)).get_content()


def test_what_the_recipient_may_no_longer_see_is_not_named_in_the_mail(app, box, mailing, send, saved):
    """It was shared and unshared before the mail left: the scope of the moment of sending counts."""
    key = saved(a_customer, name="晨光公司")
    speak(app, EVE, "en")
    share(app, key)
    with app.app_context(), acting(SYSTEM):
        customers.unshare(db.session.get(Customer, key), employee_id=EVE.id, actor=LIN.actor)
        db.session.remove()
    send()
    [mail] = [read(one) for one in box.mails]
    whole = "".join([mail["Subject"], *[mail.get_body((part,)).get_content() for part in ("plain", "html")]])
    assert "晨光公司" not in whole
    assert f"/customers/{key}" not in whole
    assert "a record you cannot see now" in whole


def test_the_worker_itself_would_name_it(app, box, mailing, send, saved, monkeypatch):
    """The guard is the recipient's scope: as the system, which sees everything, the name would be told."""
    key = saved(a_customer, name="晨光公司")
    share(app, key)
    with app.app_context(), acting(SYSTEM):
        customers.unshare(db.session.get(Customer, key), employee_id=EVE.id, actor=LIN.actor)
        db.session.remove()
    monkeypatch.setattr("app.system.channels.services.writing.acting", lambda _actor: acting(SYSTEM))
    send()
    assert "晨光公司" in subjects(box)[0]


def share(app, key):
    with app.app_context(), acting(LIN.actor) as actor:
        record = db.session.scalar(select(Customer).where(Customer.id == key))
        customers.share(record, employee_id=EVE.id, can_write=False, until_on=None, actor=actor)
        db.session.remove()


def test_own_words_take_the_place_of_the_usual_ones(app, box, mailing, send):
    speak(app, LIN, "en")
    words = {"kind": "own_rights", "family": "email", "language": "en", "subject": "{name}, look: {title}"}
    with app.app_context(), acting(SYSTEM):
        services.create_template(words | {"body": "{who} did it.\n{link}"}, actor=SYSTEM)
        db.session.remove()
    tell(app, LIN, MEI, link=Place("SignInView.profile"))
    send()
    assert subjects(box) == ["林晓, look: System changed your roles or department", "系统调整了您的角色或部门"]
    plain = read(box.mails[0]).get_body(("plain",)).get_content()
    assert plain.startswith("林晓, look: System changed your roles or department\nSystem did it.\nhttp")
    assert "/me/\n" in plain


def test_what_somebody_typed_puts_nothing_into_the_head_or_the_page(app, box, mailing, send, monkeypatch):
    monkeypatch.setitem(inbox.kinds, "test", inbox.Kind("Test", "bell", "%(typed)s", "%(typed)s"))
    tell(app, LIN, kind="test", params={"typed": "x\r\nBcc: all@example.cn\r\n\r\n<script>alert(1)</script>{name}"})
    send()
    mail = read(box.mails[0])
    assert mail["Bcc"] is None
    assert mail["Subject"] == "x Bcc: all@example.cn <script>alert(1)</script>{name}"
    assert "<script>" not in mail.get_body(("html",)).get_content()


# ── when ──


def test_in_quiet_hours_mail_waits_until_their_end_but_for_the_urgent(app, box, mailing, send, monkeypatch):
    wish(app, LIN, quiet_hours="22:00-07:30")
    now_at(monkeypatch, "2026-11-26 23:10")
    tell(app, LIN, key="a")
    tell(app, LIN, key="b", urgent=True)
    assert send() == 1
    assert deliveries(app, "is_urgent", "state") == [(False, "waiting"), (True, "sent")]
    now_at(monkeypatch, "2026-11-27 07:29")
    assert send() == 0
    now_at(monkeypatch, "2026-11-27 07:30")
    assert send() == 1


def test_an_urgent_kind_needs_no_word_from_who_tells(app, mailing, monkeypatch):
    monkeypatch.setitem(inbox.kinds, "test", inbox.Kind("Test", "bell", "Test", is_urgent=True))
    tell(app, LIN, kind="test")
    tell(app, LIN, kind="test", urgent=False)
    assert deliveries(app, "is_urgent") == [(True,), (False,)]


def test_one_mail_a_day_gathers_what_waited(app, box, mailing, send, monkeypatch):
    speak(app, LIN, "en")
    wish(app, LIN, digest_at="17:30")
    now_at(monkeypatch, "2026-11-26 09:00")
    for number in range(3):
        tell(app, LIN, key=f"{number}")
    assert send() == 0
    now_at(monkeypatch, "2026-11-26 17:30")
    tell(app, LIN, key="tomorrow")
    assert send() == 1
    [mail] = [read(one) for one in box.mails]
    assert mail["Subject"] == "知客: 3 messages"
    assert mail.get_body(("plain",)).get_content().count("changed your roles") == 3
    assert mail["Message-ID"] == deliveries(app, "mail_id")[0][0]
    assert deliveries(app) == [("sent",)] * 3 + [("waiting",)]


def test_a_digest_that_failed_keeps_its_letters_and_its_message_id(app, box, mailing, send, monkeypatch):
    wish(app, LIN, digest_at="17:30")
    now_at(monkeypatch, "2026-11-26 09:00")
    tell(app, LIN, key="1")
    now_at(monkeypatch, "2026-11-26 17:30")
    box.answers = ["451 later"]
    assert send() == 0
    now_at(monkeypatch, "2026-11-26 10:00")
    tell(app, LIN, key="2")  # due at half past five too, and no part of the letter that was tried
    now_at(monkeypatch, "2026-11-26 17:32")
    assert send() == 2
    assert [read(one)["Message-ID"] for one in box.mails] == [one for (one,) in deliveries(app, "mail_id")]


# ── to whom not ──


def test_who_does_not_want_a_kind_by_mail_gets_none(app, mailing):
    wish(app, LIN, notify=["-email:own_rights"])
    tell(app, LIN, EVE)
    assert deliveries(app, "person_id") == [(EVE.id,)]


def test_who_wants_one_that_is_not_usual_gets_it(app, box):
    a_channel(app, port=box.port, usual="chosen")
    wish(app, LIN, notify=["+email:own_rights"])
    tell(app, LIN, EVE)
    assert deliveries(app, "person_id") == [(LIN.id,)]


def test_a_channel_carries_only_the_kinds_it_is_for(app, box):
    a_channel(app, port=box.port, kinds=("role_rights",))
    tell(app, LIN)
    tell(app, LIN, kind="role_rights", params={"role": "agent"})
    assert deliveries(app, "kind") == [("role_rights",)]


def test_a_muted_kind_stands_in_the_inbox_and_rings_no_bell(app, as_user):
    wish(app, LIN, notify=["-inbox:role_rights"])
    tell(app, LIN, kind="role_rights", params={"role": "agent"})
    tell(app, EVE, kind="role_rights", params={"role": "agent"})
    with app.app_context(), acting(SYSTEM):
        unread = db.session.scalars(select(Message.recipient_id).where(Message.read_at.is_(None))).all()
        assert unread == [EVE.id]
        assert db.session.scalar(select(func.count(Message.id))) == 2


def test_an_account_that_was_disabled_gets_nothing_more(app, mailing, send):
    tell(app, LIN)
    with app.app_context(), acting(SYSTEM):
        db.session.get(Employee, LIN.id).account.active = False
        raise_stamp("security")
        db.session.commit()
    assert send() == 0
    [(state, problem)] = deliveries(app, "state", "problem")
    assert (state, str(problem)) == ("given_up", "The account was disabled.")


# ── what does not arrive ──


def test_a_server_that_is_busy_is_tried_again_later(app, box, mailing, send, monkeypatch):
    box.answers = ["451 4.3.2 busy"]
    tell(app, LIN)
    assert send() == 0
    [(state, problem, tries)] = deliveries(app, "state", "problem", "tries")
    assert (state, tries) == ("failed", 1)
    assert "The mail server refuses the mail: 451 4.3.2 busy" in str(problem)
    assert send() == 0
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=1, seconds=1))
    assert send() == 1
    assert deliveries(app, "state", "problem", "tries") == [("sent", None, 2)]


def test_an_address_that_is_not_there_is_given_up_at_once_and_others_go_on(app, box, mailing, send):
    box.refused = {"lin@example.cn": "550 5.1.1 no such mailbox"}
    tell(app, LIN, EVE)
    assert send() == 1
    states = deliveries(app, "state", "problem")
    assert [one for one, _problem in states] == ["given_up", "sent"]
    assert "takes nothing for lin@example.cn: 550 5.1.1 no such mailbox" in str(states[0][1])


def test_a_server_that_is_away_for_days_is_given_up_in_the_end(app, mailing, box, send, monkeypatch):
    monkeypatch.setattr("app.system.channels.services.mail.Mail.send", refuse)
    tell(app, LIN)
    begun = clock.now()
    for minutes in range(0, 80 * 60, 20):
        monkeypatch.setattr(clock, "now", lambda minutes=minutes: begun + timedelta(minutes=minutes))
        send()
    [(state, tries, problem)] = deliveries(app, "state", "tries", "problem")
    assert (state, tries, str(problem)) == ("given_up", 12, "away")


def refuse(*_given):
    raise services.Undelivered("away")


def test_a_failure_of_ours_holds_up_nothing_else(app, box, mailing, send, monkeypatch, caplog):
    kept = sending.written

    def broken(account, people, *given, **more):
        if people == (LIN.id,):
            raise RuntimeError("broken")
        return kept(account, people, *given, **more)

    monkeypatch.setattr(sending, "written", broken)
    tell(app, LIN, EVE)
    assert send() == 1
    assert [one for (one,) in deliveries(app)] == ["failed", "sent"]
    assert "letter failed" in caplog.text


def test_what_waits_for_a_channel_stays_while_it_is_off(app, box, mailing, send):
    tell(app, LIN)
    switch(app, mailing, "switch_off")
    assert send() == 0
    switch(app, mailing, "switch_on")
    assert send() == 1


def switch(app, key, verb):
    with app.app_context(), acting(SYSTEM):
        getattr(services, verb)(db.session.get(Channel, key), actor=SYSTEM)
        db.session.remove()


@pytest.mark.usefixtures("mailing")
@pytest.mark.parametrize(("days", "left"), [(89, 1), (91, 0)])
def test_what_ended_three_months_ago_is_removed(app, box, send, monkeypatch, days, left):
    tell(app, LIN, EVE)
    box.refused = {"lin@example.cn": "550 no"}
    send()
    tell(app, MEI)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=days))
    with app.app_context(), acting(SYSTEM):
        assert services.sweep() == (0 if left else 2)
        assert db.session.scalar(select(func.count(Delivery.id))) == 1 + 2 * left
