"""What is found, and in which order: by every plan the same as a plain loop over all names would find."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opencc import OpenCC
from sqlalchemy import select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.chinese import initials, search_form
from app.crm.customers.models import Customer
from app.extensions import db
from app.system.search import queries
from app.system.search.queries import finding
from app.system.search.services import count_tokens
from tests.cast import ANRAN, EVE, LIN, SAM
from tests.factories import a_contact, a_customer

CODE = "91410300MA9K2R4TXA"
NAMES = [
    "郑州软件",
    "河南省郑州软件有限公司",
    "郑州大华软件园（集团）有限公司",
    "鄭州軟件",
    "软件郑州",
    "郑州银行股份有限公司",
    "Zhike Software Co., Ltd",
    "3M中国有限公司",
    "河南乾坤科技有限公司",
    "A&B_C%商贸'\"",
    "了解网络有限公司",
    "信阳信信食品有限公司",
    "州郑软件",
]
TRADITIONAL = {scheme: OpenCC(scheme) for scheme in ("s2t", "s2tw")}


@pytest.fixture
def named(in_app, once):
    """Customers of Lin's with these names, the last the newest; their ids by name."""
    return once(made)


def made():
    return {name: a_customer(name=name).id for name in NAMES}


# ── ranks ──


BEST_FIRST = [
    ("郑州软件", ["鄭州軟件", "郑州软件", "河南省郑州软件有限公司"]),
    ("鄭州軟件", ["鄭州軟件", "郑州软件", "河南省郑州软件有限公司"]),
    (
        "郑州　软件",
        ["鄭州軟件", "郑州软件", "河南省郑州软件有限公司", "软件郑州", "郑州大华软件园（集团）有限公司"],
    ),
    ("zzrj", ["州郑软件", "鄭州軟件", "郑州软件", "河南省郑州软件有限公司"]),
    ("ZHIKE  soft", ["Zhike Software Co., Ltd"]),
    ("３ｍ中国", ["3M中国有限公司"]),
    ("（集团）", ["郑州大华软件园（集团）有限公司"]),
    ("乾", ["河南乾坤科技有限公司"]),
    ("瞭解網絡", ["了解网络有限公司"]),
    ("&b_c%", ["A&B_C%商贸'\""]),
    ("'\"", ["A&B_C%商贸'\""]),
    ("_", ["A&B_C%商贸'\""]),
    ("xxsp", ["信阳信信食品有限公司"]),
    ("州软州", []),
    ("没有", []),
    (" ", []),
    ("*", []),
]


def test_words_find_names_best_first(named, found, plan):
    names = {key: name for name, key in named.items()}
    for words, expected in BEST_FIRST:
        assert [names[key] for key in found(LIN, words)] == expected, words


def test_the_better_answer_comes_first(in_app, found, plan):
    by_initials = a_customer(name="大华文化传媒").id
    by_contact = a_customer(name="别家商行")
    a_contact(name="dhwh先生", customer=by_contact)
    inside = a_customer(name="北方dhwh公司").id
    beginning = a_customer(name="DHWH传媒").id
    whole = a_customer(name="dhwh").id
    middle_initials = a_customer(name="郑州大华文化").id
    assert found(LIN, "dhwh") == [whole, beginning, inside, by_contact.id, by_initials, middle_initials]


def test_among_equal_answers_the_newest_change_comes_first(in_app, found, plan):
    older, newer = a_customer(name="晨光一部").id, a_customer(name="晨光二部").id
    assert found(LIN, "晨光") == [newer, older]
    with acting(SYSTEM):
        db.session.get(Customer, older).updated_at = clock.now()
        db.session.commit()
    assert found(LIN, "晨光") == [older, newer]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"credit_code": CODE}, [CODE, CODE.lower(), CODE[:6], CODE[3:9], CODE[4:11], CODE[5:13], CODE[-6:]]),
        ({"email": "linda.hao@lanshan.com.cn"}, ["linda.hao@lanshan.com.cn", "linda", "lanshan", "hao@lan"]),
        ({"email": "qx@163.com"}, ["qx@163.com"]),
        ({"website": "https://www.lanshan.cn/about"}, ["lanshan", "www.lanshan.cn", "https://www.lanshan.cn/about"]),
        ({"legal_person": "秦隐之"}, ["秦隐之", "隐之", "秦隱之"]),
        (
            {"phone": "+8613655510002"},
            ["136 5551 0002", "+86 136-5551-0002", "5551", "0002", "1365", "3655", "36555100"],
        ),
        ({"phone": "+8637165551001"}, ["0371-65551001", "65551001", "(0371) 6555"]),
        ({"finance_phone": "+8613655510003"}, ["13655510003", "510003"]),
        ({"phone": "+8637165551001;ext=801"}, ["037165551001", "0371-6555 1001转801"]),
    ],
)
def test_a_customer_is_found_by_other_texts_too(in_app, found, plan, given, words):
    a_customer(name="河南省某公司", phone="+8613900000000")
    customer = a_customer(**({"name": "蓝山商行"} | given)).id
    for typed in words:
        assert found(SAM, typed) == [customer], typed


@pytest.mark.parametrize("words", ["com", "163", "36", "914", "cn", "www"])
def test_what_everybody_has_finds_nobody(in_app, found, words):
    a_customer(name="蓝山商行", email="linda@163.com", website="www.lanshan.cn", credit_code=CODE)
    assert found(LIN, words) == []


def test_a_customer_is_found_by_its_contacts_and_each_contact_by_itself(in_app, found, plan):
    customer = a_customer(name="蓝山商行")
    contact = a_contact(name="甘藏之", phones=("+8613655510003",), wechat="gan_77", customer=customer).id
    for words in ("甘藏", "甘藏之", "藏", "13655510003", "555100"):
        assert found(SAM, words) == [customer.id], words
    for words in ("甘藏", "gcz", "13655510003", "555100", "gan_77"):
        assert found(SAM, words, kind="contact") == [contact], words


def test_several_words_may_stand_apart(in_app, found, plan):
    one, _other = a_customer(name="河南蓝山软件").id, a_customer(name="河南红山商贸").id
    both = a_customer(name="红河商贸", legal_person="蓝山").id
    assert found(LIN, "软件 河南") == [one]
    assert found(LIN, "商贸 蓝山") == [both]
    assert found(LIN, "软件 红山") == []


# ── pages ──


@pytest.mark.parametrize("words", ["软件", "z", "公司", "州 软"])
def test_pages_follow_each_other_without_gap_or_repetition(named, found, plan, words):
    everything, place, pages = found(LIN, words), "", []
    assert len(everything) > 2
    while True:
        with acting(LIN.actor):
            page = queries.find("customer", words, actor=LIN.actor, limit=2, after=place)
        if not page:
            break
        pages += [hit.id for hit in page]
        place = page[-1].place
    assert pages == everything


@pytest.mark.parametrize("after", ["x", "9.1", "2.999999999", "2.", ".1", "2.99999999999999999", "２.１"])
def test_a_place_that_is_none_is_no_failure(named, found, after):
    assert set(found(LIN, "软件", after=after)) <= set(named.values())


# ── against a plain loop ──

SIGNS = "郑州软件河南鄭軟乾坤后後银行信了瞭A3b&_（)"


def answers(row, words):
    """Return how a customer answers, from 0 (best), by name and code alone; None if it does not."""
    wanted, name, spoken = search_form(words), search_form(row.name), initials(row.name)
    is_spoken = wanted.isascii() and wanted.isalnum()
    code = search_form(row.credit_code or "")
    tests = [
        wanted in (name, code),
        name.startswith(wanted),
        wanted in name,
        False,
        len(wanted) > 5 and wanted in code,
        is_spoken and spoken.startswith(wanted),
        is_spoken and wanted in spoken,
    ]
    return next((rank for rank, is_met in enumerate(tests) if is_met), None) if wanted else None


def plain(words):
    """Return the ids a plain loop over all customers of Lin's finds, best first."""
    rows = db.session.scalars(select(Customer).where(Customer.owner_id == LIN.id)).all()
    met = [(rank, row) for row in rows if (rank := answers(row, words)) is not None]
    met.sort(key=lambda one: (one[1].updated_at, one[1].id), reverse=True)
    return [row.id for rank, row in sorted(met, key=lambda one: one[0])]


@pytest.fixture
def many(in_app, once):
    """Sixty customers of Lin's and ten of Eve's, of names made of few characters."""
    once(make_many)


def make_many():
    dice = random.Random(7)
    for number in range(70):
        name = "".join(dice.choices(SIGNS, k=dice.randint(1, 12)))
        a_customer(name=name, phone="+8699999999", owner=LIN.id if number < 60 else EVE.id)
    with acting(SYSTEM):
        count_tokens()


SCRIPTS = [lambda text: text, TRADITIONAL["s2t"].convert, TRADITIONAL["s2tw"].convert, OpenCC("t2s").convert]
PARTS = st.tuples(st.integers(0, 59), st.integers(0, 11), st.integers(1, 12))  # of which name, from where, how much
EASY = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@EASY
@given(part=PARTS, script=st.sampled_from(SCRIPTS))
def test_any_part_of_a_name_in_either_script_finds_it_as_a_plain_loop_does(many, plan, found, part, script):
    row, start, length = part
    with acting(SYSTEM):
        customer = db.session.scalars(select(Customer).where(Customer.owner_id == LIN.id).order_by(Customer.id)).all()[
            row
        ]
        typed = script(customer.name[start % len(customer.name) :][:length])
        expected = plain(typed)
    assert customer.id in expected or not typed.strip()
    assert found(LIN, typed, limit=100) == expected


@EASY
@given(words=st.text(alphabet=SIGNS + "xyzh9'\" *", min_size=1, max_size=6).filter(lambda text: len(text.split()) == 1))
def test_any_words_find_what_a_plain_loop_finds(many, plan, found, words):
    with acting(SYSTEM):
        expected = plain(words)
    assert found(LIN, words, limit=100) == expected


# ── scope ──


@pytest.mark.parametrize("words", ["蓝山", "lssh", "秦隐之", "13655510002", CODE])
def test_only_what_lies_in_scope_is_found(in_app, found, plan, words):
    customer = a_customer(
        name="蓝山商行", legal_person="秦隐之", phone="+8613655510002", credit_code=CODE, owner=LIN.id
    ).id
    assert [found(person, words) for person in (LIN, EVE, SAM, ANRAN)] == [[customer], [], [customer], [customer]]


def test_the_estimate_counts_tokens_and_what_they_begin_with(in_app, monkeypatch):
    monkeypatch.setattr("app.system.search.services.frequencies.RARE", 2)
    for number in range(3):
        a_customer(name=f"晨光{number}", phone="+8613800138000")
    with acting(SYSTEM):
        count_tokens()
        finder = finding.Finder(queries.kinds["customer"], "晨光", SYSTEM)
        assert finder._counts["cn2晨光"] == 3
        assert finding.Finder(queries.kinds["customer"], "晨", SYSTEM)._counts["cn2晨*"] == 3
        assert "cn2光0" not in finding.Finder(queries.kinds["customer"], "光0", SYSTEM)._counts
