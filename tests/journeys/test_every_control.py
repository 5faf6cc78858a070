"""Every control works by the mouse, and works by the keys alone: ``hand`` is the one, then the other."""

import re
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from app.base.actor import SYSTEM, acting
from app.crm.customers import queries, services
from app.system.sign_in import services as sign_in
from tests.cast import ANRAN
from tests.factories import a_customer
from tests.journeys.conftest import PHONE, cookie
from tests.journeys.hands import Keys, Mouse, has_focus_ring, stays_within

ROOT = "document.documentElement.dataset"


@pytest.fixture(scope="module", autouse=True)
def world(site):
    """Sixty customers, two of which somebody else changes meanwhile."""
    with site[0].app_context(), acting(SYSTEM):
        keys = [a_customer(name=f"按键{number:02}商贸有限公司").id for number in range(60)]
        return SimpleNamespace(
            first=keys[0], raced={Mouse: keys[1], Keys: keys[2]}, filled={Mouse: keys[3], Keys: keys[4]}
        )


def top(page, name):
    return page.locator(".zk-top").get_by_role("button", name=name)


def test_the_side_bar_opens_its_groups_and_becomes_a_rail(desk):
    page, hand = desk("/")
    group = page.locator(".zk-menu details:not([open]) > summary").first
    key = group.evaluate("one => one.parentElement.dataset.group")
    stays = page.locator(f'.zk-menu details[data-group="{key}"]')
    hand.press(group)
    expect(stays).to_have_attribute("open", "")
    page.reload()
    expect(stays).to_have_attribute("open", "")
    hand.press(stays.locator("summary"))
    expect(stays).not_to_have_attribute("open", "")
    hand.press(page.locator("[data-rail]"))
    assert page.evaluate(f"{ROOT}.side") == "rail"
    page.wait_for_load_state("networkidle")
    hand.press(page.locator(".zk-menu summary").first)  # a group of the rail makes it wide again
    assert page.evaluate(f"{ROOT}.side ?? ''") == ""
    page.keyboard.press("[")
    assert page.evaluate(f"{ROOT}.side") == "rail"
    page.keyboard.press("[")


def test_the_menus_of_the_frame_open_close_and_lead_on(desk):
    page, hand = desk("/")
    for name in ("Add", "Language", "Messages", ANRAN.name):
        button = top(page, re.compile(name))
        hand.press(button.first)
        expect(button.first).to_have_attribute("aria-expanded", "true")
        page.locator(".zk-pop.is-menu:visible").wait_for()
        page.keyboard.press("Escape")
        expect(page.locator(".zk-pop.is-menu:visible")).to_have_count(0)
        expect(button.first).to_be_focused()
    hand.press(top(page, "Add").first)
    hand.choose(page.locator(".zk-pop:visible [role=menuitem]").first)
    page.locator("#zk-form").wait_for()
    hand.press(top(page, re.compile("^Language")))
    hand.choose(page.get_by_role("menuitemradio", name="繁體中文"))
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hant")
    hand.press(page.locator(".zk-top [data-menu] > button:has(use[href$=ti-language])"))
    hand.choose(page.get_by_role("menuitemradio", name="English"))
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_look_is_switched_and_the_help_and_the_own_page_are_found(desk):
    page, hand = desk("/customers/")
    hand.press(page.locator(".zk-top > div > [data-theme-toggle]"))
    assert page.evaluate(f"{ROOT}.bsTheme") == "dark"
    hand.press(page.locator(".zk-top > div > [data-theme-toggle]"))
    assert page.evaluate(f"{ROOT}.bsTheme") == "light"
    hand.press(page.locator(".zk-toolbar [data-density-toggle]"))
    assert page.evaluate(f"{ROOT}.density") == "compact"
    hand.press(page.locator(".zk-user"))
    hand.choose(page.get_by_role("menuitem", name="Change row spacing"))
    assert page.evaluate(f"{ROOT}.density ?? ''") == ""
    hand.press(page.locator(".zk-user"))
    hand.choose(page.get_by_role("menuitem", name="Keyboard shortcuts"))
    stays_within(page, page.locator("#zk-shortcuts[open]"))
    hand.press(page.locator("#zk-shortcuts [data-close]"))
    expect(page.locator("dialog[open]")).to_have_count(0)
    hand.press(page.locator(".zk-user"))
    hand.choose(page.get_by_role("menuitem", name="Profile"))
    page.wait_for_url("**/me/")
    hand.press(page.locator(".zk-user"))
    hand.choose(page.get_by_role("menuitem", name="Sign out"))
    page.locator("form[data-login]").wait_for()


def test_the_drawer_of_the_phone_keeps_the_focus_and_gives_it_back(desk):
    page, hand = desk("/customers/", size=PHONE)
    opener = page.locator("[data-drawer-open]")
    hand.press(opener)
    expect(opener).to_have_attribute("aria-expanded", "true")
    stays_within(page, page.locator("#zk-side"), times=30)
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    expect(page.locator("#zk-side")).to_be_hidden()
    hand.press(opener)
    page.mouse.click(380, 400)  # beside it
    expect(opener).to_have_attribute("aria-expanded", "false")
    hand.press(opener)
    group = page.locator(".zk-side summary", has_text="Customers")
    if not group.evaluate("one => one.parentElement.open"):
        hand.press(group)
    hand.press(page.locator(".zk-side a", has_text="Contacts").first)
    page.wait_for_url("**/contacts/")


def test_a_list_is_sorted_turned_and_shown_in_other_sizes(desk):
    page, hand = desk("/customers/?sort=name")
    hand.press(page.locator(".zk-toolbar [data-menu] > button").first)
    hand.choose(page.locator(".zk-pop:visible [role^=menuitem]").nth(1))
    page.wait_for_url(re.compile(r"sort=(?!name)"))
    page.wait_for_load_state("networkidle")
    hand.press(page.locator(".zk-pager a[rel=next]"))
    expect(page.locator("[data-shown]")).to_contain_text("26–50")
    hand.press(page.locator(".zk-pager a[rel=prev]"))
    expect(page.locator("[data-shown]")).to_contain_text("1–25")
    page.locator("select[name=page_size]").select_option("50")
    page.wait_for_url("**page_size=50**")


def test_the_menus_of_a_list_and_of_a_row_lead_on(desk):
    page, hand = desk("/customers/?sort=name")
    hand.press(page.locator(".zk-head").get_by_role("button", name="Export"))
    with page.expect_download() as waiting:
        hand.choose(page.get_by_role("menuitem").first)
    assert waiting.value.suggested_filename
    row = page.locator("tbody tr").first
    hand.press(row.locator("[data-menu] > button"))
    page.keyboard.press("Escape")
    expect(row.locator("[data-menu] > button")).to_be_focused()
    hand.press(row.locator("[data-menu] > button"))
    hand.choose(page.get_by_role("menuitem", name="Edit"))
    page.locator("#zk-form").wait_for()


def test_rows_are_ticked_and_the_bar_over_them_works(desk):
    page, hand = desk("/customers/?sort=name")
    row = page.locator("tbody tr input[name=ids]").first
    row.press("Space") if isinstance(hand, Keys) else row.click()
    expect(page.locator("[data-bulk]")).to_be_visible()
    hand.press(page.locator("[data-bulk-clear]"))
    expect(page.locator("[data-bulk]")).to_be_hidden()
    assert page.evaluate("document.activeElement !== document.body")
    head = page.locator("[data-select-page]")
    head.press("Space") if isinstance(hand, Keys) else head.click()
    hand.press(page.locator("[data-bulk-all]"))
    expect(page.locator("[data-bulk-text]")).to_have_text("All matching rows selected")
    assert page.evaluate("document.activeElement !== document.body")
    hand.press(page.locator("#zk-bulk button[value=bulk_edit]"))
    page.wait_for_url("**/bulk**")


def test_conditions_are_nested_joined_and_taken_away_and_the_focus_goes_along(desk):
    page, hand = desk("/customers/")
    box = page.locator("[data-builder]")
    hand.press(page.locator(".zk-toolbar [data-builder-open]").first)
    conditions = page.locator(".zk-cond")
    conditions.first.wait_for()
    for selector, count in (
        ("[data-add]", 2), ("[data-add-group]", 4), (".zk-group .zk-group [data-add]", 5),
        (".zk-group .zk-group [data-join]", 5), (".zk-group .zk-group [data-drop]", 4), ("[data-drop]", 3),
        ("[data-drop-group]", 1), ("[data-builder-clear]", 0), ("[data-add]", 1),
    ):  # fmt: skip
        hand.press(box.locator(selector).last if selector == "[data-add]" else box.locator(selector).first)
        expect(conditions).to_have_count(count)
        assert box.evaluate("one => one.contains(document.activeElement)"), selector
    hand.press(box.locator("[data-join]").first)
    expect(box.locator("[data-join]").first).to_have_text("or")
    hand.press(box.locator("[data-builder-cancel]"))
    expect(box).to_be_hidden()
    expect(page.locator(".zk-toolbar [data-builder-open]").first).to_be_focused()


def test_a_record_is_turned_and_a_contact_is_added_in_place(desk, world):
    page, hand = desk(f"/customers/{world.first}")
    opener = page.locator("[data-dialog=new-contact]").first
    hand.press(opener)
    expect(page.locator("#new-contact [name=contact-name]")).to_be_focused()  # what is asked, not the way out
    stays_within(page, page.locator("#new-contact[open]"))
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    hand.press(opener)
    hand.press(page.locator("#new-contact [data-close]").first)
    expect(opener).to_be_focused()
    hand.press(opener)
    name = f"王{type(hand).__name__}"
    page.locator("#new-contact [name=contact-name]").fill(name)
    page.locator("#new-contact [name=contact-phones]").fill("13800138000")
    hand.press(page.locator("#new-contact button[type=submit]"))
    expect(page.locator("main")).to_contain_text(name)
    page.wait_for_load_state("networkidle")
    hand.press(page.locator(".zk-tabs > a", has_text="Contacts"))
    page.wait_for_url("**tab=contacts**")
    page.wait_for_load_state("networkidle")
    hand.press(page.locator(".zk-recordhead").get_by_role("button", name="More actions"))
    page.locator(".zk-pop:visible [role=menuitem]").first.wait_for()
    page.keyboard.press("Escape")
    expect(page.locator(".zk-recordhead").get_by_role("button", name="More actions")).to_be_focused()


def test_a_refused_form_leads_to_its_fields_and_unsaved_changes_are_asked_about(desk, world, hand):
    page, hand_ = desk(f"/customers/{world.filled[hand]}/edit")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    hand_.press(page.locator(".zk-form-nav a").last)
    page.locator("[name=email]").fill("no address")
    hand_.press(page.locator("[data-save]"))
    page.locator(".zk-errors").wait_for()
    hand_.press(page.locator(".zk-errors a").first)
    expect(page.locator("[name=email]")).to_be_focused()
    page.locator("[name=email]").fill("wang@example.com")
    hand_.press(page.locator("[data-save]"))
    page.get_by_text("Saved:").wait_for()
    assert asked == []  # saving is no leaving

    page.goto(f"/customers/{world.filled[hand]}/edit")
    page.locator("[name=address]").press_sequentially("文")
    expect(page.locator("[data-dirty-text]")).to_have_text("Unsaved changes: 1")
    hand_.press(page.locator(".zk-formbar a.btn").first)
    page.wait_for_url(re.compile(r"/customers/\d+$"))
    assert asked == ["beforeunload"]


def test_what_was_typed_outlives_the_session(desk, site, world, hand):
    page, hand_ = desk(f"/customers/{world.filled[hand]}/edit")
    page.locator("[name=address]").fill("文化路 9 号")
    with site[0].app_context(), acting(SYSTEM):
        sign_in.end_sessions(ANRAN.id)
    hand_.press(page.locator("[data-save]"))
    page.locator("form[data-login], .zk-message").first.wait_for()
    page.context.add_cookies([{"url": site[1], "name": "zhike", "value": cookie(site[0], "anran")}])
    page.goto(f"/customers/{world.filled[hand]}/edit")
    page.wait_for_load_state("networkidle")
    hand_.press(page.locator("[data-draft-restore]"))
    expect(page.locator("[name=address]")).to_have_value("文化路 9 号")
    expect(page.locator("[name=address]")).to_be_visible()
    assert page.evaluate("document.activeElement !== document.body")
    hand_.press(page.locator("[data-save]"))
    page.get_by_text("Saved:").wait_for()


def test_of_two_versions_one_is_chosen_field_by_field(desk, site, world, hand):
    key = world.raced[hand]
    page, hand_ = desk(f"/customers/{key}/edit")
    with site[0].app_context(), acting(SYSTEM):
        customer = queries.by_id(key)
        services.change(
            customer, {"address": "别人的地址", "notes": "别人的备注"}, actor=SYSTEM, revision=customer.revision
        )
    page.locator("[name=address]").fill("我的地址")
    page.locator("[name=notes]").fill("我的备注")
    hand_.press(page.locator("[data-save]"))
    page.locator("[data-conflict]").wait_for()
    page.wait_for_load_state("networkidle")
    hand_.press(page.locator("[data-pick-all=mine]"))
    expect(page.locator("[data-picked]")).to_have_text("2 of 2 chosen")
    hand_.press(page.locator("[data-pick-all=theirs]"))
    mine = page.locator("[data-conflict] input[name=address]").last
    if hand is Keys:
        page.locator("[data-conflict] input[name=address]").first.focus()
        page.keyboard.press("ArrowRight")
        assert has_focus_ring(page)
    else:
        mine.locator("xpath=..").click()
    expect(mine).to_be_checked()
    hand_.press(page.locator("[data-conflict] [data-save]"))
    page.get_by_text("Saved:").wait_for()
    expect(page.locator("main")).to_contain_text("我的地址")
    expect(page.locator("main")).to_contain_text("别人的备注")


def test_the_cards_of_the_first_page_are_arranged(desk):
    page, hand = desk("/")
    opener = page.locator(".zk-head-actions [data-dialog]").first
    hand.press(opener)
    dialog = page.locator("dialog[open]")
    stays_within(page, dialog)
    first = dialog.locator("[data-sortable] li").first.get_attribute("data-title")
    hand.press(dialog.locator('[data-sortable] li [data-move="1"]').first)
    assert dialog.locator("[data-sortable] li").nth(1).get_attribute("data-title") == first
    assert dialog.evaluate("one => one.contains(document.activeElement)")
    hand.press(dialog.locator("[data-close]").first)
    expect(opener).to_be_focused()
