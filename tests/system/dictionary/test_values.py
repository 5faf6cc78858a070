"""The screens of the data dictionary: what may be changed of which dictionary, by whom, and when it counts."""

import re

import pytest
from sqlalchemy import select
from sqlalchemy_continuum import version_class

from app.base.actor import SYSTEM, acting
from app.extensions import db
from app.system.dictionary import services
from app.system.dictionary.models import DictionaryValue

NEW = {"code": "gold", "label_zh_hans": "金牌", "label_zh_hant": "金牌", "label_en": "Gold", "color": "amber"}


def value(app, dictionary, code):
    with app.app_context():
        found = select(DictionaryValue).where(
            DictionaryValue.dictionary_code == dictionary, DictionaryValue.code == code
        )
        row = db.session.scalar(found)
        if row is not None:
            db.session.expunge(row)
        return row


def add(browser, dictionary="customer_level", **given):
    return browser.post(f"/dictionary-values/new?dictionary={dictionary}", data=NEW | given)


def edit(app, browser, dictionary, which, /, **given):
    row = value(app, dictionary, which)
    kept = {name: str(getattr(row, name) or "") for name in ("label_zh_hans", "label_zh_hant", "label_en", "color")}
    sent = kept | {"position": str(row.position), "is_default": "0", "revision": str(row.revision)} | given
    return browser.post(f"/dictionary-values/{row.id}/edit", data=sent)


def test_a_new_value_is_offered_at_once_in_the_readers_language(app, as_user):
    assert add(as_user("anran")).location == "/dictionaries/customer_level"
    assert ">Gold<" in as_user("lin").get("/customers/new").text
    assert ">金牌<" in as_user("lin", language="zh_Hans").get("/customers/new").text


def test_a_changed_label_counts_for_everybody_and_is_kept_in_the_history(app, as_user):
    edit(app, as_user("anran"), "customer_level", "a", label_en="First class")
    assert "First class" in as_user("lin").get("/customers/new").text
    row = value(app, "customer_level", "a")
    with app.app_context(), acting(SYSTEM):
        versions = version_class(DictionaryValue)
        written = select(versions.label_en).where(versions.id == row.id).order_by(versions.transaction_id)
        labels = db.session.scalars(written).all()
    assert labels == ["A", "First class"]


def test_a_locked_dictionary_changes_its_labels_and_nothing_else(app, as_user):
    anran = as_user("anran")
    assert "/dictionary-values/new" not in anran.get("/dictionaries/role").text
    assert "labels may change, values may not" in add(anran, "role").text
    anran.post(f"/dictionary-values/{value(app, 'role', 'agent').id}/retire")
    assert "The program relies on this value" in anran.get("/dictionaries/role").text
    assert value(app, "role", "agent").is_active
    assert edit(app, anran, "role", "agent", label_en="Clerk").status_code == 302
    assert value(app, "role", "agent").label_en == "Clerk"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"code": "a"}, "This dictionary has a value with this code already."),
        ({"code": "Gold!"}, "Use small letters, digits and _ only"),
        ({"code": ""}, "Please fill this in."),
        ({"label_zh_hant": ""}, "Please fill this in."),
        ({"color": "octarine"}, "is not one of the values"),
        ({"position": "-1"}, "The number must be between 0 and 99999."),
    ],
)
def test_a_wrong_value_is_refused_beside_its_field(app, as_user, given, words):
    answer = add(as_user("anran"), **given)
    assert answer.status_code == 422
    assert words in answer.text
    assert value(app, "customer_level", "gold") is None


def test_a_code_never_changes(app, as_user):
    edit(app, as_user("anran"), "customer_level", "a", label_en="Other", code="b2")
    assert value(app, "customer_level", "a") is not None
    assert value(app, "customer_level", "b2") is None


def test_a_retired_value_is_not_offered_and_comes_back(app, as_user):
    anran, lin, key = as_user("anran"), as_user("lin"), value(app, "customer_level", "a").id
    anran.post(f"/dictionary-values/{key}/retire")
    assert ">A<" not in lin.get("/customers/new").text
    anran.post(f"/dictionary-values/{key}/revive")
    assert ">A<" in lin.get("/customers/new").text


def test_a_dictionary_has_one_default(app, as_user):
    anran = as_user("anran")
    edit(app, anran, "customer_level", "a", is_default="1")
    edit(app, anran, "customer_level", "b", is_default="1")
    assert not value(app, "customer_level", "a").is_default
    assert re.search(r'<option selected value="b">', as_user("lin").get("/customers/new").text)


def test_a_retired_value_cannot_be_the_default(app, as_user):
    anran = as_user("anran")
    anran.post(f"/dictionary-values/{value(app, 'customer_level', 'a').id}/retire")
    answer = edit(app, anran, "customer_level", "a", is_default="1")
    assert "A value that is out of use cannot be the default." in answer.text


def test_two_who_edit_one_value_see_each_other(app, as_user):
    anran = as_user("anran")
    revision = str(value(app, "customer_level", "a").revision)
    edit(app, anran, "customer_level", "a", label_en="One")
    assert edit(app, anran, "customer_level", "a", label_en="Two", revision=revision).status_code == 409


def test_setup_changes_no_value_that_is_there(app, as_user):
    edit(app, as_user("anran"), "customer_level", "a", label_en="First class")
    with app.app_context(), acting(SYSTEM):
        assert services.seed() == 0
    assert value(app, "customer_level", "a").label_en == "First class"


# ── gates ──


@pytest.mark.parametrize("path", ["edit", "retire", "revive"])
@pytest.mark.parametrize("who", ["lin", "xu", "bai"])
def test_who_may_not_change_values_is_refused(app, as_user, who, path):
    key = value(app, "customer_level", "a").id
    assert as_user(who).post(f"/dictionary-values/{key}/{path}").status_code == 403
    assert add(as_user(who)).status_code == 403


@pytest.mark.parametrize("path", ["edit", "retire", "revive"])
def test_a_value_that_is_not_there_is_not_found(as_user, path):
    assert as_user("anran").post(f"/dictionary-values/999999/{path}").status_code == 404


def test_a_dictionary_that_is_not_there_is_not_found(as_user):
    anran = as_user("anran")
    assert add(anran, "nothing").status_code == 404
    for code in ("nothing", "x" * 300, "客户"):
        assert anran.get(f"/dictionaries/{code}").status_code == 404


def test_the_auditor_reads_and_presses_nothing(as_user):
    text = as_user("xu").get("/dictionaries/customer_level").text.split("<main")[1]
    assert "Key account" in text
    assert "formaction" not in text
    assert "/edit" not in text


# ── lists ──


def test_the_dictionaries_are_listed_with_their_counts(as_user, statements):
    anran = as_user("anran")
    anran.get("/dictionaries/")
    with statements() as seen:
        text = anran.get("/dictionaries/?page_size=100").text
    assert len(seen) <= 8
    assert "3,213" in anran.get('/dictionaries/?filter={"all":[{"field":"code","op":"is","value":"region"}]}').text
    assert "customer_level" in text


def test_three_thousand_regions_stay_usable(as_user, statements):
    anran = as_user("anran")
    anran.get("/dictionaries/region")
    with statements() as seen:
        text = anran.get("/dictionaries/region?page=3").text
    assert len(seen) <= 10
    assert text.count("<tr") == 26
    wanted = '/dictionaries/region?filter={"all":[{"field":"label_zh_hans","op":"contains","value":"金水"}]}'
    assert "410105" in anran.get(wanted).text


def test_a_dictionary_shows_its_own_values_whatever_the_filter_says(as_user):
    wanted = '/dictionaries/customer_level?filter={"any":[{"field":"code","op":"not_empty"}]}'
    assert "410105" not in as_user("anran").get(wanted).text


def test_the_form_shows_whether_a_value_is_the_default_so_that_saving_it_changes_nothing(app, as_user):
    anran = as_user("anran")
    edit(app, anran, "customer_level", "a", is_default="1")
    for which, told in (("a", "1"), ("b", "0")):
        page = anran.get(f"/dictionary-values/{value(app, 'customer_level', which).id}/edit").text
        chosen = re.search(r'<select[^>]*name="is_default".*?</select>', page, re.DOTALL)[0]
        assert "form-select" in chosen
        assert re.search(r'<option selected value="(\d)">', chosen)[1] == told
