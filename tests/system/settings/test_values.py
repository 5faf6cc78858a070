"""Settings: read at once by every process, checked in words, with a history that can be taken back."""

import pytest
from sqlalchemy import select

from app.base.actor import acting
from app.base.errors import Conflict, Invalid
from app.base.fields import Number, Text
from app.base.screens.house import language
from app.base.screens.look import settings
from app.base.settings import Setting
from app.extensions import db
from app.system.audit import queries as audit
from app.system.logs.models import Entry
from app.system.settings import queries, services
from app.system.settings.models import SettingValue
from tests.cast import ANRAN, XU

PAGE = settings.registered["page_size"]
NAME = settings.registered["site_name"]


@pytest.fixture
def anran(in_app):
    with acting(ANRAN.actor) as actor:
        yield actor


def change(setting, raw, actor, revision=0):
    return services.change(setting, raw, actor=actor, revision=revision)


def test_what_nobody_has_set_is_at_its_default_and_typed(in_app):
    assert settings.value("page_size") == 25
    assert settings.value("free_theme") is True
    assert settings.value("site_name") == in_app.config["ZHIKE"].site_name
    assert settings.value("site_logo") is None


def test_what_was_set_counts_at_the_next_question_and_is_typed(anran):
    change(PAGE, "50", anran)
    change(settings.registered["free_theme"], "0", anran)
    assert settings.value("page_size") == 50
    assert settings.value("free_theme") is False


def test_a_setting_is_read_without_a_statement_of_its_own(anran, statements):
    change(PAGE, "50", anran)
    settings.value("page_size")
    with statements() as seen:
        assert settings.value("page_size") == 50
        assert settings.value("site_name")
    assert len(seen) == 0


def test_an_empty_text_that_may_be_empty_is_set_and_no_default(anran):
    change(settings.registered["site_title"], "", anran)
    assert settings.value("site_title") == ""


@pytest.mark.parametrize(
    ("name", "raw", "words"),
    [
        ("page_size", "33", "is not one of the values of this field"),
        ("page_size", "", "Please fill this in"),
        ("site_name", "  ", "Please fill this in"),
        ("site_name", "字" * 31, "30"),
        ("default_theme", "pink", "is not one of the values of this field"),
        ("default_language", "fr", "is not one of the values of this field"),
        ("free_theme", "", "Please fill this in"),
    ],
)
def test_what_may_not_be_set_is_refused_in_words(anran, name, raw, words):
    with pytest.raises(Invalid, match=words):
        change(settings.registered[name], raw, anran)
    assert db.session.scalar(select(SettingValue)) is None


@pytest.mark.parametrize(("raw", "is_allowed"), [("0", False), ("1", True), ("365", True), ("366", False)])
def test_the_range_of_a_number_holds_at_both_ends(in_app, raw, is_allowed):
    days = Setting("days", Number("Days", required=True, low=1, high=365), "look", 30)
    assert days.allowed() == "1–365"
    if is_allowed:
        assert days.checked(raw) == int(raw)
    else:
        with pytest.raises(Invalid, match="between 1 and 365"):
            days.checked(raw)


def test_the_second_of_two_who_saw_the_default_is_told(anran):
    row = change(NAME, "甲", anran)
    with pytest.raises(Conflict, match="Someone else"):
        change(NAME, "乙", anran)
    change(NAME, "乙", anran, revision=row.revision)
    assert settings.value("site_name") == "乙"


def test_whoever_saw_a_value_that_was_never_there_is_told(anran):
    with pytest.raises(Conflict, match="Someone else"):
        change(NAME, "乙", anran, revision=3)


def test_back_to_default_and_the_history_stays(anran):
    row = change(NAME, "甲", anran)
    services.back_to_default(NAME, actor=anran)
    assert settings.value("site_name") == NAME.usual()
    assert len(audit.sets(SettingValue, row.id)) == 2
    services.back_to_default(PAGE, actor=anran)  # never set: nothing to do
    assert queries.row_of(PAGE) is None


def test_an_earlier_value_is_taken_back(anran):
    row = change(NAME, "甲", anran)
    first = audit.sets(SettingValue, row.id)[0].number
    change(NAME, "乙", anran, revision=row.revision)
    services.take_back(row, number=first, only=None, actor=anran)
    assert settings.value("site_name") == "甲"


def test_an_earlier_value_that_is_not_allowed_any_more_is_not_taken_back(anran, monkeypatch):
    row = change(NAME, "一个相当长的名称", anran)
    first = audit.sets(SettingValue, row.id)[0].number
    change(NAME, "乙", anran, revision=row.revision)
    monkeypatch.setitem(settings.registered, "site_name", Setting("site_name", Text("Name", max_length=3), "site"))
    with pytest.raises(Invalid, match="3"):
        services.take_back(row, number=first, only=None, actor=anran)


def test_a_setting_the_program_has_no_more_is_not_taken_back(anran):
    row = change(NAME, "甲", anran)
    first = audit.sets(SettingValue, row.id)[0].number
    row.name = "gone"
    with pytest.raises(Invalid, match="no such setting any more"):
        services.take_back(row, number=first, only=None, actor=anran)


def test_the_log_tells_who_set_what(anran):
    change(PAGE, "50", anran)
    entry = db.session.scalars(select(Entry).where(Entry.kind == "settings_changed")).one()
    assert entry.person_id == ANRAN.id
    assert entry.title == "Rows per page"
    assert entry.details == {"setting_value": {"old": "25 rows", "new": "50 rows"}}


def test_the_same_value_again_is_no_change(anran):
    row = change(PAGE, "50", anran)
    change(PAGE, "50", anran, revision=row.revision)
    assert len(audit.sets(SettingValue, row.id)) == 1


def test_the_language_of_whoever_has_chosen_none_is_the_installations(app):
    with app.app_context(), acting(ANRAN.actor) as actor:
        change(settings.registered["default_language"], "zh_Hant", actor)
        assert language() == "zh_Hant"


def test_everybody_reads_settings_also_who_changes_none(app, anran):
    change(PAGE, "50", anran)
    with acting(XU.actor):
        assert set(queries.rows()) == {"page_size"}
