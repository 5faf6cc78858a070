"""Texts of before the sentences had wordings in all languages stay what they were; the way back keeps one wording."""

from datetime import datetime
from uuid import uuid4

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from app import create_app
from app.base.sentences import MARK
from app.extensions import db
from tests.bed import servers
from tests.bed.databases import POSTGRESQL, _command, settings
from tests.conftest import ONLY_SQLITE

BEFORE, WITH_SENTENCES = "49162f81ce4e", "ed0d1d328bf9"
LONG = f"{MARK}{'导' * 200}{MARK}{'匯' * 200}{MARK}{'e' * 200}{MARK}"


@pytest.fixture(params=["sqlite", "postgresql"])
def former(request, bed, tmp_path):
    """The application on a database of the version before."""
    url = f"sqlite:///{tmp_path / 'former.sqlite'}"
    if request.param == POSTGRESQL:
        if ONLY_SQLITE:
            pytest.skip("ZHIKE_ONLY_SQLITE=1")
        address = servers.postgres(bed)
        name = f"former_{uuid4().hex}"
        _command(address, f"CREATE DATABASE {name}")
        url = address.format(name=name)
    app = create_app(settings(url, tmp_path))
    with app.app_context():
        upgrade(revision=BEFORE)
        yield app
        db.session.remove()
        db.engine.dispose()
    if request.param == POSTGRESQL:
        _command(address, f"DROP DATABASE {name}")


def note(number, words):
    db.session.execute(
        text('INSERT INTO "transaction" (id, issued_at, note) VALUES (:id, :at, :note)'),
        {"id": number, "at": datetime(2026, 1, 2), "note": words},
    )
    db.session.commit()


def notes():
    found = list(db.session.execute(text('SELECT note FROM "transaction" ORDER BY id')).scalars())
    db.session.remove()
    return found


def test_old_texts_stay_and_the_longest_sentence_fits(former):
    note(1, "导入 老名单.xlsx")
    upgrade(revision=WITH_SENTENCES)
    note(2, LONG)
    assert notes() == ["导入 老名单.xlsx", LONG]


def test_the_way_back_keeps_the_first_wording(former):
    upgrade(revision=WITH_SENTENCES)
    note(1, "typed")
    note(2, LONG)
    downgrade(revision=BEFORE)
    assert notes() == ["typed", "导" * 200]
