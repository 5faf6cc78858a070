"""Key data: who changes what is filled in, by form, program, import, bulk change and taking back. Source: CUS-20."""

import re

import pytest

from app.base import settings
from app.base.actor import SYSTEM, acting
from app.base.errors import Invalid, InvalidFields
from app.crm.customers import services
from app.crm.customers.models import Customer
from app.extensions import db
from app.system.audit import queries as audit
from app.system.settings import services as setting_services
from tests.cast import ANRAN, DAI, LIN, SAM
from tests.factories import a_customer
from tests.system.imports.steps import imported, rows_of, workbook

CODE, OTHER = "91350000NFEU9W2E97", "91410300MA9K2R4TX3"
SENTENCE = "Key data: only a supervisor, dispatcher or administrator"


def refused_of(problem):
    return {name: str(sentence) for name, sentence in problem.value.problems.items()}


@pytest.mark.parametrize("person", [ANRAN, DAI, SAM])
def test_who_has_the_right_changes_key_data(in_app, person):
    customer = a_customer(legal_person="王法人")
    with acting(person.actor) as actor:
        services.change(customer, {"name": "改名有限公司", "legal_person": "李法人"}, actor=actor, revision=1)
    assert (customer.name, customer.legal_person) == ("改名有限公司", "李法人")


@pytest.mark.parametrize(
    ("name", "value"),
    [("name", "改名有限公司"), ("credit_code", None), ("legal_person", "李法人"), ("legal_person", None)],
)
def test_an_agent_changes_and_empties_none_that_is_filled_in(in_app, name, value):
    customer = a_customer(credit_code=CODE, legal_person="王法人")
    with acting(LIN.actor) as lin, pytest.raises(InvalidFields) as problem:
        services.change(customer, {name: value, "address": "新址"}, actor=lin, revision=1)
    assert list(refused_of(problem)) == [name]
    assert SENTENCE in refused_of(problem)[name]


def test_an_agent_fills_in_what_is_empty_and_changes_all_else(in_app):
    customer = a_customer()
    with acting(LIN.actor) as lin:
        services.change(customer, {"credit_code": CODE, "legal_person": "王法人"}, actor=lin, revision=1)
        services.change(customer, {"address": "新址", "name": customer.name}, actor=lin, revision=2)
    assert (customer.credit_code, customer.legal_person, customer.address) == (CODE, "王法人", "新址")


def test_an_agent_takes_no_key_data_back(in_app):
    customer = a_customer()
    with acting(SAM.actor) as sam:
        services.change(customer, {"name": "改名有限公司"}, actor=sam, revision=1)
    first = audit.sets(Customer, customer.id)[-1].number
    with acting(LIN.actor) as lin, pytest.raises(InvalidFields):
        services.take_back(customer, number=first, only=None, actor=lin)
    with acting(SAM.actor) as sam:
        services.take_back(customer, number=first, only=None, actor=sam)
    assert customer.name == "河南晨光商贸有限公司"


def test_the_house_says_what_is_key_data(in_app):
    customer = a_customer(address="老址")
    with acting(ANRAN.actor) as anran:
        setting_services.change(settings.registered["key_fields"], ["address"], actor=anran, revision=0)
    with acting(LIN.actor) as lin:
        services.change(customer, {"name": "改名有限公司"}, actor=lin, revision=1)
        with pytest.raises(InvalidFields):
            services.change(customer, {"address": "新址"}, actor=lin, revision=2)


def test_what_is_no_field_cannot_be_key_data(in_app):
    with acting(ANRAN.actor) as anran, pytest.raises(Invalid, match="not one of the values"):
        setting_services.change(settings.registered["key_fields"], ["nonsense"], actor=anran, revision=0)


def test_key_data_is_not_changed_for_many_by_who_may_not(in_app):
    with acting(ANRAN.actor) as anran:
        setting_services.change(settings.registered["key_fields"], ["level"], actor=anran, revision=0)
        services.check_change({"level": "a"}, anran)
    with acting(LIN.actor) as lin:
        services.check_change({"source": "online"}, lin)
        for given in ({"level": "a"}, {"emptied": ["level"]}):
            with pytest.raises(Invalid, match="“Level” is key data"):
                services.check_change(given, lin)


def test_an_import_returns_the_row_that_would_change_key_data(in_app, tmp_path):
    customer = a_customer(credit_code=CODE, legal_person="王法人")
    path = workbook(tmp_path, ["单位名称", "信用代码", "法人"], ["河南晨光商贸有限公司", CODE, "李法人"])

    run = imported(path, DAI, defaults={"code": "update"})
    db.session.refresh(customer)
    assert (run.counts["update"], customer.legal_person) == (1, "李法人")

    path = workbook(tmp_path, ["单位名称", "信用代码", "法人"], ["河南晨光商贸有限公司", CODE, "赵法人"])
    run = imported(path, LIN, defaults={"code": "update"})
    with acting(SYSTEM):
        db.session.refresh(customer)
        problems = " ".join(one["sentence"] for one in rows_of(run)[2].problems)
    assert (run.counts["reject"], customer.legal_person) == (1, "李法人")
    assert SENTENCE in problems


# ── screens ──


def test_the_form_shows_key_data_to_read_and_says_why(as_user, saved):
    key = saved(a_customer, legal_person="王法人")
    page = as_user("lin").get(f"/customers/{key}/edit").text
    for name in ("name", "legal_person"):
        assert re.search(rf'<input[^>]* id="{name}"[^>]* readonly', page)
    assert page.count("readonly") == 2
    assert SENTENCE in page
    assert "readonly" not in as_user("sam").get(f"/customers/{key}/edit").text


def test_what_is_typed_against_it_is_refused_at_its_field(as_user, saved, read):
    key = saved(a_customer)
    form = {"kind": "company", "name": "改名有限公司", "phone": "+8637165001234", "revision": 1}
    page = as_user("lin").post(f"/customers/{key}/edit", data=form)
    assert page.status_code == 422
    assert SENTENCE in page.text
    assert read(Customer, key).name == "河南晨光商贸有限公司"


def test_a_program_is_refused_with_the_sentence(as_program, saved, read):
    key = saved(a_customer)
    answer = as_program("lin").put(f"/api/v1/customers/{key}", json={"revision": 1, "name": "改名有限公司"})
    assert answer.status_code == 422
    assert SENTENCE in answer.text
    assert as_program("sam").put(f"/api/v1/customers/{key}", json={"revision": 1, "name": "改名"}).status_code == 200
    assert read(Customer, key).name == "改名"
