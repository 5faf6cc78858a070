"""The first page arranged by keys, jobs followed from page to page, and a file on its way in."""

import io
from threading import Event

import pytest

from app.base import background
from app.base.actor import acting
from app.base.background import Kind
from app.base.errors import Invalid
from app.system.jobs import services
from tests.cast import ANRAN, LIN, SAM
from tests.journeys.axe import faults, violations
from tests.journeys.conftest import DESK, PHONE
from tests.system.imports.steps import workbook

HEADS = ["单位名称", "法人手机"]


@pytest.fixture
def held(site):
    """Start a job of somebody that goes on until it is let go, and then does ``last``."""
    app, _address = site
    gates = []

    def begin(person, last=lambda _progress: {"rows": 1234}):
        gate = Event()
        gates.append(gate)

        def run(progress):
            progress.tell(done=1, total=4)
            gate.wait(60)
            return last(progress)

        background.register(Kind("test", "Export of %(what)s", run=run))
        with app.app_context(), acting(person.actor) as actor:
            services.start("test", {}, words={"what": "客户"}, actor=actor)
        return gate

    yield begin
    for gate in gates:
        gate.set()
    background.kinds.pop("test", None)


def tray(page):
    return page.locator("[data-tray] > button")


def test_a_job_is_followed_from_page_to_page_and_its_file_is_offered(at_desk, held, tmp_path):
    (tmp_path / "f").write_text("x")
    gate = held(LIN, lambda progress: progress.hand_out(tmp_path / "f", name="客户.csv") or {"rows": 1234})
    page = at_desk("lin")
    page.get_by_label("Background jobs, 1 running").wait_for()
    page.goto("/customers/")
    tray(page).focus()
    page.keyboard.press("Enter")
    page.locator("[data-tray-list] progress[value='25']").wait_for()
    assert page.locator("[data-tray-list] .zk-name").inner_text() == "Export of 客户"
    assert violations(page) == []
    page.keyboard.press("Escape")
    gate.set()
    toast = page.locator(".zk-toast", has_text="Done: Export of 客户 · 1,234 rows")
    toast.wait_for()
    with page.expect_download() as waiting:
        toast.get_by_role("link", name="Download “客户.csv”").click()
    assert waiting.value.suggested_filename == "客户.csv"
    page.goto("/contacts/")  # told once, and kept in the panel until it is cleared
    assert page.locator(".zk-toast").count() == 0
    tray(page).click()
    page.get_by_role("link", name="Download “客户.csv”").wait_for()
    page.get_by_role("button", name="Clear what is done").click()
    assert not tray(page).is_visible()


def test_an_end_that_came_between_two_pages_is_told_on_the_next(at_desk, held):
    gate = held(LIN)
    page = at_desk("lin")
    page.get_by_label("Background jobs, 1 running").wait_for()
    page.goto("/healthz")  # where nobody follows it
    gate.set()
    while page.request.get("/jobs/mine").json()["jobs"]:
        page.wait_for_timeout(50)
    page.goto("/customers/")
    page.locator(".zk-toast", has_text="Done: Export of 客户").wait_for()


def test_why_a_job_failed_stays_until_it_is_closed(at_desk, held):
    def fail(_progress):
        raise Invalid("The list is gone.")

    gate = held(LIN, fail)
    page = at_desk("lin")
    page.get_by_label("Background jobs, 1 running").wait_for()
    gate.set()
    note = page.get_by_role("alert").filter(has_text="Failed: Export of 客户")
    note.wait_for()
    assert "The list is gone." in note.inner_text()
    assert page.locator(".zk-toast").count() == 0
    page.goto("/customers/")
    note.wait_for()
    assert violations(page) == []
    note.get_by_role("button", name="Close").focus()
    page.keyboard.press("Enter")
    assert not note.is_visible()
    page.goto("/contacts/")
    assert note.count() == 0


def test_a_job_is_cancelled_in_the_panel_after_a_question(at_desk, held):
    held(LIN)
    page = at_desk("lin", size=PHONE)
    tray(page).click()
    page.locator("[data-tray-list] [data-stop]").click()
    page.get_by_role("button", name="Stop", exact=True).click()
    page.wait_for_url("**/jobs/*")
    page.locator("main").get_by_text("Stopping").first.wait_for()


CARDS = ["My customers", "Services to be renewed", "Messages", "Background jobs"]


def test_cards_are_arranged_and_hidden_by_keys_and_brought_back(at_desk):
    page = at_desk("lin", size=PHONE)
    titles = page.locator("[data-card] h2")
    assert titles.all_inner_texts() == CARDS
    page.get_by_role("button", name="Arrange cards").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Move down: My customers").focus()
    page.keyboard.press("Enter")
    page.get_by_text("My customers is now at place").wait_for(state="attached")
    for _place in range(3):  # behind those that have nothing to show now, too
        page.keyboard.press("Enter")
    page.get_by_role("checkbox", name="Messages").uncheck()
    assert violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.get_by_role("button", name="Save").press("Enter")
    page.get_by_text("Your first page is arranged.").wait_for()
    assert titles.all_inner_texts()[-1] == "My customers"
    assert "Messages" not in titles.all_inner_texts()
    page.get_by_role("button", name="Arrange cards").click()
    page.get_by_role("button", name="As it was at first").click()
    page.get_by_text("Your first page is arranged.").wait_for()
    assert titles.all_inner_texts() == CARDS


@pytest.mark.parametrize("person", [ANRAN, SAM])
def test_the_first_page_has_no_fault(at_desk, person):
    assert faults(at_desk(person.username, reduced_motion="reduce")) == []


def test_a_toast_waits_for_who_reads_it_and_escape_closes_it(at_desk):
    page = at_desk("lin")
    page.clock.install()
    page.goto("/customers/new")
    page.evaluate("import(document.querySelector('script[src*=toasts]').src).then((one) => one.toast('Saved', 6))")
    toast = page.locator(".zk-toast")
    toast.get_by_role("button", name="Close").focus()
    page.clock.fast_forward(60_000)
    assert toast.is_visible()
    page.keyboard.press("Escape")
    assert toast.count() == 0
    page.evaluate("import(document.querySelector('script[src*=toasts]').src).then((one) => one.toast('Saved', 6))")
    toast.wait_for()
    page.mouse.move(5, 5)
    page.clock.fast_forward(20_000)
    assert toast.count() == 0


def test_a_refused_part_of_a_page_is_told_at_its_head(at_desk):
    page = at_desk("lin")
    page.evaluate("""async () => {
        const { refused } = await import(document.querySelector('script[src*=notes]').src);
        await refused(await fetch('/logs/'));
        await refused(await fetch('/nowhere', { headers: { Accept: 'application/json' } }));
        await refused(null);
    }""")
    said = page.get_by_role("alert").all_inner_texts()
    assert [words.split("\n")[0] for words in said] != []
    assert "You may not do this" in said[0]
    assert "Nothing is here" in said[1]
    assert "The connection broke" in said[2]


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_a_file_is_sent_with_progress_and_its_columns_are_shown(at_desk, tmp_path, size):
    file = workbook(tmp_path, HEADS, ["洛阳恒泰有限公司", "138 1234 5678"])
    page = at_desk("sam", size=size)
    page.goto("/imports/customers/")
    page.get_by_text("At most 50 MB.").first.wait_for()
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_text("Chosen: ").wait_for()
    page.get_by_role("button", name="Upload and look at the columns").press("Enter")
    page.locator(".zk-map").first.wait_for()


def test_what_is_no_table_is_refused_and_the_form_stays(at_desk, tmp_path):
    (tmp_path / "x.xlsx").write_bytes(io.BytesIO(b"nonsense").getvalue())
    page = at_desk("sam")
    page.goto("/imports/customers/")
    page.get_by_role("radio").last.check()
    page.locator("input[type=file]").set_input_files(tmp_path / "x.xlsx")
    page.get_by_role("button", name="Upload and look at the columns").click()
    page.get_by_role("alert").wait_for()
    assert page.get_by_role("radio").last.is_checked()
    assert page.get_by_role("button", name="Upload and look at the columns").is_enabled()


def test_a_file_that_is_too_large_is_not_sent_at_all(at_desk, site, tmp_path):
    page = at_desk("sam")
    page.goto("/imports/customers/")
    page.evaluate("document.querySelector('[data-upload-one]').dataset.limit = '10'")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    page.locator("input[type=file]").set_input_files(workbook(tmp_path, HEADS, ["一家公司", "13812345678"]))
    page.get_by_role("alert").filter(has_text="is too large. At most 50 MB.").wait_for()
    assert asked == []


def test_a_file_is_dropped(at_desk, tmp_path):
    page = at_desk("sam")
    page.goto("/imports/customers/")
    page.evaluate("""() => {
        const given = new DataTransfer();
        given.items.add(new File(['单位名称\\n一家公司\\n'], '客户.csv', { type: 'text/csv' }));
        const zone = document.querySelector('.zk-drop-area');
        zone.dispatchEvent(new DragEvent('drop', { dataTransfer: given, bubbles: true, cancelable: true }));
    }""")
    page.get_by_text("Chosen: 客户.csv").wait_for()
    page.get_by_role("button", name="Upload and look at the columns").click()
    page.locator(".zk-map").first.wait_for()
