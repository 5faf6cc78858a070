"""Rules of channels, cell by cell."""

from datetime import datetime, timedelta

import pytest

from app.base.errors import Invalid, WrongState
from app.system.channels.rules import addresses, holding, lifecycle, words
from app.system.channels.rules.holding import Hold, Wishes
from app.system.channels.rules.lifecycle import DELAYS_MINUTES, FAILED, GIVEN_UP, SENDING, SENT, WAITING

MIDDAY, MIDNIGHT = datetime(2026, 11, 26, 12), datetime(2026, 11, 26, 0, 30)

# ── lifecycle ──

CELLS = {
    "take": {WAITING: SENDING, FAILED: SENDING, SENDING: SENDING},
    "arrive": {SENDING: SENT},
    "fail": {SENDING: FAILED},
    "give_up": {SENDING: GIVEN_UP},
    "resend": {FAILED: WAITING, GIVEN_UP: WAITING},
}


@pytest.mark.parametrize("verb", CELLS)
@pytest.mark.parametrize("state", list(lifecycle.State))
def test_the_life_of_a_delivery(verb, state):
    after = CELLS[verb].get(state)
    if after is None:
        with pytest.raises(WrongState):
            lifecycle.state_after(state, verb)
    else:
        assert lifecycle.state_after(state, verb) == after


def test_it_is_tried_ever_more_rarely_and_then_no_more():
    told = MIDDAY
    waits = [lifecycle.next_try(tries, now=told, since_at=told) - told for tries in range(1, len(DELAYS_MINUTES) + 1)]
    assert waits == sorted(waits)
    assert waits[0] == timedelta(minutes=1)
    assert lifecycle.next_try(len(DELAYS_MINUTES) + 1, now=told, since_at=told) is None


@pytest.mark.parametrize(("hours", "again"), [(71, True), (72, False)])
def test_what_is_three_days_old_is_not_tried_again(hours, again):
    assert (lifecycle.next_try(1, now=MIDDAY, since_at=MIDDAY - timedelta(hours=hours)) is not None) is again


# ── who wants what ──


@pytest.mark.parametrize(
    ("chosen", "usual", "urgent", "wanted"),
    [
        ((), "all", False, True),
        ((), "urgent", False, False),
        ((), "urgent", True, True),
        ((), "chosen", True, False),
        (("+email:recalled",), "chosen", False, True),
        (("-email:recalled",), "all", True, False),
        (("-email:other", "-sms:recalled"), "all", False, True),
    ],
)
def test_who_wants_what(chosen, usual, urgent, wanted):
    wishes = Wishes(frozenset(chosen))
    assert wishes.wants("email", "recalled", usual=usual, is_urgent=urgent) is wanted


def test_only_what_differs_from_the_usual_is_kept():
    kept = holding.entries("email", ["a", "b", "c"], wanted=["a", "c"], usual=["a", "b"])
    assert kept == ["+email:c", "-email:b"]


# ── until when ──


@pytest.mark.parametrize(
    ("at", "quiet", "until"),
    [
        ("21:59", "22:00-07:30", None),
        ("22:00", "22:00-07:30", "27 07:30"),
        ("00:30", "22:00-07:30", "26 07:30"),
        ("07:29", "22:00-07:30", "26 07:30"),
        ("07:30", "22:00-07:30", None),
        ("12:10", "12:00-13:30", "26 13:30"),
        ("13:30", "12:00-13:30", None),
        ("03:00", "none", None),
        ("03:00", "", None),
    ],
)
def test_quiet_hours(at, quiet, until):
    here = datetime.fromisoformat(f"2026-11-26 {at}")
    end = holding.quiet_end(here, quiet)
    assert (end and f"{end:%d %H:%M}") == until


@pytest.mark.parametrize(
    ("here", "at", "due"),
    [(MIDDAY, "17:30", "26 17:30"), (MIDDAY, "12:00", "27 12:00"), (MIDDAY, "08:00", "27 08:00")],
)
def test_the_digest_leaves_at_the_next_time_of_its_hour(here, at, due):
    assert f"{holding.next_at(here, at):%d %H:%M}" == due


@pytest.mark.parametrize(
    ("family", "urgent", "held"),
    [
        ("email", True, Hold()),
        ("email", False, Hold(datetime(2026, 11, 26, 8), is_digest=True)),
        ("sms", False, Hold(datetime(2026, 11, 26, 7, 30))),
        ("sms", True, Hold()),
        ("robot", False, Hold()),
    ],
)
def test_what_waits_at_half_past_midnight(family, urgent, held):
    wishes = Wishes(quiet="22:00-07:30", digest_at="08:00")
    assert holding.hold(MIDNIGHT, wishes, family=family, is_urgent=urgent) == held


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("22:00-7:30", "22:00-07:30"), ("22：00 至 07：30", "22:00-07:30"), ("22:00–07:30", "22:00-07:30"), ("", "none")],
)
def test_quiet_hours_are_read_as_people_write_them(typed, kept):
    assert holding.hours(typed) == kept


@pytest.mark.parametrize("typed", ["22-7", "25:00-07:00", "22:00", "22:00-22:00", "a-b", "22:00-07:30-09:00"])
def test_what_is_no_quiet_hours_is_said(typed):
    with pytest.raises(Invalid):
        holding.hours(typed)


# ── addresses ──


@pytest.mark.parametrize("address", ["8.8.8.8", "47.100.0.1", "2400:3200::1"])
def test_public_addresses(address):
    assert addresses.is_public(address)


@pytest.mark.parametrize(
    "address",
    "127.0.0.1 127.8.8.8 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 0.1.2.3 "
    "224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255 192.0.2.1 198.18.0.1 ::1 :: fe80::1 fe80::1%eth0 fc00::1 fd12::1 "
    "ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 2002:7f00:1:: 64:ff9b::7f00:1 64:ff9b::a00:1 2001:db8::1 "
    "2001:0:7f00:1:0:0:f5ff:fffe nonsense".split(),
)
def test_addresses_to_which_nothing_is_sent(address):
    assert not addresses.is_public(address)


def test_an_address_is_taken_apart():
    made = addresses.target(" https://open.feishu.cn/open-apis/bot/v2/hook/abc?x=1 ", allowed=())
    assert (made.is_secure, made.host, made.port) == (True, "open.feishu.cn", 443)
    assert made.path == "/open-apis/bot/v2/hook/abc?x=1"
    assert addresses.target("http://gw.lan:8080", allowed=("GW.lan",)).port == 8080


@pytest.mark.parametrize(
    "url",
    [
        "http://oapi.dingtalk.com/x", "ftp://a.cn/", "https://", "https:///x", "https://a b.cn/", "https://a.cn\\@b.cn/",
        "https://user:word@a.cn/", "https://a.cn:99999/", "https://a.cn/\r\nX: y", "javascript:alert(1)", "a.cn/x", "",
        "https://[::1/", "https://" + "a" * 64 + ".cn/", "https://a.cn/" + "x" * 500,
    ],
)  # fmt: skip
def test_what_is_no_address_for_messages_is_said(url):
    with pytest.raises(Invalid):
        addresses.target(url, allowed=())


# ── words ──

TEXTS = ["%(who)s shared “%(what)s”", "Until: %(until)s."]


def test_the_placeholders_of_a_kind_are_those_of_its_own_words():
    found = words.places_of(TEXTS, family="email")
    assert set(found) == {"title", "text", "who", "what", "kind", "name", "site", "link", "until"}
    assert "what" not in words.places_of(["%(count)s"], family="sms")
    assert words.places_of(TEXTS, family="robot") == ("kind", "name", "site", "link")


@pytest.mark.parametrize("text", ["{nobody}", "{who", "who}", "{ who }", "{{who}}", "{}"])
def test_a_placeholder_there_is_not_is_said(text):
    with pytest.raises(Invalid, match=r"There are: \{who\}"):
        words.check(text, ("who",))


def test_what_fills_a_placeholder_is_not_filled_again():
    assert words.filled("{who} – {what} {gone}", {"who": "{what}", "what": "{who}"}) == "{what} – {who}"


def test_a_heading_has_one_line():
    assert words.one_line("a\r\nBcc: x@y.z\x00 \x1b[0m b") == "a Bcc: x@y.z [0m b"


@pytest.mark.parametrize(
    ("phone", "is_mobile", "called"),
    [
        ("+8613800138000", True, "13800138000"),
        ("+8637165001234", False, "37165001234"),
        ("+85291234567", False, "85291234567"),
    ],
)
def test_how_numbers_are_called(phone, is_mobile, called):
    assert (words.is_mobile(phone), words.mobile(phone)) == (is_mobile, called)
