"""The screens: every button at its three gates, the import from file to lines, and bad input."""

import io
import json
import re
from decimal import Decimal
from urllib.parse import quote

import pytest

from app.base.actor import SYSTEM, acting
from app.crm.fees.models import Fee
from app.crm.reconciliation.models import Line, Payer, Statement
from app.extensions import db
from tests.cast import LIN, QIAN
from tests.crm.reconciliation.files import BANKS, OWN, as_csv, as_xlsx, stranger
from tests.crm.reconciliation.steps import a_line, a_paid_fee, booked, confirm, matches, now, proposals, upload

JIAHE = "新乡市佳禾食品商贸有限公司"
BOOKINGS = [booked("12800", JIAHE), booked("77.10", "河南电力公司", summary="电费")]


def a_pair():
    fee, line = a_paid_fee(), a_line("12800", JIAHE)
    return fee.id, line.id


@pytest.fixture
def pair(once):
    return once(a_pair)


def a_file(content=None, name="流水.csv"):
    return {"file": (io.BytesIO(content if content is not None else as_csv(BANKS["ccb"](BOOKINGS))), name)}


BUTTONS = [
    ("/bank-lines/{line}/confirm", {"part-{fee}": "12800"}),
    ("/bank-lines/{line}/take-back", {}),
    ("/bank-lines/{line}/ignore", {"reason": "not_fee"}),
    ("/bank-lines/{line}/take-up", {}),
    ("/bank-lines/{line}/look-again", {}),
]


@pytest.mark.parametrize(("address", "form"), BUTTONS)
def test_whoever_has_not_the_button_is_refused(as_user, pair, address, form):
    fee, line = pair
    given = {name.format(fee=fee): value for name, value in form.items()}
    for person in ("lin", "xu", "zong", "bai"):
        assert as_user(person).post(address.format(line=line), data=given).status_code == 403


@pytest.mark.parametrize(("address", "form"), BUTTONS)
def test_a_line_that_is_not_there_is_not_found(as_user, address, form):
    assert as_user("qian").post(address.format(line=99999), data=form).status_code == 404
    assert as_user("qian").post(address.format(line="abc"), data=form).status_code == 404


@pytest.mark.parametrize("address", ["/bank-lines/", "/bank-statements/", "/learned-payers/"])
def test_the_lists_are_for_finance_and_the_auditor(as_user, address):
    for person, status in (("qian", 200), ("xu", 200), ("anran", 200), ("lin", 403), ("zong", 403), ("bai", 403)):
        assert as_user(person).get(address).status_code == status


def test_a_role_with_the_screen_but_not_the_reach_sees_no_line(app, pair):
    with app.app_context(), acting(LIN.actor):
        assert db.session.query(Line).count() == 0
        assert db.session.query(Statement).count() == 0


def test_the_page_explains_the_proposal(as_user, pair):
    fee, line = pair
    page = as_user("qian").get(f"/bank-lines/{line}")
    for words in ("Proposed fee", "Same", "100 points", "Confirm this one", "Confirm and approve", JIAHE):
        assert words in page.text
    seen = as_user("xu").get(f"/bank-lines/{line}")
    assert "Proposed fee" in seen.text
    assert "Confirm this one" not in seen.text
    assert "Set aside" not in seen.text
    assert fee


def test_a_line_is_confirmed(app, as_user, pair):
    fee, line = pair
    done = as_user("qian").post(f"/bank-lines/{line}/confirm", data={f"part-{fee}": "12,800.00"})
    assert done.status_code == 302
    with app.app_context():
        assert matches(now(line)) == {fee: Decimal(12800)}
        with acting(SYSTEM):
            assert db.session.get_one(Fee, fee).state == "unreviewed"
        db.session.remove()
    page = as_user("qian").get(f"/bank-lines/{line}")
    assert "Matched fee" in page.text
    assert "Take the match back" in page.text


def test_confirming_may_approve_at_once(app, as_user, pair):
    fee, line = pair
    browser = as_user("qian")
    browser.post(f"/bank-lines/{line}/confirm", data={f"part-{fee}": "12800", "approve": "1"})
    with app.app_context(), acting(SYSTEM):
        assert db.session.get_one(Fee, fee).state == "approved"
        db.session.remove()


def test_what_one_entered_oneself_is_matched_but_not_approved(app, as_user, once):
    fee, line = once(an_own_pair)
    browser = as_user("qian")
    browser.post(f"/bank-lines/{line}/confirm", data={f"part-{fee}": "12800", "approve": "1"})
    assert "Not approved" in browser.get(f"/bank-lines/{line}").text
    with app.app_context():
        assert now(line).state == "matched"
        with acting(SYSTEM):
            assert db.session.get_one(Fee, fee).state == "unreviewed"
        db.session.remove()


def an_own_pair():
    return a_paid_fee(by=QIAN).id, a_line("12800", JIAHE).id


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, "at least one fee"),
        ({"part-{fee}": "1"}, "left over"),
        ({"part-{fee}": "abc"}, "not a number"),
        ({"part-{fee}": ""}, "Give an amount"),
        ({"part-99999": "12800"}, "not there any more"),
        ({"part-abc": "12800"}, "at least one fee"),
        ({"part-{fee}": "9" * 30}, "too large"),
    ],
)
def test_what_cannot_be_matched_is_said(as_user, pair, form, words):
    fee, line = pair
    given = {name.format(fee=fee): value for name, value in form.items()}
    answer = as_user("qian").post(f"/bank-lines/{line}/confirm", data=given)
    assert answer.status_code == 422
    assert words in answer.text


def test_another_fee_is_found_and_chosen(app, as_user, once):
    first, second, line = once(two_fees)
    browser = as_user("qian")
    found = browser.get(f"/bank-lines/{line}?q=3600")
    assert re.search(rf"with={first}#choose|with={first}&amp;q=3600#choose", found.text), found.text[-3000:]
    page = browser.get(f"/bank-lines/{line}?with={first}")
    assert "are left over" in page.text
    page = browser.get(f"/bank-lines/{line}?with={first},{second}")
    assert f'name="part-{second}" value="980.00"' in page.text
    done = browser.post(f"/bank-lines/{line}/confirm", data={f"part-{first}": "3600", f"part-{second}": "980"})
    assert done.status_code == 302
    with app.app_context():
        assert len(matches(now(line))) == 2
        db.session.remove()


def two_fees():
    first = a_paid_fee("洛阳恒泰精密机械有限公司", "3600")
    second = a_paid_fee("信阳云雾茶业发展有限公司", "980")
    return first.id, second.id, a_line("4580", "王陌生").id


@pytest.mark.parametrize(
    "words", ["with=abc,,9999999999", "with=1,2,3&q=%00", "q=%25_", "q=" + "x" * 300, "with=99999"]
)
def test_addresses_typed_wrongly_are_no_error(as_user, pair, words):
    assert as_user("qian").get(f"/bank-lines/{pair[1]}?{words}").status_code in (200, 400)


def test_a_match_is_taken_back(app, as_user, once):
    fee, line = once(a_match)
    browser = as_user("qian")
    browser.post(f"/bank-lines/{line}/take-back")
    with app.app_context():
        assert (now(line).state, proposals(now(line))) == ("proposed", [fee])
        db.session.remove()
    browser.post(f"/bank-lines/{line}/take-back")
    assert "only a proposal" in browser.get("/bank-lines/").text


def a_match():
    fee, line = a_paid_fee(), a_line("12800", JIAHE)
    confirm(line, fee)
    return fee.id, line.id


def test_a_line_is_set_aside_and_taken_up(app, as_user, pair):
    _fee, line = pair
    browser = as_user("qian")
    missing = browser.post(f"/bank-lines/{line}/ignore", data={"reason": ""})
    assert missing.status_code == 422
    assert "Please choose a reason." in missing.text
    other = browser.post(f"/bank-lines/{line}/ignore", data={"reason": "other"})
    assert (other.status_code, "Please say why in words." in other.text) == (422, True)
    assert browser.post(f"/bank-lines/{line}/ignore", data={"reason": "nonsense"}).status_code == 422
    assert browser.post(f"/bank-lines/{line}/ignore", data={"reason": "interest"}).status_code == 302
    assert "Interest" in browser.get(f"/bank-lines/{line}").text
    assert browser.post(f"/bank-lines/{line}/ignore", data={"reason": "interest"}).status_code == 422
    assert browser.post(f"/bank-lines/{line}/take-up").status_code == 302
    with app.app_context():
        assert now(line).state == "proposed"
        db.session.remove()
    assert browser.get(f"/bank-lines/{line}/history").status_code == 200


def test_lists_ask_for_what_finance_asks(as_user, pair):
    browser = as_user("qian")
    asked = {
        "all": [{"field": "state", "op": "is", "value": "proposed"}, {"field": "amount", "op": "above", "value": "100"}]
    }
    assert JIAHE in browser.get(f"/bank-lines/?filter={quote(json.dumps(asked))}").text
    fees = {"all": [{"field": "bank_state", "op": "is", "value": "suggested"}]}
    assert JIAHE in browser.get(f"/fees/?filter={quote(json.dumps(fees))}").text
    none = {"all": [{"field": "bank_state", "op": "in", "value": ["paid", "in_part", "look_again"]}]}
    assert "Nothing matches" in browser.get(f"/fees/?filter={quote(json.dumps(none))}").text
    for way in ("xlsx", "csv", "pdf"):
        assert browser.get(f"/bank-lines/export?format={way}").status_code == 200


def test_the_first_page_counts_what_waits(as_user, pair):
    page = as_user("qian").get("/")
    assert "Matches to confirm" in page.text
    assert "Matches to confirm" not in as_user("lin").get("/").text


# ── import ──


@pytest.mark.parametrize(
    ("person", "status"), [("qian", 200), ("anran", 200), ("xu", 403), ("lin", 403), ("zong", 403)]
)
def test_who_may_import(as_user, person, status):
    browser = as_user(person)
    assert browser.get("/bank-statements/import").status_code == status
    assert browser.post("/bank-statements/upload", data=a_file()).status_code == (302 if status == 200 else 403)


def test_from_the_file_to_the_lines(app, as_user, once):
    fee = once(lambda: a_paid_fee().id)
    browser = as_user("qian")
    address = browser.post("/bank-statements/upload", data=a_file()).headers["Location"]
    page = browser.get(address)
    assert "Recognised: a statement of China Construction Bank." in page.text
    assert OWN in page.text
    assert "¥12,877.10" in page.text
    form = columns(page.text) | {"bank": "ccb", "account": OWN}
    assert browser.post(f"{address}/bring-in", data=form).headers["Location"] == address
    result = browser.get(address)
    assert "New lines: 2. Already known: 0." in result.text
    assert fee
    again = browser.post(f"{address}/bring-in", data=form)
    assert again.status_code == 302
    assert "imported already" in browser.get(address).text
    assert browser.post(f"{address}/look-again").status_code == 302
    sent = browser.get(f"{address}/file")
    assert (sent.status_code, sent.data[:20]) == (200, as_csv(BANKS["ccb"](BOOKINGS))[:20])
    assert "attachment" in sent.headers["Content-Disposition"]
    second = browser.post("/bank-statements/upload", data=a_file(as_xlsx(BANKS["ccb"](BOOKINGS)), "流水.xlsx"))
    assert "stay as they are" in browser.get(second.headers["Location"]).text


def columns(page):
    """Return the columns as the form has them."""
    found = {}
    for name, options in re.findall(
        r'<select class="form-select" name="(field-\d+)".*?>(.*?)</select>', page, re.DOTALL
    ):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


def test_columns_of_an_unknown_bank_are_chosen_by_hand(app, as_user):
    browser = as_user("qian")
    address = browser.post("/bank-statements/upload", data=a_file(as_csv(stranger(BOOKINGS)))).headers["Location"]
    page = browser.get(address)
    assert "not those of a bank that is known here" in page.text
    form = dict(zip([f"field-{n}" for n in range(5)], ["booked_on", "summary", "payer", "", "serial"], strict=True))
    looked = browser.post(f"{address}/preview", data=form)
    assert "Choose the column of the amount" in looked.text
    form |= {"field-3": "amount", "bank": "other"}
    assert JIAHE in browser.post(f"{address}/preview", data=form).text
    refused = browser.post(f"{address}/bring-in", data=form)
    assert (refused.status_code, "number of the account" in refused.text) == (422, True)
    assert browser.post(f"{address}/bring-in", data=form | {"account": "6228480012345678"}).status_code == 302
    assert "6228****5678" in browser.get(address).text
    with app.app_context(), acting(SYSTEM):
        assert db.session.query(Line).count() == 2
        db.session.remove()


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "empty"), (b"%PDF-1.4", "PDF"), (b"<html><table>", "web page"), (b"a", "no rows")]
)
def test_what_is_no_statement_is_refused_with_words(as_user, content, words):
    answer = as_user("qian").post("/bank-statements/upload", data=a_file(content))
    assert answer.status_code == 422
    assert words in answer.text


def test_nothing_chosen_is_said(as_user):
    answer = as_user("qian").post("/bank-statements/upload", data={})
    assert (answer.status_code, "Choose a file first." in answer.text) == (422, True)


def test_a_file_is_given_up_before_it_is_imported(app, as_user, once):
    key = once(lambda: upload(as_csv(BANKS["ccb"](BOOKINGS))).id)
    assert as_user("xu").get(f"/bank-statements/{key}").status_code == 200
    for verb in ("discard", "preview", "bring-in", "look-again"):
        assert as_user("xu").post(f"/bank-statements/{key}/{verb}").status_code == 403
        assert as_user("qian").post(f"/bank-statements/99999/{verb}").status_code == 404
    assert as_user("qian").post(f"/bank-statements/{key}/discard").status_code == 302
    with app.app_context(), acting(SYSTEM):
        assert db.session.get(Statement, key) is None
        db.session.remove()


def test_a_learned_payer_is_forgotten(app, as_user, once):
    key = once(a_learned_payer)
    assert "禾记大药房" in as_user("xu").get("/learned-payers/").text
    assert as_user("xu").post(f"/learned-payers/{key}/delete").status_code == 403
    assert as_user("qian").post("/learned-payers/99999/delete").status_code == 404
    assert as_user("qian").post(f"/learned-payers/{key}/delete").status_code == 302
    with app.app_context(), acting(SYSTEM):
        assert db.session.get(Payer, key) is None
        db.session.remove()


def a_learned_payer():
    confirm(a_line("12800", "禾记大药房"), a_paid_fee())
    with acting(SYSTEM):
        return db.session.query(Payer).one().id


def test_programs_read_and_write_nothing(as_program, pair):
    _fee, line = pair
    qian = as_program("qian")
    assert qian.get("/api/v1/bank-lines/").get_json()["result"][0]["payer"] == JIAHE
    assert qian.get(f"/api/v1/bank-lines/{line}").status_code == 200
    assert qian.get("/api/v1/bank-statements/").status_code == 200
    assert qian.post("/api/v1/bank-lines/", json={"amount": "1"}).status_code in (403, 405)
    assert qian.delete(f"/api/v1/bank-lines/{line}").status_code in (403, 405)
    for person in ("lin", "zong"):
        assert as_program(person).get("/api/v1/bank-lines/").status_code == 403


def test_the_ledger_shows_the_bank_and_confirms_beside_a_fee(app, as_user, pair):
    fee, line = pair
    browser = as_user("qian")
    assert "Bank lines without a fee" in browser.get("/fees/?page_size=10").text
    assert "Bank lines without a fee" not in as_user("lin").get("/fees/?page_size=10").text
    pane = browser.get(f"/fees/{fee}/pane?next=/fees/")
    assert "Compared with the bank" in pane.text
    assert "Compared with the bank" not in as_user("lin").get(f"/fees/{fee}").text
    done = browser.post(f"/bank-lines/{line}/confirm?next=/fees/", data={f"part-{fee}": "12800.00"})
    assert done.headers["Location"] == "/fees/"
    assert "Compared with the bank" in browser.get(f"/fees/{fee}").text


def test_a_fee_is_entered_from_its_line(as_user, pair):
    _fee, line = pair
    page = as_user("qian").get(f"/bank-lines/{line}")
    assert "Enter the fee" in page.text
    browser = as_user("qian")
    gone = browser.get(f"/bank-lines/{line}/enter-fee?customer=99999")
    assert gone.headers["Location"] == f"/bank-lines/{line}"
    form = browser.get(f"/bank-lines/{line}/enter-fee?customer=1", follow_redirects=True)
    assert 'value="12800.00"' in form.text
    assert JIAHE in form.text
    assert as_user("xu").get(f"/bank-lines/{line}/enter-fee?customer=1").status_code == 403
