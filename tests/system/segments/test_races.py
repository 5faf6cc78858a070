"""Two at once on one segment: one wins, the other hears of it, nothing is there twice."""

import threading

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.base.actor import SYSTEM, acting
from app.base.errors import DomainError
from app.extensions import db
from app.system.security import services as security
from app.system.security.models import Employee
from app.system.segments import services
from app.system.segments.models import Segment, SegmentShare
from tests.bed.databases import SQLITE
from tests.cast import ANRAN, EVE, LIN, SAM
from tests.system.segments.steps import LEVEL_B, LIST, audience, kept, one, the_segment


@pytest.fixture
def at_once(app):
    """Let several people act at the same moment; return what each was told, sorted: "done" or the refusal's name."""

    def act(*verbs, key=None):
        told, ready = [], threading.Barrier(len(verbs))

        def run(who, verb):
            with app.app_context(), acting(who.actor):
                db.session.rollback()
                is_alone = db.engine.dialect.name == SQLITE  # there nobody else can begin while one reads
                segment = None if is_alone or key is None else read(key)
                ready.wait(10)
                try:
                    verb(segment or (read(key) if key else None))
                    told.append("done")
                except (DomainError, IntegrityError) as refusal:
                    db.session.rollback()
                    told.append(type(refusal).__name__)
                finally:
                    db.session.remove()

        workers = [threading.Thread(target=run, args=pair) for pair in verbs]
        for one_ in workers:
            one_.start()
        for one_ in workers:
            one_.join(30)
        return sorted(told)

    return act


def read(key):
    segment = db.session.get(Segment, key)
    assert segment.shares is not None  # read before the other writes
    return segment


@pytest.fixture
def make(app):
    def save(*given, **more):
        with app.app_context():
            return kept(*given, **more)

    return save


def test_the_same_name_is_saved_once_from_two_windows(app, at_once, make):
    make("别的")

    def save(_segment):
        services.save(LIST, name="重点", filter_text=LEVEL_B, actor=LIN.actor)

    told = at_once((LIN, save), (LIN, save))
    assert told in (["IntegrityError", "done"], ["InvalidFields", "done"]), told
    with app.app_context(), acting(SYSTEM):
        assert len(db.session.scalars(select(Segment.id).where(Segment.name == "重点")).all()) == 1


def test_the_second_of_two_who_save_conditions_overwrites_nothing(app, at_once, make):
    key = make()

    def change(level):
        text = one("level", "is", level)
        return lambda row: services.change_filter(row, filter_text=text, sort="", actor=LIN.actor, revision=1)

    assert at_once((LIN, change("a")), (LIN, change("c")), key=key) == ["Conflict", "done"]
    with app.app_context():
        assert the_segment(key).revision == 2


def test_two_who_open_it_to_the_same_open_it_once(app, at_once, make):
    key = make(who=SAM)

    def share(row):
        services.share(row, audience(EVE, "agent"), actor=SAM.actor)

    assert at_once((SAM, share), (SAM, share), key=key) == ["done", "done"]
    with app.app_context(), acting(SYSTEM):
        assert len(db.session.scalars(select(SegmentShare.id)).all()) == 2


def test_the_second_of_two_administrators_who_take_it_over_is_told(app, at_once, make):
    key = make(who=SAM, to=(EVE,))
    with app.app_context(), acting(SYSTEM):
        security.change_employee(db.session.get(Employee, LIN.id), {"roles": ("admin",)}, actor=SYSTEM, revision=None)

    def take(who):
        return lambda row: services.take_over(row, owner_id=SAM.id, actor=who.actor)

    assert at_once((ANRAN, take(ANRAN)), (LIN, take(LIN)), key=key) == ["WrongState", "done"]


def test_a_take_over_and_a_change_by_the_former_owner_do_not_mix(app, at_once, make):
    key = make(who=SAM, to=(EVE,))

    def take(row):
        services.take_over(row, owner_id=SAM.id, actor=ANRAN.actor)

    def rename(row):
        services.rename(row, {"name": "新名"}, actor=SAM.actor, revision=2)

    told = at_once((ANRAN, take), (SAM, rename), key=key)
    with app.app_context():
        segment = the_segment(key)
        assert segment.owner_id == ANRAN.id
        assert (told == ["done", "done"]) == (segment.name == "新名")
        assert told in (["done", "done"], ["NotAllowed", "done"])
