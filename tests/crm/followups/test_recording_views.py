"""Recording on the screens: the form, its files, and the numbers that are called."""

import io

import pytest
from sqlalchemy import select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.crm.customers.models import Customer, PhoneNumber
from app.crm.followups.models import Followup
from app.crm.followups.queries import A_DAY
from app.extensions import db
from app.system.files.models import File
from tests.cast import EVE, LIN
from tests.crm.followups.steps import FORM, PHONE, new, shown
from tests.factories import a_contact, a_customer

# ── the form ──


def test_two_clicks_record_a_follow_up_and_lead_back_to_where_one_was(as_user, customer, read):
    lin = as_user("lin")
    back = "/today/?filter=x"
    page = lin.get(new(customer, next="/today/%3Ffilter%3Dx"))
    assert "河南晨光商贸有限公司" in page.text

    answer = lin.post(new(customer, next="/today/%3Ffilter%3Dx"), data=FORM)

    assert (answer.status_code, answer.headers["Location"]) == (302, back)
    assert read(Customer, customer).followup_status == "interested"


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "/%5Cevil.example"])
def test_the_way_back_never_leads_out_of_the_house(as_user, customer, where):
    answer = as_user("lin").post(new(customer, next=where), data=FORM)
    assert answer.headers["Location"] == "/"


def test_what_was_typed_stays_when_the_form_is_refused(as_user, customer, count):
    answer = as_user("lin").post(new(customer), data={"content": "说了很久", "call_seconds": "一会儿", "progress": ""})

    assert answer.status_code == 422
    assert "说了很久" in answer.text
    assert "一会儿" in answer.text
    assert "minutes:seconds" in answer.text
    assert "Please fill this in." in answer.text
    assert count() == 0


def test_a_rule_of_the_service_stands_at_its_field(as_user, customer, count):
    tomorrow = f"{clock.today() + A_DAY} 09:00"
    answer = as_user("lin").post(new(customer), data=FORM | {"at": tomorrow})
    assert answer.status_code == 422
    assert "Plan it as the next contact." in shown(answer)
    assert "约下周看方案" in answer.text
    assert count() == 0


def test_the_drawer_of_the_customers_page_keeps_what_was_typed_too(as_user, customer, count):
    lin = as_user("lin")
    page = lin.get(f"/customers/{customer}?tab=followups")
    assert 'id="new-followup"' in page.text

    given = {"followup-content": "说了很久", "followup-progress": ""}
    refused = lin.post(new(customer, in_place=1), data=given)

    assert refused.status_code == 422
    assert "说了很久" in refused.text
    assert "data-now" in refused.text
    assert f"/customers/{customer}" in refused.text

    done = lin.post(new(customer, in_place=1), data={f"followup-{name}": value for name, value in FORM.items()})
    assert done.headers["Location"] == f"/customers/{customer}?tab=followups"
    assert count() == 1
    assert "约下周看方案" in lin.get(f"/customers/{customer}?tab=followups").text


def test_without_a_customer_one_is_asked_for(as_user):
    page = as_user("lin").get("/followups/new")
    assert page.status_code == 200
    assert "/followups/choices/customer" in page.text


@pytest.mark.parametrize("key", ["x", "99999999999", "-1"])
def test_no_such_customer_is_404(as_user, key):
    assert as_user("lin").get(new(key)).status_code == 404


def test_files_come_with_the_follow_up(as_user, customer, count):
    file = (io.BytesIO("纪要".encode()), "纪要.txt")
    answer = as_user("lin").post(new(customer), data=FORM | {"files": file}, content_type="multipart/form-data")
    assert answer.status_code == 302
    assert (count(), count(File)) == (1, 1)


def test_a_file_of_no_allowed_kind_stands_at_its_field(as_user, customer, count):
    file = (io.BytesIO(b"\x7fELF\x02\x01\x01" + bytes(60)), "virus.exe")
    answer = as_user("lin").post(new(customer), data=FORM | {"files": file}, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "约下周看方案" in answer.text
    assert (count(), count(File)) == (0, 0)


def test_a_contact_of_the_customer_can_be_chosen(as_user, app, customer):
    with app.app_context(), acting(SYSTEM):
        key = a_contact(customer=db.session.get_one(Customer, customer)).id
    lin = as_user("lin")
    assert f'<option value="{key}">' in lin.get(new(customer)).text

    lin.post(new(customer), data=FORM | {"contact": str(key)})

    with app.app_context(), acting(SYSTEM):
        assert db.session.scalars(select(Followup.contact_id)).all() == [key]


# ── numbers ──


def test_a_wrong_number_is_marked_in_one_click_and_what_was_typed_stays(as_user, customer, count, read):
    lin = as_user("lin")
    page = lin.get(new(customer))
    assert f'value="{PHONE}|vacant"' in page.text
    assert f'href="tel:{PHONE}"' in page.text

    answer = lin.post(new(customer), data={"content": "打不通", "mark": f"{PHONE}|vacant"})

    assert answer.status_code == 200
    assert "打不通" in answer.text
    assert f'href="tel:{PHONE}"' not in answer.text
    assert read(PhoneNumber, PHONE).state == "vacant"
    assert count() == 0


def test_only_numbers_of_this_customer_are_marked(as_user, customer, saved, read):
    saved(a_customer, name="别家", owner=EVE.id, phone="+8613900139000")
    answer = as_user("lin").post(new(customer), data={"mark": "+8613900139000|vacant"})
    assert answer.status_code == 404
    assert read(PhoneNumber, "+8613900139000").state == "unverified"


def test_a_state_that_there_is_not_is_refused(as_user, customer, read):
    answer = as_user("lin").post(new(customer), data={"mark": f"{PHONE}|dead"})
    assert "is not one of the values" in answer.text
    assert read(PhoneNumber, PHONE).state == "unverified"


def test_a_call_is_offered_beside_the_row_and_not_to_a_number_that_is_dead(as_user, app, customer):
    lin, call = as_user("lin"), f'href="tel:{PHONE}"'
    assert call in lin.get("/customers/").text
    assert call in lin.get(f"/customers/{customer}").text

    lin.post(new(customer), data={"mark": f"{PHONE}|wrong_person"})

    assert call not in lin.get("/customers/").text
    assert call not in lin.get(f"/customers/{customer}").text


def test_a_number_seen_masked_is_not_offered_for_a_call(as_user, saved):
    key = saved(a_customer, phone=PHONE, owner=LIN.id)
    for address in ("/customers/", f"/customers/{key}", f"/customers/{key}?tab=followups"):
        assert PHONE not in as_user("zong").get(address).text


def test_rows_of_a_page_cost_no_statement_each(as_user, app, saved, statements):
    lin = as_user("lin")
    saved(a_customer, name="一家", phone="+8613800138001")
    lin.get("/customers/")
    with statements() as one:
        lin.get("/customers/")
    for place in range(5):
        saved(a_customer, name=f"又{place}家", phone=f"+861380013801{place}")
    with statements() as six:
        lin.get("/customers/")
    assert len(six) == len(one)
