"""What one types into, chooses from and sends, and the panels of the frame: by the mouse, and by the keys alone."""

import re
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from app.base.actor import SYSTEM, acting
from app.crm.customers import services
from tests.cast import ANRAN, EVE, LIN
from tests.factories import a_customer
from tests.journeys.conftest import PHONE
from tests.journeys.hands import Keys, Mouse, stays_within
from tests.system.files import samples


@pytest.fixture(scope="module", autouse=True)
def world(site):
    """A customer for each hand, and a message about each; one more to be chosen."""
    with site[0].app_context(), acting(SYSTEM):
        a_customer(name="上级集团有限公司")
        made = {hand: a_customer(name=f"{hand.__name__}商贸有限公司") for hand in (Mouse, Keys)}
        for one in made.values():
            services.share(one, employee_id=ANRAN.id, can_write=False, until_on=None, actor=LIN.actor)
        return SimpleNamespace(of={hand: one.id for hand, one in made.items()})


@pytest.fixture
def key(world, hand):
    return world.of[hand]


def pick(page, hand, field, words):
    """Type into a searching choice and choose what is found first."""
    box = page.locator(f"#{field}-ts-control")
    box.click() if hand.__class__ is Mouse else box.focus()
    page.keyboard.insert_text(words)
    option = page.locator(".ts-dropdown .option").locator("visible=true").filter(has_text=words).first
    option.wait_for()
    if hand.__class__ is Mouse:
        option.click()
        return
    expect(option).to_have_class(re.compile("active"))
    page.keyboard.press("Enter")


def chosen(page, field):
    return page.locator(f"select#{field} + .ts-wrapper .item")


def test_choices_are_searched_taken_and_given_back(desk, key):
    page, hand = desk(f"/customers/{key}/edit")
    pick(page, hand, "parent", "上级集团")
    expect(chosen(page, "parent")).to_contain_text("上级集团")
    pick(page, hand, "tags", "Long-standing")
    expect(chosen(page, "tags")).to_have_count(1)
    if hand.__class__ is Mouse:
        chosen(page, "tags").locator(".remove").click()
    else:
        page.keyboard.press("Backspace")
    expect(chosen(page, "tags")).to_have_count(0)
    page.keyboard.press("Escape")
    hand.press(page.locator("[data-save]"))
    page.get_by_text("Saved:").wait_for()
    expect(page.locator("main")).to_contain_text("上级集团有限公司")


def test_a_day_is_chosen_from_the_calendar(desk, key):
    page, hand = desk(f"/customers/{key}/edit")
    field = page.locator("[name=registered_on]")
    field.fill("2026-11-22")
    page.keyboard.press("Tab")
    hand.press(page.locator(".zk-daybox:has([name=registered_on]) [data-day-open]"))
    calendar = page.locator("dialog.zk-calendar[open]")
    stays_within(page, calendar, times=8)
    hand.press(calendar.locator("[data-day-year='-1']"))
    expect(calendar.locator("[data-day-month]")).to_have_text("November 2025")
    hand.press(calendar.get_by_role("button", name="Cancel"))
    expect(field).to_have_value("2026-11-22")
    hand.press(page.locator(".zk-daybox:has([name=registered_on]) [data-day-open]"))
    hand.press(calendar.get_by_role("button", name="Clear"))
    expect(field).to_have_value("")
    expect(field).to_be_focused()


def test_a_customer_is_shared_and_no_longer(desk, key):
    page, hand = desk(f"/customers/{key}?tab=access")
    hand.press(page.locator("[data-dialog=share]").first)
    dialog = page.locator("#share[open]")
    dialog.wait_for()
    pick(page, hand, "share-employee", EVE.name)
    tick = dialog.locator("#share-write")
    tick.press("Space") if hand.__class__ is Keys else tick.click()
    hand.press(dialog.locator("button[type=submit]"))
    page.get_by_text("The customer is shared.").wait_for()
    row = page.locator("main li", has_text=EVE.name).first
    hand.press(row.locator("button"))
    if page.locator("[data-confirm-dialog][open]").count():
        hand.press(page.locator("[data-confirm-yes]"))
    expect(page.locator("main li", has_text=EVE.name).locator("button")).to_have_count(0)


def test_files_are_chosen_sent_renamed_and_removed(desk, key):
    page, hand = desk(f"/customers/{key}?tab=files")
    with page.expect_file_chooser() as asked:
        if hand.__class__ is Keys:
            page.locator("#new-files").press("Enter")
        else:
            page.locator("label[for=new-files]").click()
    asked.value.set_files([{"name": "合同.pdf", "mimeType": "application/pdf", "buffer": samples.PDF}])
    file = page.locator(".zk-files li", has_text="合同.pdf")
    file.wait_for()
    hand.press(file.locator("[data-menu] > button"))
    hand.choose(page.get_by_role("menuitem", name="Rename"))
    page.locator("[name=name]").fill("新合同.pdf")
    hand.press(page.locator("[data-save]"))
    file = page.locator(".zk-files li", has_text="新合同.pdf")
    with page.expect_download():
        hand.press(file.get_by_role("link", name="Download"))
    hand.press(file.locator("[data-menu] > button"))
    hand.choose(page.get_by_role("menuitem", name="Remove"))
    hand.press(page.locator("[data-confirm-yes]"))
    page.locator("summary", has_text="Removed files").wait_for()
    hand.press(page.locator("summary", has_text="Removed files"))
    hand.press(page.locator(".zk-files-gone").get_by_role("button", name="Restore").first)
    file.wait_for()


def test_a_message_is_read_from_the_bell_and_all_are_led_to(desk, key):
    page, hand = desk("/contacts/")
    name = f"{hand.__class__.__name__}商贸有限公司"
    hand.press(page.locator("[data-bell]"))
    panel = page.locator("[data-bell-panel]")
    hand.press(panel.locator(".zk-linkish", has_text=name))
    page.wait_for_url(f"**/customers/{key}")
    hand.press(page.locator("[data-bell]"))
    hand.press(panel.get_by_role("link", name="All messages"))
    page.wait_for_url("**/inbox/**")


def test_the_rights_of_a_role_are_found_ticked_and_let_be(desk):
    page, hand = desk("/roles/4")
    bar = page.locator("[data-rights-changes]")
    hand.press(page.locator("[data-rights-show=granted]"))
    expect(page.locator("[data-rights-show=granted]")).to_have_attribute("aria-pressed", "true")
    hand.press(page.locator("[data-rights-show=all]"))
    page.locator("[data-rights-find]").fill("nowhere at all")
    expect(page.locator("[data-rights-none]")).to_be_visible()
    page.locator("[data-rights-find]").fill("")
    box = page.locator("input[name=right].form-check-input:not(:disabled)").first
    box.press("Space") if hand.__class__ is Keys else box.click()
    expect(bar).to_contain_text("Unsaved changes")
    own = page.locator(".zk-act:has(input:not(:disabled))").first
    own.locator("input").press("Space") if hand.__class__ is Keys else own.click()
    expect(page.locator("[data-rights-save]")).to_have_text("Save 2 changes")
    hand.press(page.locator("[data-rights-leave]"))
    expect(bar).to_have_text("No changes yet")
    hand.press(page.locator("[data-dialog=zk-role-copy]"))
    stays_within(page, page.locator("#zk-role-copy[open]"))
    hand.press(page.locator("#zk-role-copy [data-close]"))
    expect(page.locator("[data-dialog=zk-role-copy]")).to_be_focused()


def test_a_name_is_copied_and_the_note_of_it_closed(desk):
    page, hand = desk(f"/users/{LIN.id}")
    hand.press(page.locator("main [data-copy]").first)
    toast = page.locator(".zk-toast")
    hand.press(toast.locator("[data-toast-close]"))
    expect(toast).to_have_count(0)


def test_the_bars_and_cards_of_a_list_on_the_phone(desk):
    page, hand = desk("/customers/", size=PHONE)
    card = page.locator("tbody tr").first
    hand.press(card.locator("[data-more]"))
    expect(card).to_have_class(re.compile("is-whole"))
    bar = page.locator(".zk-m-bar")
    hand.press(bar.locator("[data-builder-open]"))
    page.locator(".zk-cond").first.wait_for()
    hand.press(page.locator("[data-builder-cancel]"))
    hand.press(bar.locator("[data-menu] > button").first)
    hand.choose(page.locator(".zk-pop:visible [role^=menuitem]").nth(1))
    page.wait_for_url(re.compile("sort="))
    page.wait_for_load_state("networkidle")
    hand.press(page.locator("[data-search-open]"))
    expect(page.locator("[data-quick-search]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".zk-top.is-searching")).to_have_count(0)


def test_the_password_is_shown_and_hidden_at_the_door(opened, hand):
    page = opened(reduced_motion="reduce")
    by = hand(page)
    page.locator("#password").fill("secret words")
    by.press(page.locator("[data-show-password]"))
    expect(page.locator("#password")).to_have_attribute("type", "text")
    by.press(page.locator("[data-show-password]"))
    expect(page.locator("#password")).to_have_attribute("type", "password")
    by.press(page.locator(".lang [data-menu] > button"))
    by.choose(page.get_by_role("menuitemradio", name="繁體中文"))
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hant")
