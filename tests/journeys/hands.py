"""The two hands that try every control: one with the mouse, one with the keys alone."""


class Mouse:
    """Clicks."""

    def __init__(self, page):
        self.page = page

    def press(self, control):
        control.click()

    def choose(self, item):
        item.click()


class Keys(Mouse):
    """Presses Enter where the focus is to be seen, and walks menus by the arrows."""

    def press(self, control):
        if control.evaluate("one => !one.closest('[role^=menu]')"):
            assert control.evaluate("one => one.tabIndex") >= 0
        self.page.keyboard.press("Shift")  # the browser draws a ring for whoever last used a key
        control.focus()
        assert has_focus_ring(self.page), f"no visible focus on {control}"
        self.page.keyboard.press("Enter")

    def choose(self, item):
        item.wait_for()
        for _time in range(30):
            if item.evaluate("one => one === document.activeElement"):
                break
            self.page.keyboard.press("ArrowDown")
        assert has_focus_ring(self.page) or is_coloured(item)
        self.page.keyboard.press("Enter")


def has_focus_ring(page):
    return page.evaluate(
        """() => { const at = getComputedStyle(document.activeElement);
        return (at.outlineStyle !== "none" && parseFloat(at.outlineWidth) > 0) || at.boxShadow !== "none"; }"""
    )


def is_coloured(item):
    return item.evaluate("one => getComputedStyle(one).backgroundColor") != "rgba(0, 0, 0, 0)"


def stays_within(page, part, *, times=12):
    """Press Tab: the focus stays in the part, or rests on the page as a whole, never behind."""
    part.wait_for()
    for _time in range(times):
        page.keyboard.press("Tab")
        assert part.evaluate("one => one.contains(document.activeElement) || document.activeElement === document.body")
