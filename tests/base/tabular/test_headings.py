import pytest

from app.base.tabular.headings import Confidence, fold, guess
from app.base.tabular.template import TemplateField

FIELDS = [
    TemplateField("name", "企业名称", ["单位名称"]),
    TemplateField("legal_phone", "法人电话", ["法人手机"]),
    TemplateField("finance_phone", "财务电话"),
    TemplateField("registered_on", "注册日期"),
]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("企业名称*", "name"), ("＊企业名称（必填）", "name"), (" 企 业 名 称 ", "name"), ("企業名稱", "name"),
        ("單位名稱", "name"), ("Legal_Phone", "legal_phone"), ("註冊日期：", "registered_on"),
    ],
)  # fmt: skip
def test_a_heading_in_another_writing_is_surely_known(heading, field):
    [found] = guess([heading], FIELDS)
    assert (found.field, found.confidence) == (field, Confidence.SURE)


def test_a_similar_heading_is_to_be_checked_and_a_strange_one_has_no_field():
    similar, strange, empty = guess(["企业注册日期", "颜色", None], FIELDS)
    assert (similar.field, similar.confidence) == ("registered_on", Confidence.CHECK)
    assert (strange.field, strange.confidence, empty.field, empty.heading) == (None, Confidence.NONE, None, "")


def test_a_field_is_given_once_and_to_the_likest_heading():
    found = guess(["企业名", "企业名称", "企业名称"], FIELDS)
    assert [one.field for one in found] == [None, "name", None]


def test_one_kind_of_phone_is_not_taken_for_another():
    assert [one.field for one in guess(["出纳电话", "财务电话"], FIELDS)] == [None, "finance_phone"]


def test_a_heading_of_signs_only_folds_to_nothing():
    assert fold("***") == fold("（）") == ""
