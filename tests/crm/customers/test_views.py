"""The customer screens: each button at its three gates, forms, conflicts, contacts and sharing, history."""

import re

import pytest

from app.crm.customers.models import Collaborator, Contact, ContactLink, Customer, PhoneNumber
from tests.cast import EVE, LIN, MEI
from tests.factories import a_customer

PHONE = "+8613800138000"
FORM = {"kind": "company", "name": "郑州晨光", "phone": "138 0013 8000"}


def shown(page):
    return re.sub(r"\s+", " ", page.text)


# ── the first gate: permission; the second: scope; the third: rule ──

BUTTONS = [
    "/customers/{id}/edit",
    "/customers/{id}/delete",
    "/customers/{id}/restore",
    "/customers/{id}/share",
    f"/customers/{{id}}/unshare/{EVE.id}",
    "/customers/{id}/contacts",
    "/customers/{id}/contacts/{link}/detach",
    "/customers/{id}/contacts/{link}/primary",
    "/customers/{id}/contacts/of/legal_person",
    "/customers/{id}/history/take-back",
    f"/customers/{{id}}/numbers/{PHONE}/vacant",
    "/contacts/{contact}/edit",
    "/contacts/{contact}/delete",
    "/contacts/{contact}/restore",
    "/contacts/{contact}/history/take-back",
]


@pytest.mark.parametrize("address", BUTTONS)
def test_no_button_for_who_lacks_the_permission(as_user, customer, linked, read, address):
    contact, link = linked
    before = read(Customer, customer).revision

    answer = as_user("bai").post(address.format(id=customer, contact=contact, link=link), data={"revision": 1})

    assert answer.status_code == 403
    assert read(Customer, customer).revision == before


@pytest.mark.parametrize("address", [one for one in BUTTONS if "delete" not in one and "restore" not in one])
def test_no_button_reaches_a_customer_out_of_scope(as_user, customer, linked, read, address):
    contact, link = linked

    answer = as_user("eve").post(address.format(id=customer, contact=contact, link=link), data={"revision": 1})

    assert answer.status_code == 404
    assert read(ContactLink, link) is not None


@pytest.mark.parametrize("address", ["/customers/{id}/delete", "/customers/{id}/restore"])
def test_no_supervisor_deletes_what_is_not_below_her(as_user, saved, read, address):
    elsewhere = saved(a_customer, owner=EVE.id)

    assert as_user("sam").post(address.format(id=elsewhere)).status_code == 404
    assert read(Customer, elsewhere) is not None


@pytest.mark.parametrize("address", BUTTONS)
def test_no_button_answers_a_get(as_user, customer, linked, read, address):
    contact, link = linked
    answer = as_user("anran").get(address.format(id=customer, contact=contact, link=link))
    assert answer.status_code == (200 if address.endswith(("edit", "delete")) else 405)
    assert read(Customer, customer).deleted_at is None


def test_who_may_only_read_is_told_so(as_user, app, customer, read):
    answer = as_user("xu").post(f"/customers/{customer}/edit", data=FORM | {"revision": 1})
    assert answer.status_code == 403
    share = {"employee": MEI.id}
    as_user("lin").post(f"/customers/{customer}/share", data=share)

    answer = as_user("mei").post(f"/customers/{customer}/edit", data=FORM | {"revision": 2})

    assert answer.status_code == 403
    assert "You may read this record, but not change it." in answer.text
    assert read(Customer, customer).name == "河南晨光商贸有限公司"


# ── making and changing ──


def test_lin_makes_a_customer_with_a_name_and_one_phone(as_user, read):
    lin = as_user("lin")
    page = lin.post("/customers/new", data=FORM, follow_redirects=True)
    key = int(re.search(r"/customers/(\d+)/edit", page.text)[1])

    assert "郑州晨光" in page.text
    assert (read(Customer, key).phone, read(Customer, key).owner_id) == (PHONE, LIN.id)


def test_what_was_typed_is_still_there_when_a_field_is_wrong(as_user, read):
    sent = FORM | {"credit_code": "91410300MA9K2R4TH3", "registered_on": "2011-06-31", "address": "文化路 <1> 号"}

    page = as_user("lin").post("/customers/new", data=sent)

    assert page.status_code == 422
    assert 'value="郑州晨光"' in page.text
    assert 'value="文化路 &lt;1&gt; 号"' in page.text
    assert 'value="2011-06-31"' in page.text
    assert page.text.count('class="err"') == 2
    assert "the last character should be" in page.text


def test_a_refusal_of_the_rules_stands_at_its_field(as_user):
    page = as_user("lin").post("/customers/new", data={"kind": "company", "name": "郑州晨光"})
    assert page.status_code == 422
    assert "Give at least one phone number, or the credit code." in page.text


@pytest.mark.usefixtures("no_key_data")
def test_an_edit_is_saved_and_counted(as_user, customer, read):
    page = as_user("lin").post(f"/customers/{customer}/edit", data=FORM | {"revision": 1}, follow_redirects=True)
    assert page.status_code == 200
    assert (read(Customer, customer).name, read(Customer, customer).revision) == ("郑州晨光", 2)


@pytest.mark.usefixtures("no_key_data")
def test_the_second_saver_chooses_field_by_field(as_user, customer, read):
    lin, sam = as_user("lin"), as_user("sam")
    first = FORM | {"revision": 1, "name": "沈萌改的", "address": "沈萌的地址"}
    sam.post(f"/customers/{customer}/edit", data=first)

    page = lin.post(
        f"/customers/{customer}/edit", data=FORM | {"revision": 1, "name": "林晓改的", "needs": "林晓的需求"}
    )

    assert page.status_code == 409
    assert "沈萌" in page.text
    assert 'name="name" value="沈萌改的"' in page.text
    assert 'name="name" value="林晓改的"' in page.text
    assert 'type="hidden" name="address" value="沈萌的地址"' in page.text
    assert 'type="hidden" name="needs" value="林晓的需求"' in page.text
    assert 'type="hidden" name="revision" value="2"' in page.text
    assert read(Customer, customer).name == "沈萌改的"

    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    lin.post(f"/customers/{customer}/edit", data=hidden | {"name": "林晓改的"})

    saved = read(Customer, customer)
    assert (saved.name, saved.address, saved.needs) == ("林晓改的", "沈萌的地址", "林晓的需求")


def test_an_edit_without_its_revision_is_not_saved(as_user, customer, read):
    page = as_user("lin").post(f"/customers/{customer}/edit", data=FORM)
    assert page.status_code == 422
    assert read(Customer, customer).revision == 1


def test_a_refused_form_leaves_nothing_for_the_next_commit(as_user, customer, read):
    lin = as_user("lin")
    lin.post(f"/customers/{customer}/edit", data=FORM | {"revision": 1, "name": "甲", "phone": "", "legal_phone": ""})
    lin.post("/customers/new", data=FORM)
    assert read(Customer, customer).name == "河南晨光商贸有限公司"


def test_without_the_token_of_the_page_nothing_is_saved(as_user, customer, read):
    page = as_user("lin", csrf=True).post(f"/customers/{customer}/edit", data=FORM | {"revision": 1})
    assert page.status_code == 400
    assert "Reload it and try again" in page.text
    assert read(Customer, customer).revision == 1


# ── contacts, numbers, sharing on the page ──


def test_a_contact_is_added_in_place(as_user, customer):
    lin = as_user("lin")
    sent = {"contact-name": "王小明", "contact-phones": "139 0013 9000; 0371-6500 1234", "contact-position": "finance"}
    page = lin.post(f"/customers/{customer}/contacts", data=sent, follow_redirects=True)
    assert "王小明" in page.text
    assert "139 0013 9000" in page.text

    page = lin.post(f"/customers/{customer}/contacts", data={"contact-name": "", "contact-phones": "12"})
    assert page.status_code == 422
    assert "Please fill this in." in page.text


def test_a_contacts_place_is_ended_and_another_made_primary(as_user, customer, linked, read):
    lin, (contact, link) = as_user("lin"), linked
    lin.post(f"/customers/{customer}/contacts/of/legal_person")
    assert "刘志远" in lin.get(f"/customers/{customer}?tab=contacts").text

    lin.post(f"/customers/{customer}/contacts/{link}/detach")
    assert read(ContactLink, link) is None
    assert read(Contact, contact) is not None
    assert lin.post(f"/customers/{customer}/contacts/{link}/primary").status_code == 404


def test_the_state_of_a_number_is_kept_in_one_click(as_user, customer, read):
    lin = as_user("lin")
    lin.post(f"/customers/{customer}/numbers/{PHONE}/vacant")
    assert read(PhoneNumber, PHONE).state == "vacant"

    page = lin.post(f"/customers/{customer}/numbers/{PHONE}/nonsense", follow_redirects=True)
    assert "is not one of the values" in page.text
    assert lin.post(f"/customers/{customer}/numbers/+8613900000000/vacant").status_code == 404
    assert read(PhoneNumber, PHONE).state == "vacant"


def test_a_shared_customer_is_seen_and_taken_back(as_user, customer):
    lin, eve = as_user("lin"), as_user("eve")
    assert eve.get(f"/customers/{customer}").status_code == 404

    lin.post(f"/customers/{customer}/share", data={"employee": EVE.id, "until": "明天"})
    assert "河南晨光商贸有限公司" in eve.get(f"/customers/{customer}").text
    assert "Collaborator, may read it, until" in shown(lin.get(f"/customers/{customer}?tab=access"))

    lin.post(f"/customers/{customer}/unshare/{EVE.id}")
    assert eve.get(f"/customers/{customer}").status_code == 404


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({}, "Choose a person."),
        ({"employee": LIN.id}, "The owner sees this customer anyway."),
        ({"employee": EVE.id, "until": "x"}, ""),
    ],
)
def test_what_cannot_be_shared_gets_a_sentence(as_user, customer, read, sent, says):
    page = as_user("lin").post(f"/customers/{customer}/share", data=sent, follow_redirects=True)
    assert says in page.text
    assert read(Collaborator, 1) is None


# ── history ──


@pytest.mark.usefixtures("no_key_data")
def test_a_change_is_seen_side_by_side_and_taken_back(as_user, customer, read):
    lin = as_user("lin")
    lin.post(f"/customers/{customer}/edit", data=FORM | {"revision": 1, "name": "河南星光商贸有限公司"})
    page = lin.get(f"/customers/{customer}/history")
    assert "河南<del>晨</del>光商贸有限公司" in page.text
    assert "河南<ins>星</ins>光商贸有限公司" in page.text

    number = re.search(r'name="number" value="(\d+)"', page.text)[1]
    line = f"customers_customer:{customer}:name"
    lin.post(f"/customers/{customer}/history/take-back", data={"number": number, "line": line})

    assert read(Customer, customer).name == "河南晨光商贸有限公司"


def test_a_deleted_customer_is_restored_from_its_history(as_user, customer, read):
    sam = as_user("sam")
    sam.post(f"/customers/{customer}/delete", data={"reason": "mistake"})
    assert sam.get(f"/customers/{customer}").status_code == 404

    page = sam.get(f"/customers/{customer}/history")
    assert "This record is deleted." in page.text
    sam.post(f"/customers/{customer}/restore")

    assert sam.get(f"/customers/{customer}").status_code == 200


def test_the_auditor_sees_history_and_gets_no_button(as_user, customer):
    page = as_user("xu").get(f"/customers/{customer}/history")
    assert page.status_code == 200
    assert "take-back" not in page.text
    assert 'method="post" action="/customers' not in as_user("xu").get(f"/customers/{customer}").text
