"""What every list can do besides showing rows: keep long filters, count, go to a row."""

import json
import re

from tests.factories import a_customer

LONG = {"all": [{"any": [{"field": "name", "op": "contains", "value": f"晨光{n:02}" * 30} for n in range(20)]}]}


def test_a_filter_too_long_for_an_address_is_kept_under_a_short_id(as_user, saved):
    saved(a_customer, name="甲")
    saved(a_customer, name="晨光07" * 30)
    lin = as_user("lin")

    answer = lin.post("/customers/filter?sort=name&page=3", data={"filter": json.dumps(LONG)})

    assert re.fullmatch(r"/customers/\?sort=name&kept=[0-9a-f]{16}", answer.headers["Location"])
    page = lin.get(answer.headers["Location"])
    assert "晨光07" in page.text
    assert ">甲<" not in page.text
    again = lin.post("/customers/filter?sort=name", data={"filter": json.dumps(LONG)})
    assert again.headers["Location"] == answer.headers["Location"]


def test_a_kept_filter_opens_no_row_out_of_scope_and_no_nonsense_is_kept(as_user, saved):
    saved(a_customer, name="晨光07" * 30)
    address = as_user("lin").post("/customers/filter", data={"filter": json.dumps(LONG)}).headers["Location"]

    assert "晨光07" not in re.sub(
        r"<script.*?</script>|<ul class=.zk-filters.*?</ul>", "", as_user("eve").get(address).text, flags=re.DOTALL
    )
    assert as_user("lin").post("/customers/filter", data={"filter": "{"}).status_code == 400
    assert as_user("lin").get("/customers/?kept=' OR 1=1").status_code == 200


def test_the_builder_is_told_how_many_rows_match(as_user, saved):
    saved(a_customer, name="甲")
    lin = as_user("lin")
    raw = {"all": [{"field": "name", "op": "is", "value": "甲"}]}

    assert lin.get("/customers/count", query_string={"filter": json.dumps(raw)}).json == {"text": "1"}
    assert "cannot be read" in lin.get("/customers/count?filter={").json["text"]


def test_going_to_a_row_shows_it_first(as_user, saved):
    for number in range(12):
        saved(a_customer, name=f"客户{number:02}")
    page = as_user("lin").get("/customers/?sort=name&page_size=10&row=8").text
    assert re.findall(r'class="zk-name" href="/customers/\d+">([^<]+)</a></span></td>', page)[0] == "客户07"
    assert as_user("lin").get("/customers/?row=999999999999").status_code == 200
