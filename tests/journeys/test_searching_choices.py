"""A choice searched on the server, by somebody who is quicker than the server: the answers are held back."""

from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from app.base.actor import SYSTEM, acting
from tests.factories import a_customer
from tests.journeys.hands import Mouse

SOUGHT = "上级集团有限公司"
WORDS = "上级集团"
LATE = 900  # milliseconds: longer than any pause between typing, asking and showing


@pytest.fixture(scope="module", autouse=True)
def child(site):
    """Somebody whose parent is chosen among a few."""
    with site[0].app_context(), acting(SYSTEM):
        for name in (SOUGHT, "别家商贸有限公司", "又一家商贸有限公司"):
            a_customer(name=name)
        return a_customer(name="下级商贸有限公司").id


class Held:
    """The answers to what is typed, kept until they are let go; the list of the empty box comes at once."""

    def __init__(self, page):
        self.waiting = []
        self.page = page
        page.route("**/choices/parent?**", self.hold)

    def hold(self, route):
        typed = parse_qs(urlsplit(route.request.url).query).get("q")
        self.waiting.append(route) if typed else route.continue_()

    def until_asked(self):
        while not self.waiting:
            self.page.wait_for_timeout(20)

    def let_go(self):
        for route in self.waiting:
            route.continue_()
        self.page.wait_for_timeout(LATE)


@pytest.fixture
def form(desk, child):
    """The form, its searching choice opened, and the answers in hand."""
    page, hand = desk(f"/customers/{child}/edit")
    held = Held(page)
    box = page.locator("#parent-ts-control")
    box.click() if hand.__class__ is Mouse else box.focus()
    options = page.locator("#parent + .ts-wrapper .option").locator("visible=true")
    expect(options).not_to_have_count(0)
    return SimpleNamespace(page=page, hand=hand, box=box, options=options, held=held)


def take_the_sought(form):
    option = form.options.filter(has_text=SOUGHT)
    if form.hand.__class__ is Mouse:
        option.click()
    else:
        form.page.keyboard.press("Enter")


def assert_it_is_taken_and_the_list_closed(form):
    expect(form.page.locator("#parent + .ts-wrapper .item")).to_have_text(SOUGHT)
    expect(form.page.locator("select#parent")).not_to_have_value("")
    assert form.options.count() == 0
    expect(form.box).to_have_attribute("aria-expanded", "false")


def test_what_is_chosen_before_the_server_is_asked_stays_chosen_and_the_list_closed(form):
    form.page.keyboard.insert_text(WORDS)
    take_the_sought(form)
    form.page.wait_for_timeout(LATE)
    form.held.let_go()
    assert_it_is_taken_and_the_list_closed(form)


def test_what_is_chosen_before_the_answer_has_come_stays_chosen_and_the_list_closed(form):
    form.page.keyboard.insert_text(WORDS)
    form.held.until_asked()
    take_the_sought(form)
    form.held.let_go()
    assert_it_is_taken_and_the_list_closed(form)


def test_a_list_closed_by_the_key_is_not_opened_by_a_late_answer(form):
    form.page.keyboard.insert_text(WORDS)
    form.held.until_asked()
    form.page.keyboard.press("Escape")
    form.held.let_go()
    assert form.options.count() == 0
    expect(form.page.locator("#parent + .ts-wrapper .item")).to_have_count(0)


def test_nothing_is_offered_that_has_not_to_do_with_the_words(form):
    form.page.keyboard.insert_text(WORDS)
    expect(form.options).to_have_text([SOUGHT])


def test_while_the_server_is_asked_for_words_unknown_here_nothing_can_be_taken(form):
    form.page.keyboard.insert_text("sjjt")
    expect(form.page.locator("#parent + .ts-wrapper .spinner")).to_be_visible()
    form.held.until_asked()
    form.page.keyboard.press("Enter")
    expect(form.page.locator("#parent + .ts-wrapper .item")).to_have_count(0)
    form.held.let_go()
    expect(form.options).to_have_text([SOUGHT])


def test_the_list_opened_anew_is_that_of_the_empty_box(form):
    form.page.keyboard.insert_text(WORDS)
    form.held.until_asked()
    form.held.let_go()
    expect(form.options).to_have_text([SOUGHT])
    take_the_sought(form)
    expect(form.options).to_have_count(0)
    form.page.keyboard.press("ArrowDown")
    expect(form.options.filter(has_text="别家商贸")).to_have_count(1)
