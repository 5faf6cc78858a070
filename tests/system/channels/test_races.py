"""Two senders, a dead one, a clock put back: every letter leaves, and nothing but a death makes a copy."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.base import clock, public
from app.base.actor import SYSTEM, acting
from app.base.errors import WrongState
from app.base.i18n import speaking
from app.extensions import db
from app.system.channels import queries, services
from app.system.channels.models import Delivery
from app.system.channels.services import keeping, posts, sending
from app.system.channels.services.sending import take
from app.system.channels.services.wire import Limits, Undelivered
from tests.cast import EVE, LIN, MEI, PEOPLE
from tests.system.channels.servers import HOST
from tests.system.channels.steps import a_channel, deliveries, read, tell

ROWS = Delivery.__table__
LIMITS = Limits((HOST,), 15.0)


def together(app, work, count=4):
    """Run ``work`` in several threads that begin at once; return what each returned."""
    ready, found = threading.Barrier(count), []

    def run():
        with app.app_context(), acting(SYSTEM):
            ready.wait(10)
            found.append(work())
            db.session.remove()

    threads = [threading.Thread(target=run) for _number in range(count)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    return found


def a_round():
    """Send as a process of its own does: past the lock that lets one thread of a process send."""
    return sending._Round(public.house(), LIMITS, 20).run()


def ids(box):
    return Counter(read(one)["Message-ID"] for one in box.mails)


def test_of_several_senders_one_takes_each_letter(app, box, mailing):
    for _time in range(3):
        tell(app, *PEOPLE)
    sent = together(app, a_round)
    assert sum(sent) == 3 * len(PEOPLE)
    assert ids(box) == Counter(one for (one,) in deliveries(app, "mail_id"))


def test_without_the_state_in_the_condition_letters_would_leave_twice(app, box, mailing, monkeypatch):
    tell(app, *PEOPLE)
    monkeypatch.setattr(queries, "is_due", lambda _now, _channels: ROWS.c.state.in_(["waiting", "sending"]))
    together(app, a_round)
    assert max(ids(box).values()) > 1


def test_a_letter_is_taken_once_and_again_only_when_its_lease_is_over(app, mailing, monkeypatch):
    tell(app, LIN)
    with app.app_context(), acting(SYSTEM):
        first = take(lease_seconds=60)
        assert first.attempt == 1
        assert take(lease_seconds=60) is None
        now = clock.now()
        monkeypatch.setattr(clock, "now", lambda: now + timedelta(seconds=61))
        second = take(lease_seconds=60)
        assert second.attempt == 2
        assert sending.arrived(first, "late") is False  # the fence: it is in other hands
        assert sending.failed(first, Undelivered("late")) is False
        assert sending.arrived(second, "250") is True
        db.session.remove()
    assert deliveries(app, "state", "answer", "tries") == [("sent", "250", 2)]


def test_without_the_fence_the_dead_would_speak(app, mailing, monkeypatch):
    tell(app, LIN)
    with app.app_context(), acting(SYSTEM):
        first = take(lease_seconds=-1)
        second = take(lease_seconds=60)
        monkeypatch.setattr(sending, "_mine", lambda taken: ROWS.c.letter == taken.letter)
        assert sending.failed(first, Undelivered("late")) is True
        assert second is not None
        db.session.remove()
    assert deliveries(app) == [("failed",)]


def test_what_was_resent_meanwhile_is_not_the_former_senders(app, mailing):
    tell(app, LIN)
    with app.app_context(), acting(SYSTEM):
        first = take(lease_seconds=-1)
        second = take(lease_seconds=60)
        sending.failed(second, Undelivered("no", is_final=True))
        sending_again(app)
        third = take(lease_seconds=60)
        assert third.attempt == 1 == first.attempt
        assert sending.arrived(first, "late") is False
        assert sending.arrived(third, "250") is True
        db.session.remove()


def sending_again(app):
    services.resend(db.session.scalar(select(Delivery)), actor=SYSTEM)


class DeathError(Exception):
    """The worker is gone."""


@pytest.mark.parametrize("copies", [1, 2])
def test_a_killed_sender_costs_nothing_and_a_copy_only_after_the_servers_yes(
    app, box, mailing, send, monkeypatch, copies
):
    """Died before the server's 250: one mail. Died between it and the commit: two of the same Message-ID."""
    tell(app, LIN)

    def died(*_given, **_more):
        raise DeathError

    with monkeypatch.context() as dying:
        dying.setattr(posts.Mail, "send", died) if copies == 1 else dying.setattr(sending, "arrived", died)
        dying.setattr(sending, "failed", died)
        with pytest.raises(DeathError):
            send()
    assert deliveries(app, "state", "tries") == [("sending", 1)]
    assert send() == 0  # its lease is not over
    with app.app_context(), acting(SYSTEM):
        db.session.execute(update(ROWS).values(lease_until=clock.now() - timedelta(seconds=1)))
        db.session.commit()
    assert send() == 1
    assert list(ids(box).values()) == [copies]
    assert deliveries(app, "state", "tries") == [("sent", 2)]


def test_with_the_clock_an_hour_back_nothing_new_waits_and_nothing_leaves_twice(app, box, mailing, send, monkeypatch):
    tell(app, LIN)
    with app.app_context(), acting(SYSTEM):
        taken = take(lease_seconds=60)
        db.session.remove()
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now - timedelta(hours=1))
    tell(app, EVE)
    assert send() == 1  # Eve's; Lin's is in somebody's hands
    assert send() == 0
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=2))
    assert send() == 1
    assert taken.attempt == 1
    assert max(ids(box).values()) == 1


def test_a_retry_that_waits_survives_a_clock_put_back(app, box, mailing, send, monkeypatch):
    box.answers = ["451 try later"]
    tell(app, LIN)
    assert send() == 0
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now - timedelta(hours=1))
    assert send() == 0
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=2))
    assert send() == 1


def test_of_two_who_gather_a_digest_one_makes_the_letter(app, box, mailing, send):
    for _time in range(5):
        tell(app, MEI)
    with app.app_context(), acting(SYSTEM):
        db.session.execute(update(ROWS).values(letter=None, gather=f"digest:{MEI.id}"))
        db.session.commit()
    together(app, a_round)
    assert len(box.mails) == 1
    assert len({letter for (letter,) in deliveries(app, "letter")}) == 1


def test_two_who_resend_the_same_make_one_letter(app, box, mailing, send):
    tell(app, LIN)
    with app.app_context(), acting(SYSTEM):
        db.session.execute(update(ROWS).values(state="given_up"))
        db.session.commit()

    [(key,)] = deliveries(app, "id")

    def again():
        return len(services.resend_many([key], {}, SYSTEM).changed)

    assert sum(together(app, again)) == 1
    assert send() == 1
    assert len(box.mails) == 1


def test_a_letter_whose_senders_keep_dying_is_left_alone(app, box, mailing, send):
    tell(app, LIN)
    with app.app_context(), acting(SYSTEM):
        db.session.execute(update(ROWS).values(state="sending", tries=30, lease_until=clock.now() - timedelta(hours=1)))
        db.session.commit()
    assert send() == 0
    [(state, problem)] = deliveries(app, "state", "problem")
    assert (state, "30 times" in str(problem)) == ("given_up", True)


def test_one_thread_of_a_process_sends_and_hears_of_what_came_meanwhile(app, box, mailing, send):
    tell(app, *PEOPLE)
    sent = together(app, send, count=3)
    assert sum(sent) == len(PEOPLE)
    assert max(ids(box).values()) == 1


def switched_on(app, keys):
    """Switch channels on at the same moment, one thread each; return how many were."""
    waiting, refused = list(keys), []

    def on():
        channel = queries.by_id(waiting.pop())
        try:
            services.switch_on(channel, actor=SYSTEM)
        except WrongState as refusal:
            db.session.rollback()
            with speaking("en"):
                refused.append(str(refusal))

    together(app, on, count=len(keys))
    assert all("everything would arrive twice" in one for one in refused)
    return len(keys) - len(refused)


def test_of_two_mail_channels_switched_on_at_the_same_moment_one_is(app):
    keys = [a_channel(app, name=f"邮箱{number}", is_on=False) for number in range(3)]
    assert switched_on(app, keys) == 1


@pytest.mark.one_database("postgresql")
def test_without_the_lock_of_all_channels_both_would_be(app, monkeypatch):
    keys = [a_channel(app, name=f"邮箱{number}", is_on=False) for number in range(2)]
    ready = threading.Barrier(2)
    counted = queries.others_on

    def both_have_counted(channel):
        found = counted(channel)
        ready.wait(10)
        return found

    monkeypatch.setattr(queries, "others_on", both_have_counted)
    monkeypatch.setattr(keeping, "raise_stamp", lambda _stamp: None)
    assert switched_on(app, keys) == 2
