"""An administrator sets the mail up, tests it and switches it on; an agent chooses what reaches them."""

import re

import pytest
from playwright.sync_api import expect

from app.base import public
from app.base.actor import SYSTEM, acting
from app.extensions import db
from app.system.channels import services
from app.system.notifications import services as notifications
from tests.cast import LIN
from tests.system.channels.servers import HOST, mail_server


@pytest.fixture(scope="module")
def box(site):
    """A mail server on loopback, to which the deployment lets mail go."""
    app, _address = site
    settings = app.config["ZHIKE"]
    with mail_server() as (made, port):
        made.port = port
        object.__setattr__(settings, "channel_hosts", (HOST,))
        yield made
        object.__setattr__(settings, "channel_hosts", ())


def set_up(page, box):
    """Make a mail channel towards the server of this test."""
    page.goto("/channels/")
    page.get_by_role("link", name="New message channel").first.click()
    page.get_by_role("link", name="Mail by SMTP").click()
    for name, typed in (
        ("name", "公司邮箱"),
        ("host", HOST),
        ("port", str(box.port)),
        ("from_address", "crm@zhike.cn"),
    ):
        page.locator(f"#{name}").fill(typed)
    page.locator("#security-ts-control").click()
    page.get_by_role("option", name="None: can be read on its way").click()
    page.locator("[data-save]").click()
    page.wait_for_url(re.compile(r"/channels/\d+$"))


def told_and_sent(app):
    """Tell Lin of two kinds, and send what waits."""
    with app.app_context(), acting(SYSTEM):
        notifications.tell([LIN.id], "own_rights", actor=SYSTEM)
        notifications.tell([LIN.id], "role_rights", params={"role": "agent"}, urgent=True, actor=SYSTEM)
        services.send_waiting(house=public.house(), allowed_hosts=(HOST,), lease_seconds=20)
        db.session.remove()


def test_mail_is_set_up_tested_and_switched_on_and_a_person_chooses(at_desk, site, box):
    page = at_desk("anran")
    set_up(page, box)
    page.get_by_role("button", name="Send me a test").first.click()
    expect(page.get_by_text("The test left. Answer: 250 queued as 1")).to_be_visible()
    page.get_by_role("button", name="Switch on").first.click()
    expect(page.locator(".zk-chip", has_text="Switched on").first).to_be_visible()

    mine = at_desk("lin")
    mine.goto("/me/")
    mine.get_by_role("link", name="My notifications").click()
    mine.locator('input[name="email"][value="own_rights"]').uncheck()
    mine.locator("#quiet_from").select_option("22:00")
    mine.locator("#quiet_until").select_option("07:30")
    mine.get_by_role("button", name="Save").click()
    expect(mine.locator('input[name="email"][value="own_rights"]')).not_to_be_checked()
    expect(mine.locator("#quiet_until")).to_have_value("07:30")

    told_and_sent(site[0])
    page.goto("/deliveries/")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr").first).to_contain_text("Rights of my role changed")
