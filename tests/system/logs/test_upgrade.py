"""An installation of the first version: what its lists of exports and sign-ins held stands in the log afterwards."""

from datetime import datetime

import pytest
from flask_migrate import upgrade
from sqlalchemy import text

from app import create_app
from app.extensions import db
from tests.bed import servers
from tests.bed.databases import POSTGRESQL, _command, settings
from tests.conftest import ONLY_SQLITE

FIRST, WITH_LOG = "cd7c69b06ce0", "020a53e7440a"
NOON = datetime(2026, 1, 2, 12, 0, 0, 7)


@pytest.fixture(params=["sqlite", "postgresql"])
def former(request, bed, tmp_path):
    """The application on a database of the first version."""
    url = f"sqlite:///{tmp_path / 'former.sqlite'}"
    if request.param == POSTGRESQL:
        if ONLY_SQLITE:
            pytest.skip("ZHIKE_ONLY_SQLITE=1")
        address = servers.postgres(bed)
        _command(address, "CREATE DATABASE former_zhike")
        url = address.format(name="former_zhike")
    app = create_app(settings(url, tmp_path))
    with app.app_context():
        upgrade(revision=FIRST)
        yield app
        db.session.remove()
        db.engine.dispose()
    if request.param == POSTGRESQL:
        _command(address, "DROP DATABASE former_zhike")


def test_exports_and_sign_ins_are_brought_over(former):
    db.session.execute(
        text(
            "INSERT INTO audit_export (at, address, what, format, asked, row_count)"
            " VALUES (:at, '10.0.0.1', 'CustomerView', 'csv', :asked, 7)"
        ),
        {"at": NOON, "asked": '{"sort": "name", "filter": "甲"}'},
    )
    for outcome in ("succeeded", "wrong", "locked", "disabled"):
        db.session.execute(
            text("INSERT INTO sign_in_attempt (username, at, channel, outcome) VALUES ('lin', :at, 'web', :outcome)"),
            {"at": NOON, "outcome": outcome},
        )
    db.session.commit()
    db.session.remove()

    upgrade(revision=WITH_LOG)

    found = db.session.execute(text("SELECT kind, title, detail FROM logs_entry ORDER BY id")).all()
    detail = '{"list":"CustomerView","format":"csv","rows":7,"filter":["sort: name","filter: 甲"]}'
    assert [tuple(row) for row in found] == [
        ("exported", "CustomerView", detail),
        ("signed_in", "lin", "{}"),
        ("sign_in_wrong", "lin", "{}"),
        ("sign_in_locked", "lin", "{}"),
        ("sign_in_disabled", "lin", "{}"),
    ]
    assert db.session.execute(text("SELECT count(*) FROM logs_entry WHERE at = :at"), {"at": NOON}).scalar() == 5
