"""What is looked at once is not looked at again; what looks otherwise is."""

from tests.journeys.axe import faults
from tests.journeys.conftest import DESK


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
