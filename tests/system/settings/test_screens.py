"""The screen of settings: each button at its gates; the logo, from outside and from inside."""

import io
import re

import pytest
from PIL import Image

from app.base.actor import acting
from app.base.screens.look import settings
from app.system.settings import queries, services
from tests.cast import ANRAN

NAME = settings.registered["site_name"]
BUTTONS = {
    "site_name/edit": {"site_name": "河南客服中心", "revision": "1"},
    "site_name/default": {},
    "{id}/history/take-back": {"number": "1"},
}


@pytest.fixture
def row(app):
    """A name that was set once; returns the id of its row."""
    with app.app_context(), acting(ANRAN.actor) as actor:
        return services.change(NAME, "甲公司", actor=actor, revision=0).id


def value(app, name):
    with app.app_context():
        return settings.value(name)


def press(browser, row, button, **changes):
    return browser.post(f"/settings/{button.format(id=row)}", data={**BUTTONS[button], **changes})


# ── gates ──


@pytest.mark.parametrize("button", BUTTONS)
@pytest.mark.parametrize("who", ["lin", "sam", "xu"])
def test_nobody_but_an_administrator_presses_a_button(app, as_user, row, button, who):
    assert press(as_user(who), row, button).status_code == 403
    assert value(app, "site_name") == "甲公司"


@pytest.mark.parametrize("address", ["/settings/nothing/edit", "/settings/nothing/default", "/settings/99/history"])
def test_a_setting_that_is_not_is_not_there(as_user, address):
    anran = as_user("anran")
    answer = anran.post(address) if address.endswith("default") else anran.get(address)
    assert answer.status_code == 404


def test_a_value_that_may_not_be_is_refused_in_words(app, as_user, row):
    answer = press(as_user("anran"), row, "site_name/edit", site_name="")
    assert answer.status_code == 422
    assert "Please fill this in." in answer.text
    assert value(app, "site_name") == "甲公司"


@pytest.mark.parametrize("revision", ["", "x", "-1", "9" * 12])
def test_a_form_that_does_not_say_what_it_has_seen_is_refused(as_user, row, revision):
    answer = press(as_user("anran"), row, "site_name/edit", revision=revision)
    assert answer.status_code == 422
    assert "open for too long" in answer.text


def test_the_second_of_two_sees_what_was_set_and_may_save_again(app, as_user, row):
    anran = as_user("anran")
    answer = press(anran, row, "site_name/edit", revision="0")
    assert answer.status_code == 409
    assert "it is now: 甲公司" in answer.text
    assert 'value="河南客服中心"' in answer.text
    shown = re.search(r'name="revision" type="hidden" value="(\d+)"', answer.text)[1]
    assert press(anran, row, "site_name/edit", revision=shown).status_code == 302
    assert value(app, "site_name") == "河南客服中心"


# ── what it shows ──


def test_the_list_tells_value_default_range_and_who(as_user, row):
    page = as_user("anran").get("/settings/").text
    assert "甲公司" in page
    assert "Default: 知客" in page
    assert re.search(r"安然, \d{4}-\d\d-\d\d", page)
    assert "10、25、50、100" in page
    assert "25 rows" in page
    assert page.count("/edit") == len(settings.registered)
    assert page.count('/default"') == 1


def test_the_auditor_reads_settings_and_their_history_without_a_button(as_user, row):
    xu = as_user("xu")
    page = xu.get("/settings/").text
    assert "甲公司" in page
    assert "/edit" not in page
    assert "/default" not in page
    assert "甲公司" in xu.get(f"/settings/{row}/history").text


def test_the_history_tells_values_in_words_and_takes_one_back(app, as_user, row):
    anran = as_user("anran")
    press(anran, row, "site_name/default")
    page = anran.get(f"/settings/{row}/history").text
    assert "甲公司" in page
    assert "Default" in page
    assert '"\\u' not in page
    old = re.search(r'name="number" value="(\d+)"', page)[1]
    assert value(app, "site_name") == "知客"
    anran.post(f"/settings/{row}/history/take-back", data={"number": old})
    assert value(app, "site_name") == "甲公司"


def test_every_setting_has_a_form_with_its_value_in_it(as_user, row):
    anran = as_user("anran")
    for name in settings.registered:
        answer = anran.get(f"/settings/{name}/edit")
        assert answer.status_code == 200, name
    assert 'value="甲公司"' in anran.get("/settings/site_name/edit").text
    assert re.search(r'<option selected value="1"', anran.get("/settings/free_theme/edit").text)


def test_name_and_second_line_stand_on_every_page_also_at_the_sign_in(as_user, stranger, row):
    as_user("anran").post("/settings/site_title/edit", data={"site_title": "客户服务", "revision": "0"})
    for page in (stranger.get("/login/").text, as_user("lin").get("/").text):
        assert "· 甲公司 客户服务</title>" in page
        assert "甲公司 <small>客户服务</small>" in page


# ── the logo ──


def picture(kind="PNG", size=(900, 300)):
    out = io.BytesIO()
    Image.new("RGB", size, "#1271d6").save(out, kind)
    return out.getvalue()


def send(browser, content, name="logo.png"):
    data = {"picture": (io.BytesIO(content), name), "revision": "0"}
    return browser.post("/settings/site_logo/edit", data=data, content_type="multipart/form-data")


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_logo_is_drawn_anew_and_shown_to_everybody(app, as_user, stranger, kind):
    assert send(as_user("anran"), picture(kind)).status_code == 302
    address = f"/logo/{value(app, 'site_logo')}.png"
    answer = stranger.get(address)
    assert answer.status_code == 200
    assert answer.mimetype == "image/png"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in answer.headers
    assert Image.open(io.BytesIO(answer.data)).size == (512, 171)
    for page in (stranger.get("/login/").text, as_user("lin").get("/").text):
        assert f'<img class="zk-logo" src="{address}"' in page
        assert f'<link rel="icon" type="image/png" href="{address}">' in page


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (SVG, "SVG may carry scripts"),
        (b"<html>", "must be a PNG or JPEG picture"),
        (b"\x89PNG\r\n\x1a\n broken", "must be a PNG or JPEG picture"),
        (picture("GIF"), "must be a PNG or JPEG picture"),
        (picture()[:200], "must be a PNG or JPEG picture"),
        (b"", "Choose a picture first"),
        (b"x" * (2 * 1024 * 1024 + 1), "at most 2 MB"),
    ],
    ids=["svg", "html", "broken", "gif", "cut off", "nothing", "too large"],
)
def test_what_is_no_picture_is_no_logo(app, as_user, content, words):
    answer = send(as_user("anran"), content)
    assert answer.status_code == 422
    assert words in answer.text
    assert value(app, "site_logo") is None


def test_a_form_without_a_picture_is_refused(as_user):
    answer = as_user("anran").post("/settings/site_logo/edit", data={"revision": "0"})
    assert answer.status_code == 422
    assert "Choose a picture first" in answer.text


def test_the_address_of_the_logo_opens_nothing_else_in_the_store(app, as_user, stranger):
    send(as_user("anran"), picture())
    former = value(app, "site_logo")
    with app.app_context():
        other = services.take_in(io.BytesIO(picture(size=(40, 40))))
    assert stranger.get(f"/logo/{other}.png").status_code == 404
    as_user("anran").post("/settings/site_logo/default")
    assert stranger.get(f"/logo/{former}.png").status_code == 404
    assert "zk-logo" in stranger.get("/login/").text


def test_the_store_keeps_what_is_or_was_the_logo(app, as_user):
    send(as_user("anran"), picture())
    former = value(app, "site_logo")
    as_user("anran").post("/settings/site_logo/default")
    with app.app_context():
        assert queries.contents([former, "0" * 64]) == {former}
        assert queries.contents([]) == set()
