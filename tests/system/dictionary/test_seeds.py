"""What ships in the dictionaries: complete, in three languages, and of one piece."""

import csv
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from app.base.chinese import initials
from app.messages.checks import simplified_only

SEEDS = Path(__file__).parents[3] / "app/system/dictionary/seeds"
COLORS = set("gray blue sky teal green lime amber orange red pink purple indigo".split())
POLICIES = {"locked", "closed", "open", "editable"}
LABELS = ("label_zh_hans", "label_zh_hant", "label_en")
NAMES = ("name_zh_hans", "name_zh_hant", "name_en")
FILLED_FROM_REGIONS = {"region"}
OURS = {
    ("reconcile_state", "again"),
    ("assignment_kind", "entered"),
    ("assignment_kind", "undo"),
}  # values of ours in dictionaries of the list


def rows_of(name):
    with (SEEDS / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


DICTIONARIES = rows_of("dictionaries.tsv")
VALUES = rows_of("values.tsv")
REGIONS = rows_of("regions.tsv")
REGION_BY_CODE = {row["code"]: row for row in REGIONS}
PROVINCES = [row for row in REGIONS if row["level"] == "1"]
HENAN = [row for row in REGIONS if row["parent"] == "410000"]


def empty_cells(rows, columns):
    return [(row, column) for row in rows for column in columns if not row[column].strip()]


def test_every_dictionary_and_every_value_of_the_default_list_is_there():
    ours = {
        "bank",
        "customer_tag",
        "deal_origin",
        "delete_reason",
        "fee_source",
        "reconcile_ignore_reason",
    }  # not in the list
    own = [row for row in VALUES if row["dictionary"] in ours or (row["dictionary"], row["code"]) in OURS]
    stages = 5  # of opportunity_stage: rows of a table of their own here
    assert len(DICTIONARIES) == 129  # region and region_henan of the list are one here; ours are added
    assert len(VALUES) - len(own) == 743 - stages
    assert len(VALUES) - len(own) + len(PROVINCES) + len(HENAN) == 795 - stages


def test_every_dictionary_has_values():
    with_values = {row["dictionary"] for row in VALUES} | FILLED_FROM_REGIONS
    assert with_values == {row["code"] for row in DICTIONARIES}


def test_no_region_is_kept_in_two_places():
    assert not [row for row in VALUES if row["dictionary"] in FILLED_FROM_REGIONS]


def test_nothing_lacks_a_name_in_any_language():
    assert not empty_cells(DICTIONARIES, NAMES)
    assert not empty_cells(VALUES, LABELS)
    assert not empty_cells(REGIONS, (*NAMES, "short_zh_hans", "initials"))


def test_no_cell_has_stray_blanks():
    cells = [cell for row in (*DICTIONARIES, *VALUES, *REGIONS) for cell in row.values()]
    assert [cell for cell in cells if cell != cell.strip()] == []


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        (DICTIONARIES, ["code"]),
        (VALUES, ["dictionary", "code"]),
        (VALUES, ["dictionary", "order"]),
        (REGIONS, ["code"]),
    ],
    ids=["dictionaries", "values", "orders", "regions"],
)
def test_nothing_is_listed_twice(rows, columns):
    counted = Counter(tuple(row[column] for column in columns) for row in rows)
    assert [key for key, times in counted.items() if times > 1] == []


@pytest.mark.parametrize("column", LABELS)
def test_two_values_of_a_dictionary_never_read_the_same(column):
    counted = Counter((row["dictionary"], row[column].casefold()) for row in VALUES)
    assert [key for key, times in counted.items() if times > 1] == []


def test_codes_are_plain_words():
    codes = [row["code"] for row in (*DICTIONARIES, *VALUES, *REGIONS)]
    assert [code for code in codes if not re.fullmatch(r"[a-zA-Z0-9_]+", code)] == []


def test_policies_are_known():
    assert {row["policy"] for row in DICTIONARIES} == POLICIES


def test_colours_are_tokens_of_the_theme():
    assert {row["color"] for row in VALUES} <= COLORS


def test_neighbours_differ_in_colour():
    pairs = [(a, b) for a, b in pairwise(VALUES) if a["dictionary"] == b["dictionary"]]
    assert [(a["dictionary"], a["code"]) for a, b in pairs if a["color"] == b["color"]] == []


def test_a_dictionary_has_at_most_one_default():
    assert {row["is_default"] for row in VALUES} == {"0", "1"}
    counted = Counter(row["dictionary"] for row in VALUES if row["is_default"] == "1")
    assert max(counted.values()) == 1


def test_orders_count_from_one():
    orders = {}
    for row in VALUES:
        orders.setdefault(row["dictionary"], []).append(int(row["order"]))
    assert {code for code, order in orders.items() if order != list(range(1, len(order) + 1))} == set()


@pytest.mark.parametrize(
    ("rows", "column"),
    [(DICTIONARIES, "name_zh_hant"), (VALUES, "label_zh_hant"), (REGIONS, "name_zh_hant")],
    ids=["dictionaries", "values", "regions"],
)
def test_traditional_labels_have_no_simplified_characters(rows, column):
    assert [(row[column], found) for row in rows if (found := simplified_only(row[column]))] == []


def test_english_labels_are_english():
    texts = [row["label_en"] for row in VALUES] + [row["name_en"] for row in (*DICTIONARIES, *REGIONS)]
    assert [text for text in texts if re.search(r"[\u3000-\uffef]", text) or not text[0].isupper()] == []


def test_the_parent_of_an_industry_is_a_section():
    sections = {row["code"] for row in VALUES if row["dictionary"] == "industry_section"}
    assert sections == set("ABCDEFGHIJKLMNOPQRST")
    assert {row["dictionary"] for row in VALUES if row["parent"]} == {"industry_trade"}
    assert {row["parent"] for row in VALUES if row["parent"]} <= sections


def test_regions_form_a_tree():
    for row in REGIONS:
        if row["level"] == "1":
            assert row["parent"] == ""
        else:
            assert int(REGION_BY_CODE[row["parent"]]["level"]) < int(row["level"])


def test_the_level_of_a_region_is_that_of_its_code():
    """Source: GB/T 2260, two digits each for province, city, district."""
    for row in REGIONS:
        pairs = re.fullmatch(r"(\d\d)(\d\d)(\d\d)", row["code"]).groups()
        assert int(row["level"]) == 3 - (pairs[2] == "00") - (pairs[1:] == ("00", "00"))
        assert row["parent"][:2] in ("", pairs[0])


def test_regions_are_complete():
    assert [len([row for row in REGIONS if row["level"] == level]) for level in "123"] == [34, 333, 2846]
    assert len(HENAN) == 18
    assert REGION_BY_CODE["419001"]["short_zh_hans"] == "济源"
    assert REGION_BY_CODE["110105"]["parent"] == "110000"


@pytest.mark.parametrize(
    ("code", "short", "hant", "english"),
    [
        ("410000", "河南", "河南省", "Henan"),
        ("150000", "内蒙古", "內蒙古自治區", "Inner Mongolia"),
        ("610000", "陕西", "陝西省", "Shaanxi"),
        ("610100", "西安", "西安市", "Xi'an"),
        ("710000", "台湾", "臺灣省", "Taiwan"),
        ("810000", "香港", "香港特別行政區", "Hong Kong"),
        ("410100", "郑州", "鄭州市", "Zhengzhou"),
        ("410102", "中原区", "中原區", "Zhongyuan District"),
        ("410122", "中牟", "中牟縣", "Zhongmu County"),
        ("331000", "台州", "台州市", "Taizhou"),
    ],
)
def test_a_region_is_called_as_people_call_it(code, short, hant, english):
    row = REGION_BY_CODE[code]
    assert (row["short_zh_hans"], row["name_zh_hant"], row["name_en"]) == (short, hant, english)


def test_no_intermediate_level_of_the_municipalities_remains():
    assert [
        row for row in REGIONS if row["name_zh_hans"] in {"市辖区", "县"} or "直辖县级" in row["name_zh_hans"]
    ] == []


def test_siblings_among_the_regions_have_different_short_names():
    counted = Counter((row["parent"], row["short_zh_hans"]) for row in REGIONS)
    assert [key for key, times in counted.items() if times > 1] == []


def test_no_place_is_shortened_to_the_name_of_a_province():
    provinces = {row["short_zh_hans"] for row in PROVINCES}
    assert [row["code"] for row in REGIONS if row["level"] != "1" and row["short_zh_hans"] in provinces] == []


def test_initials_of_regions_are_those_the_search_makes():
    assert [
        (row["name_zh_hans"], row["initials"]) for row in REGIONS if initials(row["name_zh_hans"]) != row["initials"]
    ] == []
