"""What people choose for themselves, and what a group is told."""

import json
import re

import pytest

from tests.cast import ANRAN, EVE, LIN
from tests.system.channels.servers import saying, web_server
from tests.system.channels.steps import a_channel, deliveries, tell

WANTED = [("email", "own_rights"), ("email", "role_rights"), ("inbox", "role_rights")]


def said(answer):
    return re.sub(r"<[^>]+>", " ", answer.text)


def test_everybody_chooses_for_themselves(app, as_user, mailing):
    lin = as_user("lin")
    page = lin.get("/me/notifications/").text
    assert 'name="email" value="own_rights"' in page
    assert 'name="sms"' not in page
    kinds = re.findall(r'name="email" value="(\w+)"', page)
    given = {
        "email": [one for one in kinds if one != "own_rights"],
        "inbox": [one for one in kinds if one != "role_rights"],
    }
    lin.post("/me/notifications/", data=given | {"quiet_from": "22:00", "quiet_until": "07:30", "digest_at": "17:30"})
    page = lin.get("/me/notifications/").text
    assert ticked(page) == {
        ("email", "own_rights"): False,
        ("email", "role_rights"): True,
        ("inbox", "role_rights"): False,
    }
    assert page.count("selected") == 3
    tell(app, LIN, EVE)
    assert deliveries(app, "person_id") == [(EVE.id,)]
    lin.post("/me/notifications/forget")
    assert ticked(lin.get("/me/notifications/").text) == dict.fromkeys(ticked(page), True)


def ticked(page):
    return {(way, kind): is_ticked(page, way, kind) for way, kind in WANTED}


def is_ticked(page, way, kind):
    return " checked" in re.search(rf'<input[^>]*name="{way}" value="{kind}"[^>]*>', page)[0]


def test_what_may_not_be_muted_rings_whatever_is_sent(app, as_user):
    lin = as_user("lin")
    lin.post("/me/notifications/", data={"inbox": []})
    assert is_ticked(lin.get("/me/notifications/").text, "inbox", "own_rights")
    tell(app, LIN)
    assert lin.get("/inbox/stamp", headers={"Accept": "application/json"}).json["unread"] == 1


def test_what_was_chosen_for_a_way_that_is_off_stays(app, as_user, mailing):
    lin = as_user("lin")
    lin.post("/me/notifications/", data={"email": [], "inbox": []})
    as_user("anran").post(f"/channels/{mailing}/switch?to=off")
    lin.post("/me/notifications/", data={"inbox": []})
    as_user("anran").post(f"/channels/{mailing}/switch?to=on")
    assert not is_ticked(lin.get("/me/notifications/").text, "email", "own_rights")


@pytest.mark.parametrize(
    "given", [{"quiet_from": "x", "quiet_until": "y"}, {"quiet_from": "22:00"}, {"digest_at": "25:99"}]
)
def test_hours_that_are_none_are_refused_in_words(as_user, mailing, given):
    lin = as_user("lin")
    assert lin.post("/me/notifications/", data=given).status_code == 302
    assert re.search(r"is no time of day|Write quiet hours", said(lin.get("/me/notifications/")))


def test_a_stranger_is_sent_to_the_door(stranger):
    assert stranger.get("/me/notifications/").status_code == 302


def test_a_robot_tells_a_group_for_whom_something_is_and_nothing_of_it(app, as_user, send):
    """One post for all of one telling, with their names, and no word of the record."""
    with web_server(saying({"code": 0})) as (asked, address):
        a_channel(app, "feishu", webhook=f"{address}/hook", kinds=("role_rights",), department=2)
        tell(app, LIN, EVE, ANRAN, kind="role_rights", params={"role": "agent"}, key="one")
        assert [one for (one,) in deliveries(app, "person_id")] == [LIN.id]  # of 客服一部 and below alone
        assert send() == 1
        text = json.loads(asked[0][2])["content"]["text"]
    assert text.startswith("知客")
    assert "林晓" in text
    assert "agent" not in text


def test_several_of_a_group_are_told_by_one_post(app, send):
    with web_server(saying({"code": 0})) as (asked, address):
        a_channel(app, "feishu", webhook=f"{address}/hook")
        tell(app, LIN, EVE, key="one")
        assert send() == 1
    assert len(asked) == 1
    assert deliveries(app) == [("sent",), ("sent",)]
