"""Two clerks at once: with one line, with one fee, with one file; and a fee that changes while it is matched.

Each on both databases, and with the guard taken out: then both succeed, or the loser is an error and no refusal.
"""

import threading
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.base.actor import SYSTEM, acting
from app.base.errors import DomainError
from app.base.i18n import speaking
from app.crm.fees import services as fees
from app.crm.fees.models import Fee
from app.crm.reconciliation import queries, services
from app.crm.reconciliation.models import Line, Match, Statement
from app.crm.reconciliation.services import confirming, importing
from app.extensions import db
from tests.cast import ANRAN, LIN, QIAN
from tests.crm.reconciliation.files import BANKS, OWN, as_csv
from tests.crm.reconciliation.steps import a_line, a_paid_fee, booked, matches, now, upload

JIAHE = "新乡市佳禾食品商贸有限公司"
ROUNDS = 6


def at_once(app, *verbs):
    """Let verbs of people (person, verb) meet; return what each was told."""
    told, ready = [], threading.Barrier(len(verbs))

    def act(person, verb):
        with app.app_context(), acting(person.actor) as actor:
            db.session.rollback()
            ready.wait(20)
            try:
                verb(actor)
                told.append("done")
            except DomainError as refusal:
                with speaking("en"):
                    told.append(str(refusal))
            except Exception as error:  # noqa: BLE001 - a thread's failure is the test's
                told.append(type(error).__name__)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=act, args=one) for one in verbs]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    return told


def confirming_(line_id, parts):
    return lambda actor: services.confirm(queries.by_id(line_id), parts, actor=actor)


def begin(app, name):
    with app.app_context():
        fee, other = a_paid_fee(name), a_paid_fee(f"{name}分号", "12800")
        lines = [a_line("12800", "王陌生"), a_line("12800", "李陌生")]
        found = fee.id, other.id, [line.id for line in lines]
        db.session.remove()
    return found


def test_two_clerks_confirm_one_line_with_two_fees(app):
    for number in range(ROUNDS):
        fee, other, (line, _second) = begin(app, f"佳禾{number}商贸有限公司")
        told = at_once(
            app,
            (QIAN, confirming_(line, {fee: Decimal(12800)})),
            (ANRAN, confirming_(line, {other: Decimal(12800)})),
        )
        assert sorted(told) == ["This bank line is matched already. Take the match back first.", "done"]
        with app.app_context():
            assert len(matches(now(line))) == 1


def test_one_fee_is_confirmed_with_two_lines(app):
    for number in range(ROUNDS):
        fee, _other, lines = begin(app, f"佳禾{number}商贸有限公司")
        told = at_once(
            app,
            *[(who, confirming_(key, {fee: Decimal(12800)})) for who, key in zip((QIAN, ANRAN), lines, strict=False)],
        )
        assert "done" in told
        assert next(one for one in told if one != "done").endswith("is matched to another bank line already.")
        with app.app_context(), acting(SYSTEM):
            total = db.session.scalar(select(func.sum(Match.amount)).where(Match.fee_id == fee))
            assert total == Decimal(12800)


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize("is_locked", [True, False])
def test_only_the_lock_on_the_fee_keeps_its_money_single(monkeypatch, is_locked, database):
    """What another clerk did between the look at the fee and the yes: the stale look is what no lock would give."""
    assert database
    fee, first, second = a_paid_fee(), a_line("12800", "王陌生"), a_line("12800", "李陌生")
    stale = dict(queries.open_of([fee.id]))
    db.session.rollback()
    with acting(QIAN.actor) as actor:
        services.confirm(first, {fee.id: Decimal(12800)}, actor=actor)
        if not is_locked:
            monkeypatch.setattr(confirming.queries, "open_of", lambda _ids: stale)
        if is_locked:
            with pytest.raises(DomainError, match="another bank line"):
                services.confirm(now(second), {fee.id: Decimal(12800)}, actor=actor)
        else:
            services.confirm(now(second), {fee.id: Decimal(12800)}, actor=actor)
    with acting(SYSTEM):
        total = db.session.scalar(select(func.sum(Match.amount)).where(Match.fee_id == fee.id))
    assert total == (Decimal(12800) if is_locked else Decimal(25600))


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize("is_locked", [True, False])
def test_only_looking_again_keeps_a_line_single(monkeypatch, is_locked, database):
    assert database
    fee, other, line = a_paid_fee(), a_paid_fee("洛阳恒泰精密机械有限公司"), a_line("12800", "王陌生")
    with acting(QIAN.actor) as actor:
        services.confirm(line, {fee.id: Decimal(12800)}, actor=actor)
        if not is_locked:
            monkeypatch.setattr(confirming.rules, "state_after", lambda _state, _verb: "matched")
            monkeypatch.setattr(confirming.queries, "matches_of", lambda _key: [])
        if is_locked:
            with pytest.raises(DomainError, match="matched already"):
                services.confirm(now(line), {other.id: Decimal(12800)}, actor=actor)
        else:
            services.confirm(now(line), {other.id: Decimal(12800)}, actor=actor)
    assert len(matches(now(line))) == (1 if is_locked else 2)


def test_a_fee_that_is_changed_while_it_is_matched_is_looked_at_again(app):
    for number in range(ROUNDS):
        fee, _other, (line, _second) = begin(app, f"佳禾{number}商贸有限公司")

        def change(actor, fee=fee):
            record = db.session.get_one(Fee, fee)
            fees.change(record, {"amount": Decimal(9000)}, actor=actor, revision=record.revision)

        told = at_once(app, (QIAN, confirming_(line, {fee: Decimal(12800)})), (LIN, change))
        with app.app_context():
            state = now(line).state
            assert (state, told.count("done")) in {("again", 2), ("unmatched", 1)}, told
            db.session.remove()


def both_import(app, number):
    bookings = [booked(f"{100 + place}", f"{JIAHE}{place}") for place in range(40)]
    content = as_csv(BANKS["ccb"](bookings))
    account = f"{int(OWN) + number}"
    with app.app_context():
        statements = [upload(content).id, upload(content).id]
        db.session.remove()

    def bring_in(key):
        def act(actor):
            statement = db.session.get_one(Statement, key)
            mapping = services.columns_of(statement)
            services.bring_in(statement, mapping=mapping, account=account, bank="ccb", actor=actor)

        return act

    told = at_once(app, (QIAN, bring_in(statements[0])), (ANRAN, bring_in(statements[1])))
    with app.app_context(), acting(SYSTEM):
        count = db.session.scalar(select(func.count(Line.id)).where(Line.statement_id.in_(statements)))
        db.session.remove()
    return told, count


def test_the_same_file_at_once_makes_its_lines_once(app):
    for number in range(ROUNDS):
        told, count = both_import(app, number)
        assert (told, count) == (["done", "done"], 40)


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize("is_held", [True, False])
def test_only_holding_the_account_lets_the_second_import_see_the_first(monkeypatch, is_held, database):
    """Without holding the account, what is known is read before the other import is there: its key refuses the rest."""
    assert database
    content = as_csv(BANKS["ccb"]([booked("100", JIAHE)]))
    first, second = upload(content), upload(content)
    with acting(QIAN.actor) as actor:
        mapping = services.columns_of(first)
        services.bring_in(first, mapping=mapping, account=OWN, bank="ccb", actor=actor)
        if not is_held:
            monkeypatch.setattr(importing.queries, "known_fingerprints", lambda _account, _prints: set())
            with pytest.raises(IntegrityError):
                services.bring_in(second, mapping=mapping, account=OWN, bank="ccb", actor=actor)
            return
        services.bring_in(second, mapping=mapping, account=OWN, bank="ccb", actor=actor)
    assert (second.line_count, second.known_count) == (0, 1)
