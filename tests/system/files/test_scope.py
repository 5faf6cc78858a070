"""The row itself is narrowed, not only the screens: whoever does not see the record sees no file of it, in no way."""

from sqlalchemy import select

from app.base.actor import acting
from app.base.history import versions_of
from app.base.scope import may_write, with_deleted
from app.extensions import db
from app.system.files import queries
from app.system.files.models import File
from tests.cast import EVE, LIN, SAM, XU


def seen_by(person, file):
    """What a person finds of a file: the row, and how many versions of it."""
    with acting(person.actor), with_deleted():
        versions = versions_of(File)
        found = db.session.scalars(select(versions).where(versions.id == file)).all()
        return queries.by_id(file) is not None, len(found)


def test_a_file_and_its_versions_are_seen_by_whoever_sees_the_record(in_app, file):
    assert [seen_by(person, file) for person in (LIN, SAM, XU, EVE)] == [(True, 1), (True, 1), (True, 1), (False, 0)]


def test_a_file_may_be_written_by_whoever_may_write_the_record(in_app, file):
    for person, may in ((LIN, True), (XU, False)):
        with acting(person.actor):
            assert may_write(queries.by_id(file), person.actor) is may


def test_nobody_sees_a_file_while_nobody_acts(in_app, file):
    assert queries.by_id(file) is None


def test_room_and_counts_are_those_of_the_scope(in_app, customer, file):
    with acting(EVE.actor):
        assert (queries.count("customer", customer), queries.total_bytes([])) == (0, 0)
    with acting(LIN.actor):
        assert queries.count("customer", customer) == 1
