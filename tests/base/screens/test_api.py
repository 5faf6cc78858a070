"""The description of the interface: valid OpenAPI, and true: what it promises is answered."""

import pytest
from openapi_spec_validator import validate

from app.base.screens.api import DomainApi
from app.sales.opportunities import rules
from app.sales.opportunities.queries import stages as stages_of
from tests.crm.customers.test_api import NEW
from tests.factories import a_contact, a_customer, a_deal, a_followup, a_product, an_opportunity

DESCRIPTION = "/api/v1/openapi.json"


@pytest.fixture
def described(as_user):
    return as_user("anran").get(DESCRIPTION).json


@pytest.mark.one_database
def test_the_description_is_valid(described):
    validate(described)


@pytest.mark.one_database
def test_strangers_are_told_nothing(stranger):
    assert stranger.get(DESCRIPTION).status_code == 401


@pytest.mark.one_database
def test_every_address_of_rest_is_described(app, described):
    ours = {f"{view.endpoint}." for view in app.appbuilder.baseviews if isinstance(view, DomainApi)}
    rules = {
        (rule.rule.replace("<pk>", "{id}"), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(tuple(ours))
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    found = {(path, verb) for path, item in described["paths"].items() for verb in item if verb != "parameters"}
    assert found == rules


@pytest.fixture
def program(as_program):
    return as_program("anran")


def records():
    """Return the key of one record of each resource that is written to."""
    customer = a_customer()
    other = a_customer(name="另一家").id
    keys = {"customers": customer.id, "contacts": a_contact(customer=customer).id}
    keys["followups"] = a_followup(customer=other).id
    keys["products"] = a_product().id
    keys["deals"] = a_deal(customer=other).id
    keys["opportunities"] = an_opportunity(customer=other).id
    return keys


BODIES = {
    "customers": NEW | {"phone": "13900139000"},
    "contacts": {"name": "王", "phones": ["13900139000"]},
    "followups": {"progress": "interested"},
    "products": {"code": "API-1", "name": "接口产品"},
    "deals": {"dealt_on": "2026-01-05", "amount": "10"},
    "opportunities": {"title": "升级"},
}
#: Which field is changed of a resource; and what its buttons are sent.
CHANGED = {"followups": "content", "products": "description", "opportunities": "notes"}
PRESSED = {
    "customers/reveal": {"field": "phone"},
    "contacts/reveal": {"field": "phones"},
}


def test_every_address_answers_what_it_promises(app, described, program):
    with app.app_context():
        keys = records()
        stages = [one.code for one in stages_of(phase=rules.OPEN)]
    paths = [one for one in described["paths"].items() if one[0].split("/")[3] in keys]
    assert len(paths) > len(keys) * 2
    for path, item in sorted(paths, key=lambda one: ("delete" in one[1], one[0].split("/")[3] == "customers")):
        name, button = path.split("/")[3], path.split("/")[5] if path.count("/") > 4 else ""
        address = path.replace("{id}", str(keys[name]))
        for verb in [verb for verb in ("get", "post", "put", "patch", "delete") if verb in item]:
            sent = {"json": BODIES[name] | {"customer": keys["customers"]} if name in OF_CUSTOMERS else BODIES[name]}
            if button:
                sent = {"json": {"stage": stages[-1]} if button == "move" else PRESSED[f"{name}/{button}"]}
            if verb in {"put", "patch"} or button == "move":
                read = f"/api/v1/{name}/{keys[name]}"
                revision = program.get(read).json["result"]["revision"]
                more = sent["json"] if button else {CHANGED.get(name, "notes"): verb}
                sent = {"json": {"revision": revision} | more}
            answer = getattr(program, verb)(address, **(sent if verb not in {"get", "delete"} else {}))
            assert str(answer.status_code) in item[verb]["responses"], f"{verb} {path}: {answer.text}"
            assert answer.status_code < 300, f"{verb} {path}: {answer.text}"
            check_shape(described, item[verb]["responses"][str(answer.status_code)], answer)


OF_CUSTOMERS = {"followups", "deals", "opportunities"}


def check_shape(described, promised, answer):
    """Compare an answer's columns with those of its schema."""
    if "content" not in promised:
        assert not answer.data
        return
    result = promised["content"]["application/json"]["schema"]["properties"]["result"]
    one = result.get("items", result)
    known = described["components"]["schemas"][one["$ref"].rsplit("/", 1)[-1]] if "$ref" in one else one
    rows = answer.json["result"] if "items" in result else [answer.json["result"]]
    assert rows
    assert all(set(row) == set(known["properties"]) for row in rows)
