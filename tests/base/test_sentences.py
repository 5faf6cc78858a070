"""Sentences that are kept: told in the maker's words to nobody, in the reader's to everybody."""

import pytest
from flask import jsonify

from app.base.errors import Invalid, InvalidFields
from app.base.i18n import LANGUAGES, _, ngettext, speaking
from app.base.sentences import MARK, Lasting, joined, lasting, lasting_lines, restored, stored
from app.system.jobs.models import Job

SAVED = {"zh_Hans": "已保存：晨光", "zh_Hant": "已儲存：晨光", "en": "Saved: 晨光"}


def read(said):
    found = {}
    for language in LANGUAGES:
        with speaking(language):
            found[language] = str(said)
    return found


def saved():
    return _("Saved: %(name)s", name="晨光")


pytestmark = [pytest.mark.usefixtures("in_app"), pytest.mark.one_database]


@pytest.mark.parametrize("maker", LANGUAGES)
def test_a_kept_sentence_is_read_in_every_language_whoever_made_it(maker):
    with speaking(maker):
        kept = stored(saved())
    assert read(restored(kept)) == SAVED


def test_a_sentence_within_a_sentence_is_in_the_readers_language_too():
    inner = lasting(_("Import of %(file)s", file="a.xlsx"))
    kept = restored(stored(_("Taken back: %(title)s", title=inner)))
    assert read(kept)["en"] == "Taken back: Import of a.xlsx"
    assert read(kept)["zh_Hans"] == "撤销：导入 a.xlsx"


def test_counts_refusals_and_words_given_later_are_sentences_as_well():
    assert read(lasting(ngettext("%(n)s row", "%(n)s rows", 2, n="2")))["en"] == "2 rows"
    assert read(lasting(Invalid(_("Saved: %(name)s"), name="晨光"))) == SAVED
    assert read(lasting(InvalidFields({"a": saved(), "b": saved()})))["zh_Hant"] == "已儲存：晨光; 已儲存：晨光"
    assert read(lasting(_("Saved: %(name)s"), {"name": "晨光"})) == SAVED


def test_what_a_person_typed_stays_as_typed():
    assert lasting("100% 新客户 %(name)s") == stored("100% 新客户 %(name)s") == "100% 新客户 %(name)s"
    assert restored("旧文") == "旧文"
    assert restored({"a": ["b", 3, None]}) == {"a": ["b", 3, None]}


def test_a_name_cannot_forge_a_wording():
    with_marks = lasting(_("Saved: %(name)s", name=f"a{MARK}b"))
    assert read(with_marks)["en"] == "Saved: ab"
    assert lasting(f"{MARK}a{MARK}b{MARK}c{MARK}") == "abc"


def test_what_was_never_a_sentence_is_read_without_its_marks():
    assert stored(f"{MARK}a{MARK}b") == "ab"
    assert set(read(restored({"name": f"{MARK}a"})["name"]).values()) == {"a"}


def test_a_wording_is_cut_and_the_others_stay_whole():
    assert read(lasting(_("Saved: %(name)s", name="x" * 50), longest=10))["zh_Hans"] == "已保存：xxxxxx"


def test_a_language_that_came_later_reads_old_sentences_in_english():
    old = Lasting(f"{MARK}甲{MARK}乙{MARK}a{MARK}")
    with speaking("en"):
        assert str(old) == "a"


def test_several_are_joined_and_nothing_leaves_no_gap():
    assert read(joined(None, saved(), "", "人工"))["en"] == "Saved: 晨光 · 人工"
    assert str(joined(None, "")) == ""


def test_lines_are_each_in_all_languages():
    lines = lasting_lines(lambda: [str(saved()), "typed"])
    assert [read(line)["zh_Hant"] for line in lines] == ["已儲存：晨光", "typed"]


def test_a_name_within_a_sentence_is_no_markup(app):
    draw = app.jinja_env.from_string
    said = _("Saved: %(name)s", name="<b>x</b>")
    for one in (said, lasting(said)):
        assert draw("{{ one }}").render(one=one) == "Saved: &lt;b&gt;x&lt;/b&gt;"
        assert draw("{{ [one, 'x']|join(' · ') }}").render(one=one) == "Saved: &lt;b&gt;x&lt;/b&gt; · x"


def test_json_tells_a_sentence_as_it_is(app):
    with app.test_request_context():
        assert jsonify(said=_("Saved: %(name)s", name="<b>'x'</b>")).json == {"said": "Saved: <b>'x'</b>"}


def test_a_column_gives_back_what_it_was_given():
    column = Job.__table__.c.title.type
    kept = column.process_bind_param(saved(), None)
    assert read(column.process_result_value(kept, None)) == SAVED
    assert column.process_bind_param(column.process_result_value(kept, None), None) == kept
    assert column.process_bind_param(None, None) is column.process_result_value(None, None) is None
    assert column.process_result_value("旧标题", None) == "旧标题"
