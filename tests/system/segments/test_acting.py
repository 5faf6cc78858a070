"""Segments at work: bulk changes, exports, prints, REST do what the segment asked for, and no more."""

import io
import json
import re
from dataclasses import replace

import openpyxl
import pypdf
from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.crm.customers.models import Customer
from app.extensions import db
from app.system.jobs import services as jobs
from app.system.jobs.models import Job
from app.system.runs.models import Run
from app.system.segments import services
from tests.cast import EVE, SAM
from tests.system.logs.reading import told
from tests.system.segments.steps import LEVEL_B, by, one

# ── bulk ──


def test_a_bulk_change_does_what_the_segment_asked_for_at_the_preview(app, as_user, houses, make):
    key = make(who=SAM)
    sam = as_user("sam")
    page = sam.post("/customers/bulk", data={"action": "bulk_edit", "scope": "all", "segment": key})
    assert "Segment “重点”" in page.text
    with app.app_context():
        by(SAM, services.change_filter, key, filter_text=one("level", "is", "c"), sort="", revision=1)
        by(SAM, services.delete, key)
    asked = re.search(r'name="asked" value="([^"]+)"', page.text)[1]
    sam.post("/customers/bulk/run", data={"asked": asked, "level": "a"})
    with app.app_context(), acting(SYSTEM):
        assert [db.session.get(Customer, houses[name]).level for name in houses] == ["a", "a", "b", "c"]
        run = db.session.scalars(select(Run)).one()
        assert (run.segment, json.loads(run.filter)) == ("重点", json.loads(LEVEL_B))
        address = f"/runs/{run.id}"
    assert told(app, "bulk_changed")[0][2] == {"segment": "重点", "changed": 2, "refused": 0}
    assert "重点" in sam.get(address).text


def bulk_form(page):
    return re.search(r'<form id="zk-bulk".*?</form>', page, re.DOTALL)[0]


def test_the_list_of_a_segment_sends_the_segment_and_a_changed_one_its_own_conditions(as_user, houses, make):
    key = make(who=SAM)
    sam = as_user("sam")
    page = sam.get(f"/customers/?segment={key}").text
    assert f'<input type="hidden" name="segment" value="{key}">' in bulk_form(page)
    other = one("level", "is", "c")
    page = sam.get("/customers/", query_string={"segment": key, "filter": other}).text
    assert f'<input type="hidden" name="segment" value="{key}">' not in bulk_form(page)
    sent = sam.post("/customers/bulk", data={"action": "bulk_edit", "scope": "all", "segment": key, "filter": other})
    assert "丁家" in sent.text
    assert "甲家" not in sent.text


def test_a_segment_out_of_sight_is_no_filter_for_a_bulk_change(as_user, houses, make):
    key = make(who=EVE)
    sam = as_user("sam")
    answer = sam.post("/customers/bulk", data={"action": "bulk_edit", "scope": "all", "segment": key})
    assert "no longer shared with you" in sam.get(answer.location).text


# ── exports, prints, REST ──


def test_an_export_and_a_print_hold_the_segments_rows_in_scope_and_the_log_names_it(app, as_user, houses, make):
    key = make(who=SAM, to=(EVE,))
    eve = as_user("eve")
    book = openpyxl.load_workbook(io.BytesIO(eve.get(f"/customers/export?segment={key}&format=xlsx").data))
    assert [row[1] for row in book.active.iter_rows(min_row=2, values_only=True)] == ["丙家"]
    paper = eve.get(f"/customers/export?segment={key}&format=pdf")
    words = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(paper.data)).pages)
    assert ("丙家" in words, "甲家" in words) == (True, False)
    assert {detail["segment"] for _who, _title, detail in told(app, "exported")} == {"重点"}
    other = one("level", "is", "c")
    eve.get("/customers/export", query_string={"segment": key, "filter": other, "segment_name": "假的"})
    assert "segment" not in told(app, "exported")[0][2]


def test_a_long_export_writes_what_the_segment_asked_for_when_it_began(app, as_user, houses, make, monkeypatch):
    monkeypatch.setitem(app.config, "ZHIKE", replace(app.config["ZHIKE"], export_at_once_rows=1))
    key = make(who=SAM, sort="-name")
    sam = as_user("sam")
    sam.post(f"/customers/export?segment={key}&format=csv")
    with app.app_context():
        by(SAM, services.change_filter, key, filter_text=one("level", "is", "c"), sort="", revision=1)
        by(SAM, services.delete, key)
        job = waiting()
        jobs.work(job, lease_seconds=60)
    text = sam.get(f"/jobs/{job}/result").data.decode("utf-8-sig")
    assert [line.split(",")[1] for line in text.splitlines()[1:]] == ["甲家", "乙家"]
    assert told(app, "exported")[0][2]["segment"] == "重点"


def waiting():
    with acting(SYSTEM):
        return db.session.scalars(select(Job.id)).one()


def test_a_program_asks_by_the_segment_in_its_own_scope(as_program, houses, make):
    key, hidden = make(who=SAM, to=("agent",)), make("私", who=SAM)
    answer = as_program("eve").get(f"/api/v1/customers/?segment={key}")
    assert [row["name"] for row in answer.json["result"]] == ["丙家"]
    assert as_program("eve").get(f"/api/v1/customers/?segment={hidden}").status_code == 404
    assert as_program("eve").get(f"/api/v1/contacts/?segment={key}").status_code == 404
