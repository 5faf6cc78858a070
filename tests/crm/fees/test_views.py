"""The screens of fees: each button at its three gates, the form, the ledger, the pane, papers, closing."""

import io
import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.scope import unscoped
from app.crm.fees.models import Closing, Fee
from app.extensions import db
from app.system.files.models import File
from tests.cast import QIAN
from tests.factories import a_customer, a_fee, a_product

DAY = clock.today()
LAST_MONTH = DAY.replace(day=1) - timedelta(days=1)
LAST = {"field": "received_on", "op": "between", "value": [f"{LAST_MONTH:%Y-%m-01}", LAST_MONTH.isoformat()]}
FORM = {"amount": "9000", "received_on": DAY.isoformat(), "method": "corporate_account"}
WHY = {"reason": "wrong", "text": "wrong", "amount": "1"}


@pytest.fixture
def fee(saved):
    return saved(a_fee)


@pytest.fixture
def approved(saved):
    return saved(a_fee, state="approved", period_from=DAY, period_to=DAY)


@pytest.fixture
def row(app):
    def ask(key):
        with app.app_context(), acting(SYSTEM), unscoped("a test looks"):
            found = db.session.get_one(Fee, key)
            return {name: getattr(found, name) for name in ("state", "amount", "reason", "reason_text", "revision")}

    return ask


@pytest.fixture
def count(app):
    def ask(model=Fee):
        with app.app_context(), acting(SYSTEM):
            return db.session.scalar(select(func.count(model.id)))

    return ask


def customer_of(app, key):
    with app.app_context(), acting(SYSTEM):
        return db.session.get_one(Fee, key).customer_id


# ── three gates ──

BUTTONS = ["approve", "reject", "void", "reverse", "refund", "further", "edit"]
READS = ["/fees/", "/fees/ledger", "/fees/waiting", "/fees/{id}", "/fees/{id}/pane", "/fees/{id}/history"]
READS += ["/fees/export", "/fees/{id}/receipt", "/fees/statement", "/fees/usual", "/fees/new", "/fees/closings/"]
READS += ["/fees/closings/new", "/imports/fees/"]


@pytest.mark.parametrize("verb", BUTTONS)
def test_no_button_for_who_lacks_the_permission(as_user, fee, row, verb):
    assert as_user("bai").post(f"/fees/{fee}/{verb}", data=FORM | WHY).status_code == 403
    assert row(fee)["state"] == "unreviewed"


@pytest.mark.parametrize("address", READS)
def test_no_screen_for_who_lacks_the_permission(as_user, fee, address):
    assert as_user("bai").get(address.format(id=fee)).status_code == 403


@pytest.mark.parametrize("verb", BUTTONS[2:])
def test_no_button_reaches_what_is_out_of_scope(as_user, fee, row, verb):
    assert as_user("eve").post(f"/fees/{fee}/{verb}", data=FORM | WHY).status_code == 404
    assert row(fee)["state"] == "unreviewed"


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("reverse", "has not been reviewed"),
        ("refund", "has not been reviewed"),
        ("further", "Nothing is open"),
    ],
)
def test_what_the_state_forbids_is_said(as_user, fee, verb, words):
    answer = as_user("lin").post(f"/fees/{fee}/{verb}", data=FORM | WHY)
    assert answer.status_code in (400, 409, 422)
    assert words in answer.text


@pytest.mark.parametrize("verb", ["edit", "void"])
def test_what_is_approved_is_locked(as_user, approved, verb):
    answer = as_user("lin").post(f"/fees/{approved}/{verb}", data=FORM | WHY | {"revision": 2})
    assert answer.status_code in (400, 409, 422)
    assert "reversing entry corrects it" in answer.text


def test_finance_is_not_given_the_form_of_what_an_agent_entered(as_user, fee):
    answer = as_user("qian").get(f"/fees/{fee}/edit")
    assert answer.status_code == 403
    assert "Only whoever entered" in answer.text


def test_nobody_approves_their_own(as_user, saved, row):
    own = saved(a_fee, by=QIAN)
    page = as_user("qian").get(f"/fees/{own}").text
    assert "entered themselves" in page
    assert f"/fees/{own}/approve" not in page

    answer = as_user("qian").post(f"/fees/{own}/approve", follow_redirects=True)
    assert "entered themselves" in answer.text
    assert row(own)["state"] == "unreviewed"


def test_an_auditor_reads_and_is_offered_nothing(as_user, fee):
    xu = as_user("xu")
    page = xu.get(f"/fees/{fee}")
    assert page.status_code == 200
    assert not [verb for verb in BUTTONS if f"/fees/{fee}/{verb}" in page.text]
    assert xu.get(f"/fees/{fee}/history").status_code == 200


# ── entering ──


def entry(client, customer, product, **more):
    page = client.get(f"/fees/new?customer={customer}").text
    token = re.search(r'name="token"[^>]*value="([^"]+)"', page)[1]
    return {"product": product, "token": token, "amount": "12800", "received_on": DAY.isoformat()} | more


def test_a_fee_is_entered_with_its_voucher(as_user, app, saved, count):
    customer, product = saved(a_customer), saved(a_product, term_months=12)
    lin = as_user("lin")
    data = entry(lin, customer, product, files=(io.BytesIO(b"%PDF-1.4 slip"), "回单.pdf"))

    answer = lin.post(f"/fees/new?customer={customer}", data=data, content_type="multipart/form-data")

    assert answer.status_code == 302
    assert "tab=fees" in answer.location
    assert count() == 1
    assert count(File) == 1
    tab = lin.get(answer.location).text
    assert "¥12,800.00" in tab
    assert "FW-" in tab


def test_a_form_sent_twice_makes_one_fee(as_user, saved, count):
    customer, product = saved(a_customer), saved(a_product)
    lin = as_user("lin")
    data = entry(lin, customer, product)

    answers = [lin.post(f"/fees/new?customer={customer}", data=data) for _n in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert count() == 1


def test_what_looks_the_same_wants_a_second_yes(as_user, app, fee, count):
    customer = customer_of(app, fee)
    with app.app_context(), acting(SYSTEM):
        product = db.session.get_one(Fee, fee).product_id
    lin = as_user("lin")
    data = entry(lin, customer, product)
    asked = lin.post(f"/fees/new?customer={customer}", data=data)
    assert asked.status_code == 422
    assert "in the ledger already" in asked.text
    despite = re.search(r'name="despite" value="([^"]+)"', asked.text)[1]

    assert lin.post(f"/fees/new?customer={customer}", data=data | {"despite": despite}).status_code == 302
    assert count() == 2


@pytest.mark.parametrize(
    "bad",
    [
        *({"amount": "abc"}, {"amount": "1e400"}, {"received_on": "2026-13-45"}, {"product": "99999999"}),
        *({"product": "x"}, {"agent": "1"}, {"token": "x" * 500}, {"period_from": "2026-01-01"}),
        *({"amount": "-5"}, {"method": "nonsense"}),
    ],
)
def test_bad_input_is_never_an_error_of_ours(as_user, saved, bad):
    customer, product = saved(a_customer), saved(a_product)
    lin = as_user("lin")
    assert lin.post(f"/fees/new?customer={customer}", data=entry(lin, customer, product) | bad).status_code < 500


@pytest.mark.parametrize("customer", ["0", "abc", "999999999", "-1", "99999999999999"])
def test_no_customer_no_form(as_user, customer):
    assert as_user("lin").get(f"/fees/new?customer={customer}").status_code == 404


def test_the_usual_amount_and_period_follow_the_last_one(as_user, app, saved):
    product = saved(a_product, term_months=12)
    customer = saved(a_customer)
    saved(a_fee, customer=customer, product=product, period_from=DAY, period_to=DAY + timedelta(days=9))

    found = as_user("lin").get(f"/fees/usual?customer={customer}&product={product}").json

    first = DAY + timedelta(days=10)
    assert found["amount"] == "3980.00"
    assert found["period_from"] == first.isoformat()


def test_an_agent_does_not_say_to_whom_it_counts(as_user, saved):
    customer = saved(a_customer)
    assert 'name="agent"' not in as_user("lin").get(f"/fees/new?customer={customer}").text
    assert 'name="agent"' in as_user("qian").get(f"/fees/new?customer={customer}").text


# ── deciding ──


def test_finance_approves_in_the_pane(as_user, fee, row):
    qian = as_user("qian")
    pane = qian.get(f"/fees/{fee}/pane").text
    revision = re.search(r'name="revision" value="(\d+)"', pane)[1]

    answer = qian.post(f"/fees/{fee}/approve?next=/fees/waiting", data={"revision": revision})

    assert answer.location.endswith("/fees/waiting")
    assert row(fee)["state"] == "approved"


def test_what_was_corrected_meanwhile_is_looked_at_again(as_user, fee, row):
    as_user("lin").post(f"/fees/{fee}/edit", data=FORM | {"product": "", "revision": row(fee)["revision"]})
    stale = row(fee)["revision"] - 1

    answer = as_user("qian").post(f"/fees/{fee}/approve", data={"revision": stale}, follow_redirects=True)

    assert "look at it again" in answer.text
    assert row(fee)["state"] == "unreviewed"


def test_a_rejection_says_why_the_agent_corrects_and_the_approver_sees_old_and_new(as_user, app, fee, row):
    qian, lin = as_user("qian"), as_user("lin")
    assert qian.post(f"/fees/{fee}/reject", data={"reason": "", "text": ""}).status_code == 422
    assert qian.post(f"/fees/{fee}/reject", data={"reason": "amount_differs", "text": "少了"}).status_code == 302
    assert row(fee)["state"] == "rejected"
    with app.app_context(), acting(SYSTEM):
        product = db.session.get_one(Fee, fee).product_id

    lin.post(f"/fees/{fee}/edit", data=FORM | {"product": product, "revision": row(fee)["revision"]})

    assert row(fee)["state"] == "unreviewed"
    pane = qian.get(f"/fees/{fee}/pane").text
    assert "<del>¥12,800.00</del>" in pane
    assert "<ins>¥9,000.00</ins>" in pane


def test_many_are_approved_at_once_and_what_may_not_be_is_named(as_user, app, fee, saved, row):
    own = saved(a_fee, by=QIAN, customer=customer_of(app, fee), amount=7)
    qian = as_user("qian")
    preview = qian.post("/fees/bulk", data={"action": "approve", "scope": "selected", "ids": [fee, own]}).text
    assert "in all ¥12,807.00" in preview
    asked = re.search(r'name="asked" value="([^"]+)"', preview)[1]

    answer = qian.post("/fees/bulk/run", data={"asked": asked, "note": "ok"}, follow_redirects=True)

    assert (row(fee)["state"], row(own)["state"]) == ("approved", "unreviewed")
    assert "entered themselves" in answer.text


def test_an_agent_has_no_bulk_approval(as_user, fee):
    answer = as_user("lin").post("/fees/bulk", data={"action": "approve", "scope": "selected", "ids": [fee]})
    assert answer.status_code == 403


@pytest.mark.parametrize(("verb", "source"), [("reverse", "reversal"), ("refund", "refund")])
def test_money_goes_back_by_an_entry_of_its_own(as_user, app, approved, verb, source):
    data = {"reason": "登记错误", "amount": "100"}
    answer = as_user("lin").post(f"/fees/{approved}/{verb}", data=data, follow_redirects=True)

    assert "waits for approval" in answer.text
    with app.app_context(), acting(SYSTEM):
        made = db.session.scalars(select(Fee).where(Fee.source == source)).one()
        assert (made.amount < 0, made.reason_text) == (True, "登记错误")


# ── the ledger ──


def test_the_ledger_of_a_month_has_its_tabs_and_sums(as_user, app, saved):
    first = saved(a_fee, state="approved", amount=100)
    customer = customer_of(app, first)
    saved(a_fee, customer=customer, amount=20)
    saved(a_fee, customer=customer, amount=3, state="rejected")
    saved(a_fee, customer=customer, amount=1000, received_on=LAST_MONTH, state="approved")
    qian = as_user("qian")

    page = qian.get("/fees/ledger", follow_redirects=True).text

    assert "¥120.00" in page
    assert "Approved ¥100.00 + waiting ¥20.00" in page
    assert "¥1,000.00" not in page
    before = qian.get("/fees/?filter=" + json.dumps({"all": [LAST]})).text
    assert "¥1,000.00" in before


def test_the_ledger_takes_any_filter(as_user, fee):
    qian = as_user("qian")
    for text in (
        '{"any":[{"field":"amount","op":"above","value":1}]}',
        "{",
        "[]",
        '{"all":[1]}',
        '{"all":[{"field":1}]}',
    ):
        assert qian.get("/fees/", query_string={"filter": text}).status_code in (200, 422)


def test_what_waits_stands_there_the_oldest_first(as_user, app, fee, saved):
    saved(a_fee, customer=customer_of(app, fee), amount=5, received_on=DAY - timedelta(days=9))
    page = as_user("qian").get("/fees/waiting", follow_redirects=True).text
    assert page.index("¥5.00") < page.index("¥12,800.00")


def test_export_holds_what_is_shown(as_user, fee):
    answer = as_user("qian").get("/fees/export?format=csv")
    assert answer.status_code == 200
    assert "FW-" in answer.text


# ── papers ──


def test_a_receipt_only_of_what_is_approved(as_user, fee, approved):
    lin = as_user("lin")
    assert lin.get(f"/fees/{fee}/receipt").status_code in (400, 409, 422)
    answer = lin.get(f"/fees/{approved}/receipt")
    assert answer.status_code in (200, 503)
    assert answer.status_code == 503 or answer.data.startswith(b"%PDF")


def test_a_statement_of_a_customer(as_user, app, approved):
    customer, lin = customer_of(app, approved), as_user("lin")
    assert 'name="from_on"' in lin.get(f"/fees/statement?customer={customer}").text
    answer = lin.get(f"/fees/statement?customer={customer}&from_on={DAY}&to_on={DAY}")
    assert answer.data.startswith(b"%PDF")
    assert lin.get(f"/fees/statement?customer={customer}&from_on=x&to_on=y").status_code in (400, 422)
    assert as_user("eve").get(f"/fees/statement?customer={customer}").status_code == 404


# ── months ──


def test_finance_closes_a_month_and_its_entries_stay(as_user, app, saved, row, count):
    waiting = saved(a_fee, received_on=LAST_MONTH)
    qian = as_user("qian")
    refused = qian.post("/fees/closings/new", data={"month": LAST_MONTH.isoformat()})
    assert refused.status_code == 422
    assert f"FW-{LAST_MONTH:%Y%m}-000001" in refused.text
    qian.post(f"/fees/{waiting}/approve")

    assert qian.post("/fees/closings/new", data={"month": LAST_MONTH.isoformat()}).status_code == 302

    assert count(Closing) == 1
    late = as_user("lin").get(f"/fees/new?customer={customer_of(app, waiting)}").text
    assert "received_on" in late


def test_a_month_is_opened_again_by_an_administrator_with_a_reason(as_user, app, saved):
    with app.app_context(), acting(SYSTEM):
        closing = Closing(month=LAST_MONTH.replace(day=1), counted=0, total=0)
        db.session.add(closing)
        db.session.commit()
        key = closing.id
    assert as_user("xu").post(f"/fees/closings/{key}/reopen", data=WHY).status_code == 403
    assert "heads the finance" in as_user("qian").post(f"/fees/closings/{key}/reopen", data=WHY).text
    anran = as_user("anran")
    assert anran.post(f"/fees/closings/{key}/reopen", data={"reason": ""}).status_code == 422
    assert anran.post(f"/fees/closings/{key}/reopen", data=WHY).status_code == 302
