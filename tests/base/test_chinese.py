import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencc import OpenCC
from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

from app.base.chinese import (
    SPOKEN_BY_WORD,
    ascii_only,
    fold,
    initials,
    search_form,
    to_simplified,
    to_traditional,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("郑州软件", "zzrj"),
        ("鄭州軟件", "zzrj"),
        ("重庆", "cq"),
        ("长沙", "cs"),
        ("长垣市", "cys"),
        ("长城科技", "cckj"),
        ("成长教育", "czjy"),
        ("银行", "yh"),
        ("漯河", "lh"),
        ("朝阳区", "cyq"),
        ("厦门", "xm"),
        ("音乐", "yy"),
        ("会计", "kj"),
        ("河南省", "hns"),
        ("浚县", "xx"),
        ("召陵区", "slq"),
        ("乾元科技", "qykj"),
        ("重慶銀行", "cqyh"),
        ("長沙音樂", "csyy"),
        ("女", "n"),
    ],
)
def test_initials_are_those_people_say(text, expected):
    assert initials(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3M中国", "3mzg"),
        ("ABC-12（郑州）有限公司", "abc12zzyxgs"),
        ("ＡＢＣ　１２", "abc12"),
        ("é·★", ""),
        ("", ""),
    ],
)
def test_initials_keep_only_ascii_letters_and_digits(text, expected):
    assert initials(text) == expected


def test_simplifying_changes_characters_and_leaves_words():
    assert to_simplified("後臺軟體") == "后台软体"


def test_traditional_text_speaks_as_taiwan_does():
    assert to_traditional("软件里的头发和以后") == "軟體裡的頭髮和以後"


@pytest.mark.parametrize(
    "other", ["鄭州  ABC 軟件（集團）", "郑州ＡＢＣ软件(集团)", " 郑州abc软件(集团)\n", "郑州　Abc软件（集团）"]
)
def test_spellings_of_one_name_fold_to_the_same(other):
    assert fold(other) == "郑州abc软件(集团)"


def test_different_names_stay_different():
    assert fold("郑州软件") != fold("郑州软体")


def test_the_characters_read_by_their_word_are_those_of_the_dictionary():
    first = {chr(key): unicodedata.normalize("NFD", sound)[0] for key, sound in PINYIN_DICT.items()}
    read = ((one, sounds[0]) for phrase, said in PHRASES_DICT.items() for one, sounds in zip(phrase, said, strict=True))
    other = {one for one, sound in read if one in first and unicodedata.normalize("NFD", sound)[0] != first[one]}
    assert other == SPOKEN_BY_WORD


@pytest.mark.parametrize("text", ["郑州软件", "天地玄黄宇宙洪荒", "ABC（集团）3M", "〇一二", "ň嗯"])
def test_the_quick_way_to_initials_says_what_the_slow_one_says(text):
    assert initials(text) == "".join(lazy_pinyin(text, style=Style.FIRST_LETTER, errors=ascii_only)).lower()


@pytest.mark.parametrize(
    ("whole", "part"), [("乾坤科技", "乾"), ("了解一下", "瞭解"), ("ABC ＤＥＦ", "c d"), ("著名", "着")]
)
def test_a_part_of_a_text_is_a_part_of_its_search_form(whole, part):
    assert search_form(part) in search_form(whole)


@given(st.text(alphabet="乾坤软軟件鄭郑後后了瞭複覆复（A ß", min_size=1), st.integers(0, 20), st.integers(1, 20))
def test_any_part_of_any_text_is_a_part_of_its_search_form(whole, start, length):
    assert search_form(whole[start : start + length]) in search_form(whole)


@pytest.mark.parametrize("text", ["沈默的人", "有序", "郑州软件", "乾坤", "軟體"])
def test_simplifying_is_what_opencc_does(text):
    assert to_simplified(text) == OpenCC("t2s").convert(text)
