"""Quick search as people see it: suggestions, the page of everything, whose kinds, and nothing by parts of a number."""

import re
from urllib.parse import quote

import pytest

from app.base.actor import SYSTEM, acting
from app.crm.customers import services
from app.crm.customers.models import Customer
from app.extensions import db
from tests.factories import a_contact, a_customer

NUMBER = "+8613655510002"


@pytest.fixture
def world(app):
    """A customer of Lin's with a contact; returns both ids."""
    with app.app_context():
        customer = a_customer(name="蓝山商行", phone=NUMBER, region="410100")
        return customer.id, a_contact(name="甘藏之", phones=("+8613877776666",), customer=customer).id


def asked(browser, words, address="/search/quick", **more):
    return browser.get(address, query_string={"q": words} | more)


def titles(text):
    """Return the names of what is shown, without their marks."""
    return [re.sub(r"<[^>]+>", "", name) for name in re.findall(r'<span class="nm">(.*?)</span>', text)]


# ── suggestions ──


def test_suggestions_are_grouped_by_kind_and_marked(as_user, world):
    text = asked(as_user("lin"), "甘藏").text
    assert titles(text) == ["甘藏之", "蓝山商行"]
    assert re.findall(r'role="group" aria-label="(\w+)"', text) == ["Contacts", "Customers"]
    assert "<mark>甘藏</mark>之" in text
    assert 'data-status="2 suggestions"' in text


def test_a_suggestion_tells_what_else_is_known(as_user, world):
    text = asked(as_user("lin"), "蓝").text
    assert re.search(r'<span class="sub"><span>\w+</span><span>林晓</span></span>', text)


def test_initials_mark_the_characters_they_stand_for(as_user, world):
    assert "蓝<mark>山商</mark>行" in asked(as_user("lin"), "ss").text


def test_at_most_eight_are_suggested(app, as_user):
    with app.app_context():
        for number in range(10):
            a_customer(name=f"蓝山{number}店")
    text = asked(as_user("lin"), "蓝山").text
    assert len(titles(text)) == 8
    assert "Everything found for “蓝山”" in text


def test_options_have_ids_of_their_own(as_user, world):
    ids = re.findall(r'id="(zk-hit-\w+)"', asked(as_user("lin"), "甘").text)
    assert ids == ["zk-hit-0", "zk-hit-1", "zk-hit-all"]


@pytest.mark.parametrize("words", ["", "  ", "没有这个"])
def test_nothing_is_suggested_for_nothing(as_user, world, words):
    assert titles(asked(as_user("lin"), words).text) == []


@pytest.mark.parametrize(
    "words", ["<b>", "'\"&", "%_", "*", "\\", "a" * 500, "(((", "NOT AND OR", ":*", "\u0001\u200b"]
)
def test_odd_words_are_only_words(as_user, world, words):
    for address in ("/search/quick", "/search/"):
        answer = asked(as_user("lin"), words, address)
        assert answer.status_code == 200
        assert "<b>" not in answer.text.replace("<b></b>", "")


# ── the page ──


def test_the_page_keeps_the_words_and_groups_by_kind(as_user, world):
    text = asked(as_user("lin"), "甘藏", "/search/").text
    assert 'value="甘藏"' in text
    assert set(titles(text)) == {"甘藏之", "蓝山商行"}


def test_a_single_hit_is_opened_at_once(as_user, world):
    answer = asked(as_user("lin"), "蓝山", "/search/")
    assert (answer.status_code, answer.location) == (302, f"/customers/{world[0]}")


def test_a_kind_is_read_page_by_page(app, as_user):
    with app.app_context():
        names = [f"蓝山{number}店" for number in range(30)]
        for name in names:
            a_customer(name=name)
    lin = as_user("lin")
    first = asked(lin, "蓝山", "/search/", kind="customer").text
    onward = re.search(r'href="(/search/[^"]*after[^"]*)"', first)[1].replace("&amp;", "&")
    second = lin.get(onward).text
    assert titles(first) + titles(second) == names[::-1]
    assert "To the beginning" in second


def test_an_empty_page_says_what_to_do_next(as_user, world):
    assert "Nothing found for “没有”" in asked(as_user("lin"), "没有", "/search/").text
    assert "What are you looking for?" in as_user("lin").get("/search/").text


# ── the gates ──


def test_who_may_open_no_list_finds_nothing_and_has_no_box(as_user, world):
    bai = as_user("bai")
    assert [asked(bai, "蓝", address).status_code for address in ("/search/", "/search/quick")] == [403, 403]
    assert "data-quick-search" not in bai.get("/").text
    assert "data-quick-search" in as_user("lin").get("/").text


def test_each_kind_is_found_by_those_who_may_open_its_list(as_user, world):
    """Finance may list customers, but has no list of contacts."""
    text = asked(as_user("qian"), "甘藏").text
    assert titles(text) == ["蓝山商行"]
    assert "/contacts/" not in text


@pytest.mark.parametrize(("username", "expected"), [("lin", 1), ("sam", 1), ("mei", 0), ("eve", 0), ("gao", 0)])
def test_only_what_lies_in_scope_is_suggested(as_user, world, username, expected):
    assert len(titles(asked(as_user(username), "蓝山").text)) == expected


@pytest.mark.parametrize("username", ["eve", "mei"])
@pytest.mark.parametrize("words", ["蓝山", "lssh", "甘藏之", "13655510002", "5551"])
def test_outside_the_scope_the_answer_is_that_to_words_nobody_has(as_user, world, username, words):
    browser = as_user(username)
    for address in ("/search/quick", "/search/"):
        assert answers_as_to_nothing(browser, words, address)


def _answer(browser, words, address):
    """Return an answer without what is new each time."""
    new = r'nonce="[^"]+"|name="csrf_token" value="[^"]*"|<!-- [0-9a-f]* -->$'
    return re.sub(new, "", asked(browser, words, address).text)


def answers_as_to_nothing(browser, words, address):
    """Tell whether an answer is, letter for letter, the one to words that stand nowhere."""
    nothing = re.sub(r"(?<=q=)qqqqqq", quote(words), _answer(browser, "qqqqqq", address))
    return _answer(browser, words, address) == nothing.replace("qqqqqq", words)


# ── parts of a number ──


def parts(number):
    return {number[start:end] for start in range(len(number)) for end in range(start + 3, len(number) + 1)} - {number}


@pytest.mark.parametrize("username", ["dai", "shi", "zong"])
def test_who_sees_numbers_masked_finds_none_by_a_part(as_user, world, username):
    browser = as_user(username)
    for words in sorted(parts("13655510002")):
        for address in ("/search/quick", "/search/"):
            assert answers_as_to_nothing(browser, words, address), words


@pytest.mark.parametrize("username", ["dai", "shi", "zong", "lin"])
def test_a_whole_number_is_found_by_everybody_in_scope(as_user, world, username):
    answer = asked(as_user(username), "136-5551-0002")
    assert titles(answer.text) == ["蓝山商行"]
    assert "5551 0002" not in answer.text


@pytest.mark.parametrize("username", ["sam", "qian"])
def test_who_sees_numbers_in_full_finds_by_a_part(as_user, world, username):
    text = asked(as_user(username), "5551").text
    assert titles(text) == ["蓝山商行"]
    assert "136 5551 0002" in text


# ── choices of forms ask the same index ──


def test_searching_choices_find_by_initials_and_either_script(as_user, world):
    for words in ("lssh", "藍山", "甘藏"):
        found = as_user("lin").get("/customers/choices/parent", query_string={"q": words}).json
        assert [one["text"] for one in found] == ["蓝山商行"]


def test_a_deleted_customer_is_suggested_to_nobody(app, as_user, world):
    with app.app_context(), acting(SYSTEM):
        services.delete(db.session.get(Customer, world[0]), actor=SYSTEM)
    assert titles(asked(as_user("anran"), "蓝山").text) == []


# ── how much it asks of the database ──


@pytest.mark.parametrize(("words", "most"), [("蓝山", 20), ("没有", 15), ("zz", 15)])
def test_a_rare_word_takes_few_statements(as_user, world, statements, words, most):
    lin = as_user("lin")
    asked(lin, words)
    with statements() as said:
        asked(lin, words)
    assert len(said) <= most, len(said)
