import pytest

from app.base.chinese import fold, initials, to_simplified, to_traditional


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
