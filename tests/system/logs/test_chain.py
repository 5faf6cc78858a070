"""The chain: what was altered, removed, moved or cut off is found and named; erasing and pruning leave it whole."""

from datetime import date, datetime

import pytest
from sqlalchemy import text

from app.base import logbook
from app.base.actor import SYSTEM, acting
from app.base.errors import Invalid, WrongState
from app.base.logbook import Kind
from app.extensions import db
from app.system.logs import queries, rules, services
from app.system.logs.models import Entry
from app.system.logs.rules import Reason
from tests.cast import ANRAN

KEY = "seals the log of the tests, and long enough"


@pytest.fixture
def chain(in_app):
    """Five more entries, sealed; the numbers of their seals."""
    with acting(SYSTEM):
        services.seal(key=KEY)
        start = queries.head().number
        for number in range(5):
            logbook.note(Kind.SETTINGS_CHANGED, title=f"第{number}条", actor=ANRAN.actor)
        assert services.seal(key=KEY) == 5
        yield range(start + 1, start + 6)


def verdict():
    found = services.verify(key=KEY)
    return found.number, found.reason


def forge(statement, **given):
    """Do what somebody with the password of the database would."""
    db.session.rollback()
    done = db.session.execute(text(statement), given)
    db.session.commit()
    db.session.expire_all()
    assert done.rowcount >= 1


def test_an_untouched_chain_is_whole(chain):
    assert verdict() == (chain[-1], None)
    assert services.seal(key=KEY) == 0


@pytest.mark.parametrize(
    ("column", "value"),
    [("title", "别的"), ("person_id", 3), ("address", "10.0.0.1"), ("detail", '{"rows":1}'), ("kind", "viewed")],
)
def test_a_changed_entry_is_found(chain, column, value):
    forge(f"UPDATE logs_entry SET {column} = :value WHERE seal_number = :number", value=value, number=chain[2])
    assert verdict() == (chain[2], Reason.ENTRY_CHANGED)


def test_a_changed_time_is_found(chain):
    forge("UPDATE logs_entry SET at = :at WHERE seal_number = :number", at="2020-01-01 00:00:00", number=chain[0])
    assert verdict() == (chain[0], Reason.ENTRY_CHANGED)


def test_a_deleted_entry_is_found(chain):
    forge("DELETE FROM logs_entry WHERE seal_number = :number", number=chain[1])
    assert verdict() == (chain[1], Reason.ENTRY_GONE)


def test_an_entry_deleted_with_its_seal_is_found(chain):
    forge("DELETE FROM logs_entry WHERE seal_number = :number", number=chain[1])
    forge("DELETE FROM logs_seal WHERE number = :number", number=chain[1])
    assert verdict() == (chain[1], Reason.SEAL_GONE)


def test_seals_that_changed_places_are_found(chain):
    forge("UPDATE logs_seal SET number = -1 WHERE number = :number", number=chain[1])
    forge("UPDATE logs_seal SET number = :new WHERE number = :number", new=chain[1], number=chain[2])
    forge("UPDATE logs_seal SET number = :new WHERE number = -1", new=chain[2])
    assert verdict() == (chain[1], Reason.SEAL_CHANGED)


def test_an_end_that_was_cut_off_is_found(chain):
    forge("DELETE FROM logs_seal WHERE number >= :number", number=chain[3])
    forge("DELETE FROM logs_entry WHERE seal_number >= :number", number=chain[3])
    assert verdict() == (chain[3], Reason.END_GONE)


def test_an_end_that_was_cut_off_together_with_its_mark_is_found(chain):
    before = db.session.execute(
        text("SELECT chain_hash FROM logs_seal WHERE number = :number"), {"number": chain[2]}
    ).scalar()
    forge("DELETE FROM logs_seal WHERE number > :number", number=chain[2])
    forge("DELETE FROM logs_entry WHERE seal_number > :number", number=chain[2])
    forge("UPDATE logs_head SET number = :number, chain_hash = :hash", number=chain[2], hash=before)
    assert verdict()[1] == Reason.HEAD_CHANGED


def test_a_removed_mark_of_the_end_is_found(chain):
    forge("DELETE FROM logs_head")
    assert verdict()[1] == Reason.HEAD_CHANGED
    services.begin(key=KEY)
    assert queries.head() is None, "a chain that was there is never begun again"


def test_an_entry_that_claims_a_seal_it_does_not_have_is_found(chain):
    logbook.note(Kind.EXPORTED, title="heimlich", actor=ANRAN.actor)
    forge("UPDATE logs_entry SET seal_number = 900001 WHERE seal_number IS NULL")
    assert verdict() == (900001, Reason.NOT_SEALED)


def test_an_entry_whose_seal_number_was_taken_off_is_found(chain):
    forge("UPDATE logs_entry SET seal_number = NULL WHERE seal_number = :number", number=chain[0])
    assert services.seal(key=KEY) == 0
    assert verdict()[1] is None, "its seal still stands for it: nothing is lost"


def test_another_key_verifies_nothing(chain):
    assert services.verify(key="x" * 40).reason == Reason.HEAD_CHANGED


def test_the_screen_remembers_what_was_found(chain):
    forge("UPDATE logs_entry SET title = 'x' WHERE seal_number = :number", number=chain[2])
    verdict()
    kept = queries.chain()
    assert (kept.verified_number, kept.reason) == (chain[2], "entry_changed")


def test_a_lower_id_that_is_committed_late_is_sealed_behind_the_others(chain):
    """As a long transaction on PostgreSQL does: its entry has a lower id than those sealed meanwhile."""
    forge(
        "INSERT INTO logs_entry (id, at, kind, subject_kind, title, channel, detail)"
        " VALUES (0, '2026-01-01 00:00:00', 'imported', '', '慢', 'import', '{}')"
    )
    assert services.seal(key=KEY) == 1
    assert db.session.get(Entry, 0).seal_number == chain[-1] + 1
    assert verdict() == (chain[-1] + 1, None)


# ── erasing ──


def test_an_erased_person_leaves_the_chain_whole_and_the_act_in_the_log(chain):
    key = db.session.execute(
        text("SELECT id FROM logs_entry WHERE seal_number = :number"), {"number": chain[1]}
    ).scalar()
    assert services.erase([key], reason="本人要求删除", actor=ANRAN.actor) == 1
    assert verdict() == (chain[-1] + 1, None)
    entry = db.session.get(Entry, key)
    assert (entry.title, dict(entry.details)) == (rules.ERASED_TEXT, {})
    assert entry.erased_at is not None


def test_erasing_needs_a_reason(chain):
    with pytest.raises(Invalid) as refusal:
        services.erase([1], reason=" ", actor=ANRAN.actor)
    assert "Say why these entries are erased" in str(refusal.value)


def test_an_entry_that_only_claims_to_be_erased_is_found(chain):
    forge("UPDATE logs_entry SET title = 'x', erased_at = at WHERE seal_number = :number", number=chain[1])
    assert verdict() == (chain[1], Reason.ENTRY_CHANGED)


# ── months ──


@pytest.mark.parametrize(
    ("months", "first_kept"), [(0, date(2026, 3, 1)), (1, date(2026, 2, 1)), (3, date(2025, 12, 1))]
)
def test_months_are_counted_whole(months, first_kept):
    assert rules.kept_from(date(2026, 3, 17), months=months) == first_kept


@pytest.fixture
def old(in_app):
    """Three entries of 2023 at the beginning of a chain that was begun anew, and two of today."""
    with acting(SYSTEM):
        for table in ("logs_seal", "logs_record_set", "logs_entry", "logs_head"):
            db.session.execute(text(f"DELETE FROM {table}"))
        db.session.commit()
        db.session.expire_all()
        services.begin(key=KEY)
        for at in (datetime(2023, 1, 5), datetime(2023, 1, 31), datetime(2023, 2, 3)):
            db.session.add(Entry(at=at, kind="viewed", channel="web", title="老"))
            db.session.commit()
        for _time in range(2):
            logbook.note(Kind.VIEWED, title="新", actor=ANRAN.actor)
        services.seal(key=KEY)
        yield


def left():
    return list(db.session.scalars(text("SELECT seal_number FROM logs_entry ORDER BY seal_number")))


def test_old_months_go_whole_and_what_stays_is_still_verified(old):
    assert services.prune(keep_months=24, key=KEY) == 3
    assert left() == [4, 5]
    assert verdict() == (5, None)
    assert services.prune(keep_months=24, key=KEY) == 0


def test_after_pruning_a_tampered_entry_is_still_found(old):
    services.prune(keep_months=24, key=KEY)
    forge("UPDATE logs_entry SET title = 'x' WHERE seal_number = 4")
    assert verdict() == (4, Reason.ENTRY_CHANGED)


def test_the_mark_of_the_removed_months_cannot_be_moved(old):
    services.prune(keep_months=24, key=KEY)
    forge("UPDATE logs_cut SET number = 4")
    assert verdict()[1] == Reason.CUT_CHANGED


def test_entries_made_older_to_have_them_removed_are_found_and_nothing_is_removed(old):
    forge("UPDATE logs_entry SET at = '2023-02-04 00:00:00' WHERE seal_number = 4")
    with pytest.raises(WrongState) as refusal:
        services.prune(keep_months=24, key=KEY)
    assert "The chain of the log is broken at seal 4" in str(refusal.value)
    assert left() == [1, 2, 3, 4, 5]


def test_an_old_entry_that_was_erased_later_is_no_obstacle(old):
    key = db.session.scalar(text("SELECT id FROM logs_entry WHERE seal_number = 2"))
    services.erase([key], reason="本人要求", actor=ANRAN.actor)
    assert services.prune(keep_months=24, key=KEY) == 3
    assert verdict() == (6, None)


def test_a_month_that_is_kept_is_not_touched(in_app, old):
    forge("UPDATE logs_entry SET seal_number = seal_number")
    with acting(SYSTEM):
        assert services.prune(keep_months=24 * 50, key=KEY) == 0
    assert len(left()) == 5


# ── what an export held ──


@pytest.mark.parametrize(
    ("keys", "found"), [([], []), ([5], [[5, 5]]), ([3, 1, 2, 7, 9, 8], [[1, 3], [7, 9]]), ([4, 4], [[4, 4]])]
)
def test_ids_are_kept_as_ranges(keys, found):
    assert rules.ranges(keys) == found


@pytest.mark.parametrize(("key", "is_in"), [(1, True), (3, True), (4, False), (6, False), (7, True)])
def test_a_range_holds_its_ends(key, is_in):
    assert rules.holds([[1, 3], [7, 9]], key) is is_in


def test_a_changed_list_of_what_an_export_held_is_found(chain):
    logbook.note(Kind.EXPORTED, title="客户", subject_kind="customers_customer", records=[1, 2, 3], actor=ANRAN.actor)
    services.seal(key=KEY)
    forge("UPDATE logs_record_set SET packed = :packed", packed=queries.packed([9]))
    assert verdict() == (chain[-1] + 1, Reason.ENTRY_CHANGED)
