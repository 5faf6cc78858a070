"""What a pool hides until a customer is claimed, at every door."""

from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.extensions import db
from app.system.jobs.models import Job
from app.system.segments.models import Segment
from tests.crm.pool.steps import ADDRESS, NOTES, PHONE, bulk, give, one, worked


def test_phones_and_chosen_fields_are_hidden_at_every_door(app, as_user, secret, hide):
    hide("address", "notes")
    give(app, "agent", ("can_export", "PoolView"))
    lin = as_user("lin")
    every = "name,address,notes,phone,email"
    answers = [
        lin.get("/pool/"),
        lin.get(f"/pool/{secret}"),
        lin.get(f"/pool/export?format=csv&columns={every}"),
        lin.get("/pool/export?format=csv"),
        bulk(lin, action="claim", ids=[secret]),
    ]
    assert lin.post("/me/settings/columns/PoolView", data={"columns": every.split(",")}).status_code == 302
    answers.append(lin.get("/pool/"))
    assert "****" in answers[-1].text
    assert "Notes" in answers[-1].text

    for answer in answers:
        assert answer.status_code == 200
        assert "暗巷商贸有限公司" in answer.text
        for word in (ADDRESS, NOTES, PHONE, "137 5550 1234", "boss@secret.cn"):
            assert word not in answer.text, answer.request.path


def test_a_filter_by_a_hidden_field_tells_no_more_than_a_mask(as_user, secret, hide):
    hide("address", "level")
    lin = as_user("lin")
    part = one("address", "contains", "暗巷")

    assert "masked" in lin.get("/pool/", query_string={"filter": part}).text
    assert "masked" in lin.get("/pool/count", query_string={"filter": part}).json["text"]
    assert "masked" in lin.get("/pool/count", query_string={"filter": one("level", "is", "key")}).json["text"]
    assert bulk(lin, action="claim", scope="all", filter=part).status_code == 302
    lin.post("/segments/save", data={"subject": "PoolView", "name": "偷看", "filter": part})
    asked = {field["name"]: field["operators"] for field in lin.get("/pool/filter-fields").json}
    assert [operator["code"] for operator in asked["address"]] in (["empty", "not_empty"], ["not_empty", "empty"])


def test_a_segment_on_a_hidden_field_shows_nothing_to_who_made_it(app, as_user, secret, hide):
    hide("address")
    lin = as_user("lin")
    lin.post("/segments/save", data={"subject": "PoolView", "name": "偷看", "filter": one("address", "is", ADDRESS)})
    with app.app_context(), acting(SYSTEM):
        kept = db.session.scalars(select(Segment.id)).all()

    for key in kept:
        answer = lin.get(f"/pool/?segment={key}")
        assert "暗巷商贸有限公司" not in answer.text


def test_a_list_is_not_sorted_by_a_hidden_field(as_user, secret, hide):
    hide("registered_on")
    lin = as_user("lin")

    page = lin.get("/pool/?sort=registered_on").text
    assert "暗巷商贸有限公司" in page
    assert 'aria-sort="ascending"' not in page


def test_what_is_hidden_is_seen_once_the_customer_is_claimed(as_user, secret, hide):
    hide("address", "notes")
    lin = as_user("lin")
    answer = lin.post(f"/pool/{secret}/claim")

    assert answer.location == f"/customers/{secret}"
    assert all(word in lin.get(answer.location).text for word in (ADDRESS, NOTES))
    assert lin.get(f"/pool/{secret}").status_code == 404


def test_a_file_that_a_worker_writes_hides_the_same(app, as_user, secret, hide):
    hide("address", "notes")
    give(app, "agent", ("can_export", "PoolView"))
    lin = as_user("lin")
    lin.post("/pool/export?format=csv&columns=name,address,notes,phone")
    worked(app)

    with app.app_context(), acting(SYSTEM):
        job = db.session.scalars(select(Job.id)).one()
    found = lin.get(f"/jobs/{job}/result").text
    assert "暗巷商贸有限公司" in found
    assert not [word for word in (ADDRESS, NOTES, PHONE) if word in found]
