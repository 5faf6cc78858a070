import sys
import unicodedata
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.base import normal
from app.base.errors import Invalid
from tests.base.refusals import refused

TODAY = date(2026, 11, 22)
ANY_VALUE = st.one_of(
    st.text(),
    st.text("0123456789 +-()转;ext=/、,.年月日:T", max_size=30),
    st.text("0123456789ABCDEFGHJKLMNPQRTUWXYxz @.", max_size=20),
    st.integers(),
    st.floats(),
    st.none(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
)
FUNCTIONS = [
    normal.name,
    normal.text,
    normal.credit_code,
    normal.phone,
    lambda value: normal.date(value, today=TODAY),
    lambda value: normal.moment(value, today=TODAY),
    normal.decimal,
    normal.integer,
    normal.boolean,
    normal.email,
    lambda value: normal.identity_number("id_card", value),
    lambda value: normal.identity_number("passport", value),
    lambda value: normal.identity_number("other", value),
]


def stable(function, value):
    """Assert that `value` is refused as Invalid, or that its normalized form is its own."""
    try:
        once = function(value)
    except Invalid:
        return
    assert function(once) == once


@pytest.mark.parametrize("function", FUNCTIONS)
def test_normalizing_twice_changes_nothing_and_nothing_but_a_refusal_is_raised(function):
    @given(ANY_VALUE)
    @example("e\u200b\u0301")
    @example("\x0c\ud800(")
    @example("9" * 5000 + ".0")
    @example("0" * 5000)
    def holds(value):
        stable(function, value)

    holds()


def test_a_name_holding_any_one_character_is_stable():
    for character in map(chr, range(sys.maxunicode + 1)):
        if unicodedata.category(character) not in {"Cn", "Co"}:
            stable(normal.name, f"甲{character}\u0301乙")


@given(ANY_VALUE)
def test_a_cell_of_phones_is_a_list_of_phones_or_refused(value):
    try:
        found = normal.phones(value)
    except Invalid:
        return
    assert found == [normal.phone(number) for number in found] == normal.phones(";".join(found))


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("吉林亿恒网络科技(中国)有限公司", "吉林亿恒网络科技（中国）有限公司"),
        ("\u3000云南达云建筑工程有限公司 ", "云南达云建筑工程有限公司"),
        ("ＡＢＣ　\t贸易\n公司", "ABC 贸易 公司"),
        ("郑\u200b州\u202e软\u00ad件\ufeff", "郑州软件"),
        ("𠮷野家\U00031350", "𠮷野家\U00031350"),
        (12306.0, "12306"),
    ],
)
def test_a_name_is_written_one_way(raw, stored):
    assert normal.name(raw) == stored


@pytest.mark.parametrize("raw", ["", " \u3000\u200b", None])
def test_an_empty_name_is_refused(raw):
    assert normal.is_blank(raw)
    with refused("please fill it in"):
        normal.name(raw)


@pytest.mark.parametrize(
    "raw", ["=1+1", "Robert'); DROP TABLE <b>张</b>😀", "（全角）ＡＢ  两个空格", "第一行\n第二行\t列", "👨\u200d👩"]
)
def test_text_stays_as_it_is(raw):
    assert normal.text(f" {raw}\x00\x07\r\n") == raw


def test_text_of_the_full_length_is_kept_and_one_more_character_is_refused():
    assert normal.text("址" * 255, max_length=255) == "址" * 255
    with refused("This has 256 characters, at most 255 fit"):
        normal.text("址" * 256, max_length=255)


@pytest.mark.parametrize(
    "raw",
    [
        "91350000NFEU9W2E97",
        " 913500 00NFEU9W2E97\xa0",
        "91350000nfeu9w2e97",
        "９１３５００００ＮＦＥＵ９Ｗ２Ｅ９７",
        "91350000-NFEU9W2E97".replace("-", "\u200b"),
    ],
)
def test_a_credit_code_is_eighteen_capitals(raw):
    assert normal.credit_code(raw) == "91350000NFEU9W2E97"


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("91350000NFEU9W2E98", "the last character should be 7"),
        ("91350000NFEU9W2E9", "has 18 characters, this one has 17"),
        ("91350000NFEU9W2E977", "has 18 characters, this one has 19"),
        ("9135000ONFEU9W2E97", "The character O cannot occur"),
        (9.1350000123456789e17, "Excel has rounded this code"),
        ("", "this one has 0"),
    ],
)
def test_a_wrong_credit_code_is_refused_with_its_reason(raw, words):
    with refused(words):
        normal.credit_code(raw)


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("13812345678", "+8613812345678"),
        (13812345678.0, "+8613812345678"),
        (13812345678, "+8613812345678"),
        ("13812345678.0", "+8613812345678"),
        ("1.3812345678E+10", "+8613812345678"),
        ("１３８１２３４５６７８", "+8613812345678"),
        ("138 1234 5678", "+8613812345678"),
        ("138-1234-5678", "+8613812345678"),
        ("+86 13812345678", "+8613812345678"),
        ("0086-138-1234-5678", "+8613812345678"),
        ("(+86)13812345678", "+8613812345678"),
        ("013812345678", "+8613812345678"),
        ("0371-65321234", "+8637165321234"),
        ("（0371）6532 1234", "+8637165321234"),
        (37165321234.0, "+8637165321234"),
        ("+86 0371 65321234", "+8637165321234"),
        ("010-12345678", "+861012345678"),
        ("0371-65321234转801", "+8637165321234;ext=801"),
        ("0371-65321234 ext. 801", "+8637165321234;ext=801"),
        ("0371－65321234－分机：801", "+8637165321234;ext=801"),
        ("400-123-4567", "+864001234567"),
        ("8001234567", "+868001234567"),
        ("+1 650-253-0000", "+16502530000"),
        ("+852 2123 4567", "+85221234567"),
    ],
)
def test_a_phone_is_stored_as_e164(raw, stored):
    assert normal.phone(raw) == stored


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("1381234", "has 7 digits, its area code is missing"),
        ("65321234", "has 8 digits, its area code is missing"),
        ("1381234567", "has 11 digits, this one has 10"),
        ("138123456789", "has 11 digits, this one has 12"),
        ("张三13812345678", "digits only"),
        ("0999-65321234", "no such phone number"),
        ("+999 12345678", "no such phone number"),
        ("12", "no such phone number"),
        (1381234567.8, "digits only"),
        ("", "The phone number is missing"),
        (None, "The phone number is missing"),
    ],
)
def test_a_wrong_phone_is_refused_with_its_reason(raw, words):
    with refused(words):
        normal.phone(raw)


@pytest.mark.parametrize(
    ("e164", "shown"),
    [
        ("+8613812345678", "138 1234 5678"),
        ("+8637165321234", "0371-6532 1234"),
        ("+861012345678", "010-1234 5678"),
        ("+8637165321234;ext=801", "0371-6532 1234 转 801"),
        ("+864001234567", "400-123-4567"),
        ("+16502530000", "+1 650-253-0000"),
    ],
)
def test_a_phone_is_shown_as_people_write_it_and_can_be_typed_back(e164, shown):
    assert normal.phone_display(e164) == shown
    assert normal.phone(shown) == e164


@pytest.mark.parametrize("between", ["/", "、", "；", ";", "，", ",", "\n", " ", " 或 "])
def test_a_cell_may_hold_several_phones(between):
    assert normal.phones(f"13812345678{between}13912345678{between}138 1234 5678") == [
        "+8613812345678",
        "+8613912345678",
    ]


def test_one_wrong_phone_of_several_is_refused():
    with refused("area code is missing"):
        normal.phones("13812345678/65321234")


def test_an_address_is_half_width_with_a_small_domain():
    assert normal.email(" Zhang.San＠Example。COM ") == "Zhang.San@example.com"


@pytest.mark.parametrize(
    "raw", ["", "zhang", "a@b@c.cn", "a@b", "a..b@c.cn", "@c.cn", "a@-c.cn", "张@c.cn", f"{'a' * 65}@c.cn"]
)
def test_a_wrong_address_is_refused(raw):
    with refused("e-mail address"):
        normal.email(raw)


def test_an_identity_card_is_verified():
    assert normal.identity_number("id_card", " 11010519491231002x ") == "11010519491231002X"


@pytest.mark.parametrize(
    ("kind", "raw", "words"),
    [
        ("id_card", "110105194912310021", "the last character should be X"),
        ("id_card", "11010519491331002X", "birth date, but 19491331 is none"),
        ("id_card", "110105491231002", "15 digits have expired"),
        ("id_card", "1101051949123100", "this one has 16"),
        ("id_card", "11010519491231O02X", "17 digits and a last digit or X"),
        ("id_card", 1.1010519491231e17, "Excel has rounded"),
        ("passport", "E1", "such a document"),
    ],
)
def test_a_wrong_identity_number_is_refused_with_its_reason(kind, raw, words):
    with refused(words):
        normal.identity_number(kind, raw)


def test_other_documents_are_checked_by_length_and_letters():
    assert normal.identity_number("passport", "e 1234 5678") == "E12345678"
    assert normal.identity_number("驾驶证", "豫A-12345") == "豫A-12345"
    assert normal.identity_number("hk_macau_permit", "h12345678") == "H12345678"


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_any_mobile_number_comes_back_from_its_display(digits):
    stored = normal.phone(digits)
    assert normal.phone(normal.phone_display(stored)) == stored == f"+86{digits}"


def test_amounts_keep_their_own_form():
    assert normal.decimal(Decimal("12.30")) == Decimal("12.30")
