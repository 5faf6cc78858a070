"""The screens of follow-ups: each button at its three gates, the form, numbers, list, calendar, cycles."""

import io
import json
import re

import pytest
from sqlalchemy import func, select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.derived import set_derived
from app.base.transaction import transaction
from app.crm.customers import services as customers
from app.crm.customers.models import Customer, PhoneNumber
from app.crm.followups.models import Cycle, Followup
from app.crm.followups.queries import A_DAY
from app.extensions import db
from app.system.files.models import File
from tests.cast import EVE, LIN, MEI
from tests.factories import a_contact, a_customer, a_followup

PHONE = "+8613800138000"
FORM = {"progress": "interested", "content": "约下周看方案", "channel": "phone", "direction": "outbound"}


def shown(page):
    return re.sub(r"\s+", " ", page.text)


@pytest.fixture
def customer(saved):
    return saved(a_customer, phone=PHONE)


@pytest.fixture
def followup(saved, customer):
    return saved(a_followup, customer=customer, content="谈了价格")


@pytest.fixture
def count(app):
    def ask(model=Followup):
        with app.app_context(), acting(SYSTEM):
            return db.session.scalar(select(func.count(model.id)))

    return ask


def new(customer, **more):
    found = f"/followups/new?customer={customer}"
    return found + "".join(f"&{name}={value}" for name, value in more.items())


# ── three gates ──

BUTTONS = [
    "/followups/new?customer={customer}",
    "/followups/{id}/edit",
    "/followups/{id}/delete",
    "/followups/{id}/restore",
    "/followups/{id}/history/take-back",
]
READS = ["/followups/", "/followups/{id}", "/followups/{id}/history", "/followups/export", "/today/", "/today/day"]
READS += ["/today/export", "/calendar/", "/calendar/feed", "/cycles/", "/cycles/new"]


@pytest.mark.parametrize("address", BUTTONS)
def test_no_button_for_who_lacks_the_permission(as_user, customer, followup, read, address):
    answer = as_user("bai").post(address.format(id=followup, customer=customer), data=FORM | {"revision": 1})

    assert answer.status_code == 403
    assert read(Followup, followup).content == "谈了价格"


@pytest.mark.parametrize("address", READS)
def test_no_screen_for_who_lacks_the_permission(as_user, followup, address):
    assert as_user("bai").get(address.format(id=followup)).status_code == 403


@pytest.mark.parametrize("address", ["/calendar/feed", "/calendar/feed/revoke", "/cycles/new"])
def test_no_small_button_for_who_lacks_the_permission(as_user, address):
    assert as_user("bai").post(address).status_code == 403


@pytest.mark.parametrize("address", [one for one in BUTTONS if "restore" not in one])
def test_no_button_reaches_what_is_out_of_scope(as_user, customer, followup, count, address):
    answer = as_user("eve").post(address.format(id=followup, customer=customer), data=FORM | {"revision": 1})

    assert answer.status_code == 404
    assert count() == 1


@pytest.mark.parametrize("address", ["/followups/{id}/edit", "/followups/{id}/delete"])
def test_whose_customer_it_is_reads_what_a_colleague_recorded_but_does_not_change_it(
    as_user, app, customer, followup, address
):
    with app.app_context(), acting(SYSTEM):
        customers.share(
            db.session.get_one(Customer, customer), employee_id=MEI.id, can_write=True, until_on=None, actor=SYSTEM
        )
    mei = as_user("mei")

    assert mei.get(f"/followups/{followup}").status_code == 200
    answer = mei.post(address.format(id=followup), data=FORM | {"revision": 1})
    assert answer.status_code == 403
    assert "not change it" in answer.text


def test_an_auditor_reads_and_is_offered_nothing(as_user, followup, customer):
    page = as_user("xu").get(f"/followups/{followup}")
    assert page.status_code == 200
    assert "/edit" not in page.text
    assert "/followups/new" not in page.text
    assert "/followups/new" not in as_user("xu").get(f"/customers/{customer}").text


def test_nothing_is_recorded_by_a_get(as_user, customer, count):
    assert as_user("lin").get(new(customer)).status_code == 200
    assert count() == 0


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


# ── the list ──


def test_the_list_is_of_what_one_sees_and_can_be_asked_of_the_customer(as_user, saved, followup):
    other = saved(a_customer, name="叶家商贸有限公司", owner=EVE.id)
    saved(a_followup, customer=other, by=EVE, content="别人的事")

    page = as_user("lin").get("/followups/")
    assert "谈了价格" in page.text
    assert "别人的事" not in page.text

    def asked(field, op, value):
        wanted = json.dumps({"all": [{"field": field, "op": op, "value": value}]})
        return as_user("anran").get("/followups/", query_string={"filter": wanted}).text

    assert "别人的事" not in asked("customer_name", "contains", "晨光")
    assert "谈了价格" in asked("customer_name", "contains", "晨光")
    assert "谈了价格" not in asked("customer_owner", "is", str(EVE.id))
    assert "别人的事" in asked("customer_owner", "is", str(EVE.id))


def test_customers_are_found_by_what_was_said_by_whom_and_how(as_user, saved, followup):
    saved(a_customer, name="无人问津有限公司")

    def asked(user, field, op, value):
        wanted = json.dumps({"all": [{"field": field, "op": op, "value": value}]})
        return "晨光" in as_user(user).get("/customers/", query_string={"filter": wanted}).text

    assert asked("lin", "followup_content", "contains", "价格")
    assert not asked("lin", "followup_content", "contains", "天气")
    assert asked("lin", "followed_by", "is", str(LIN.id))
    assert not asked("lin", "followed_by", "not_is", str(LIN.id))


def test_who_has_no_follow_ups_to_see_finds_no_customer_by_them(as_user, followup):
    wanted = json.dumps({"all": [{"field": "followup_content", "op": "contains", "value": "价格"}]})
    page = as_user("shi").get("/customers/", query_string={"filter": wanted})
    assert page.status_code == 200
    assert "晨光" not in page.text


def test_the_export_holds_what_one_sees(as_user, followup):
    assert "谈了价格" in as_user("lin").get("/followups/export?format=csv").data.decode("utf-8-sig")
    assert "谈了价格" not in as_user("eve").get("/followups/export?format=csv").data.decode("utf-8-sig")


def test_a_correction_and_its_history(as_user, followup, read):
    lin = as_user("lin")
    page = lin.get(f"/followups/{followup}/edit")
    assert "谈了价格" in page.text

    answer = lin.post(
        f"/followups/{followup}/edit", data=FORM | {"revision": 1, "call_seconds": "3:20", "at": "2026-01-05"}
    )

    assert answer.status_code == 302
    assert read(Followup, followup).call_seconds == 200
    assert "约下周看方案" in lin.get(f"/followups/{followup}/history").text


def test_a_deletion_asks_why_and_can_be_taken_back(as_user, followup, customer, read):
    lin = as_user("lin")
    assert lin.post(f"/followups/{followup}/delete", data={}).status_code == 422

    lin.post(f"/followups/{followup}/delete", data={"reason": "mistake", "words": "弄错了"})
    assert read(Customer, customer).followup_status is None

    lin.post(f"/followups/{followup}/restore")
    assert read(Customer, customer).followup_status == "interested"


def test_what_hangs_on_a_customer_says_so_before_it_is_deleted(as_user, followup, customer):
    assert "1 follow-up" in as_user("anran").get(f"/customers/{customer}/delete").text


# ── work list, calendar, first page ──


@pytest.fixture
def due(app, customer):
    """Let the customer be due: an hour before midnight of yesterday."""

    def plan(at):
        with app.app_context(), acting(SYSTEM):
            transaction(lambda: set_derived(Customer, [customer], {"next_contact_at": at}))()

    return plan


def test_the_menu_leads_to_what_is_to_be_done_today(as_user, due, customer):
    lin = as_user("lin")
    answer = lin.get("/today/day")
    assert "河南晨光商贸有限公司" not in lin.get(answer.headers["Location"]).text

    due(clock.midnight() - A_DAY)

    page = lin.get(answer.headers["Location"])
    assert "河南晨光商贸有限公司" in page.text
    assert f'href="tel:{PHONE}"' in page.text
    assert f"/followups/new?customer={customer}" in page.text
    assert 'class="is-overdue"' in page.text
    assert "河南晨光商贸有限公司" not in as_user("eve").get(answer.headers["Location"]).text


def test_a_row_of_the_work_list_leads_to_the_customer(as_user, due, customer):
    due(clock.midnight())
    page = as_user("lin").get("/today/day", follow_redirects=True)
    assert f'href="/customers/{customer}?tab=followups"' in page.text


def test_each_number_of_the_first_page_leads_to_its_rows(as_user, due):
    due(clock.midnight() - A_DAY)
    lin = as_user("lin")
    page = lin.get("/").text
    figure = re.search(
        r'href="(/today/\?filter=[^"]*overdue[^"]*)"><span class="k">.*?<div class="v">(\d+)', page, re.DOTALL
    )
    assert figure[2] == "1"
    assert "河南晨光商贸有限公司" in lin.get(figure[1].replace("&amp;", "&")).text


def test_the_customer_page_says_that_a_contact_is_overdue(as_user, due, customer):
    due(clock.midnight() - A_DAY)
    page = shown(as_user("lin").get(f"/customers/{customer}"))
    assert "Contact overdue" in page


@pytest.mark.parametrize("view", ["month", "week", "day"])
def test_the_calendar_shows_ones_own_planned_contacts(as_user, due, view):
    due(clock.midnight() + A_DAY / 2)
    address = f"/calendar/?view={view}&day={clock.today()}"
    assert "河南晨光商贸有限公司" in as_user("lin").get(address).text
    assert "河南晨光商贸有限公司" not in as_user("sam").get(address).text
    assert "河南晨光商贸有限公司" in as_user("sam").get(f"{address}&person={LIN.id}").text
    assert "河南晨光商贸有限公司" not in as_user("eve").get(f"{address}&person={LIN.id}").text


@pytest.mark.parametrize(
    "asked", ["view=year&day=never&person=x", "day=2026-02-29", "day=0001-01-01", "day=2200-12-31"]
)
def test_an_address_that_makes_no_sense_shows_a_calendar_all_the_same(as_user, asked):
    assert as_user("lin").get(f"/calendar/?{asked}").status_code == 200


def test_the_cycles_are_rows_on_a_screen(as_user, count):
    sam = as_user("sam")
    assert "Days between contacts" in sam.get("/cycles/").text
    before = count(Cycle)

    assert sam.post("/cycles/new", data={"level": "a", "days": "7"}).status_code == 422
    assert sam.post("/cycles/new", data={"level": "a", "progress": "no_need", "days": "7"}).status_code == 302
    assert count(Cycle) == before + 1
    assert as_user("lin").get("/cycles/").status_code == 403


def test_a_contact_of_the_customer_can_be_chosen(as_user, app, customer):
    with app.app_context(), acting(SYSTEM):
        key = a_contact(customer=db.session.get_one(Customer, customer)).id
    lin = as_user("lin")
    assert f'<option value="{key}">' in lin.get(new(customer)).text

    lin.post(new(customer), data=FORM | {"contact": str(key)})

    with app.app_context(), acting(SYSTEM):
        assert db.session.scalars(select(Followup.contact_id)).all() == [key]


def test_the_longest_overdue_stands_first_and_what_is_not_planned_last(app, as_user, saved):
    days = {"甲公司": -3, "乙公司": -1, "丙公司": None, "丁公司": None, "戊公司": 0}
    for name, due in days.items():
        key = saved(a_customer, name=name)
        with app.app_context(), acting(SYSTEM):
            transaction(set_derived)(Customer, [key], {"next_contact_at": due_in(due)})
    lin = as_user("lin")

    def names(query):
        return re.findall(r'class="zk-name" href="[^"]+">([^<]+)<', lin.get(f"/today/?{query}").text)

    assert names("") == ["甲公司", "乙公司", "戊公司", "丙公司", "丁公司"]
    walked, after = [], ""
    for _page in range(5):
        page = lin.get(f"/today/?page_size=10{after}").text
        walked += re.findall(r'class="zk-name" href="[^"]+">([^<]+)<', page)[:1]
        after = "&after=" + re.findall(r'data-href="/customers/(\d+)', page)[0]
    assert walked == names("")


def due_in(days):
    return None if days is None else clock.now() + days * A_DAY + A_DAY / 1000
