"""The list of screens that test_every_screen.py looks through leaves none out."""

import re
from urllib.parse import urlsplit

from tests.bed.browsers import signed_in
from tests.journeys.world import ADDRESSES, NAMED

ANY = dict.fromkeys(NAMED, 1)
#: Answers that are no page: JSON, files, parts of a page.
NO_PAGE = re.compile(
    r"^/(static|api|healthz|readyz|day|logo)\b|^/tickets/(lookup|caller|route|similar)\b|/(choices|"
    r"alike|audience|columns|content|count|export|file|filter-fields|mine|order|pane|panel|"
    r"preview|quick|receipt|result|result\.xlsx|sheet\.pdf|stamp|state|template|thumbnail|"
    r"usual"
    r")\b|<token>\.ics"
)
#: Verbs of the frame that these domains leave out: nobody gets a page there.
NEW = (
    "Attachment BankLine BankStatement Case Delivery Dictionary File Flow Holding Job KeyChange "
    "LearnedPayer Log Move Pool Rating Receipt Recycle Renewal Revisit Run Setting TicketFlow TicketMove Today Turn"
)
EDIT = (
    "Attachment BankLine BankStatement Case Closing Delivery Dictionary File Holding Job KeyChange "
    "LearnedPayer Letter Log Move Pool Rating Receipt Recycle Renewal Revisit Role Run TicketMove Today Turn"
)
UNUSED = {f"{name}View.add" for name in NEW.split()} | {f"{name}View.edit" for name in EDIT.split()}
UNUSED |= {
    "AttachmentView.list",
    "DeliveryView.bulk_one",
    "FileView.show",
    "GivenView.show",
    "HoldingView.show",
    "LearnedPayerView.show",
    "MoveView.show",
    "PoolView.bulk_one",
    "ReceiptView.show",
    "RecycleView.bulk_one",
    "RevisitView.show",
    "SegmentView.add",
    "TicketMoveView.show",
    "TodayView.show",
    "TurnView.show",
}
#: Not in the list: the door, which stands open only to those who have not come in. It has a test of its own there.
ELSEWHERE = {"AuthView.login"}


def rules(app):
    """Return the address of every page that a browser can open, by endpoint."""
    some = [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and not NO_PAGE.search(rule.rule)]
    return {rule.endpoint: rule.rule for rule in some}


def test_no_screen_is_left_out(site):
    app, _address = site
    to = app.url_map.bind("localhost")
    paths = [urlsplit(address.format(**ANY)).path for address in ADDRESSES]
    looked_at = {to.match(path, "GET")[0] for path in paths if to.test(path, "GET")}
    left = set(rules(app)) - looked_at
    assert left - UNUSED - ELSEWHERE == set()
    assert left >= UNUSED | ELSEWHERE  # nothing is excused that needs no excuse


def test_what_is_called_unused_shows_no_page(site):
    app, _address = site
    browser = signed_in(app, "anran")
    asked = {name: rules(app)[name].replace("<pk>", "1") for name in UNUSED}
    answers = {name: browser.get(address).status_code for name, address in asked.items()}
    assert {name: code for name, code in answers.items() if code not in (403, 404)} == {}
