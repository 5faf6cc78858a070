"""What is looked at once is not looked at again; what looks otherwise is."""

from tests.journeys.axe import faults
from tests.journeys.conftest import DESK, PHONE

WIDE = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('main { min-width: 900px !important }');
  document.adoptedStyleSheets.push(sheet);
}"""


def test_a_look_that_no_page_had_is_looked_at_in_the_light_and_in_the_dark(at_desk):
    page, known = at_desk("anran", reduced_motion="reduce"), set()
    assert faults(page, sizes=[DESK], known=known) == []
    page.goto("/customers/")
    assert faults(page, sizes=[DESK], known=known) == []
    page.reload()
    page.evaluate("document.querySelector('main h1').style.color = '#8a8a8a'")
    page.evaluate("document.querySelector('main h1').style.background = '#808080'")
    found = faults(page, sizes=[DESK], known=known)
    assert {one.split(": ")[0] for one in found} == {"1440 px, light", "1440 px, dark"}
    assert all("color-contrast" in one for one in found)


def test_what_colours_do_not_decide_is_looked_at_on_every_page(at_desk):
    page, known = at_desk("anran", reduced_motion="reduce"), set()
    page.goto("/customers/")
    assert faults(page, sizes=[DESK], known=known) == []
    page.reload()
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    page.evaluate("document.title = ''")
    found = faults(page, sizes=[DESK], known=known)
    assert any("button-name" in one for one in found)
    assert any("has no title" in one for one in found)


def test_on_a_phone_what_is_too_wide_is_found_whatever_it_looks_like(at_desk):
    page, known = at_desk("anran", reduced_motion="reduce"), set()
    page.goto("/customers/")
    assert faults(page, sizes=[PHONE], known=known) == []
    page.reload()
    page.evaluate(WIDE)
    assert any("scrolls sideways" in one for one in faults(page, sizes=[PHONE], known=known))


def test_on_a_phone_new_looks_are_asked_everything(at_desk):
    page, known = at_desk("anran", reduced_motion="reduce"), set()
    page.goto("/customers/")
    assert faults(page, sizes=[PHONE], known=known) == []
    page.reload()
    page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('afterbegin', '<div class=odd>x<button></button></div>')"
    )
    assert any("button-name" in one for one in faults(page, sizes=[PHONE], known=known))
