"""The description of the interface: valid OpenAPI, and true: what it promises is answered."""

import pytest
from openapi_spec_validator import validate

from tests.crm.customers.test_api import NEW
from tests.factories import a_contact, a_customer, a_followup

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
    rules = {
        (rule.rule.replace("<pk>", "{id}"), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(("CustomerApi.", "ContactApi.", "FollowupApi."))
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    found = {(path, verb) for path, item in described["paths"].items() for verb in item if verb != "parameters"}
    assert found == rules


@pytest.fixture
def program(as_program):
    return as_program("anran")


def test_every_address_answers_what_it_promises(app, described, program):
    with app.app_context():
        customer = a_customer()
        keys = {"customers": customer.id, "contacts": a_contact(customer=customer).id}
        keys["followups"] = a_followup(customer=a_customer(name="另一家").id).id
    bodies = {"customers": NEW | {"phone": "13900139000"}, "contacts": {"name": "王", "phones": ["13900139000"]}}
    bodies["followups"] = {"customer": keys["customers"], "progress": "interested"}
    for path, item in sorted(described["paths"].items(), key=lambda one: "delete" in one[1]):
        name = path.split("/")[3]
        address = path.replace("{id}", str(keys[name]))
        for verb in [verb for verb in ("get", "post", "put", "patch", "delete") if verb in item]:
            asked = {"field": "phone" if name == "customers" else "phones"} if path.endswith("reveal") else bodies[name]
            sent = {"json": asked} if verb == "post" else {}
            if verb in {"put", "patch"}:
                revision = program.get(address).json["result"]["revision"]
                sent = {"json": {"revision": revision, "content" if name == "followups" else "notes": verb}}
            answer = getattr(program, verb)(address, **sent)
            assert str(answer.status_code) in item[verb]["responses"], f"{verb} {path}: {answer.text}"
            assert answer.status_code < 300, f"{verb} {path}: {answer.text}"
            check_shape(described, item[verb]["responses"][str(answer.status_code)], answer)


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
