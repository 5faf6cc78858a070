"""In how large parts a run goes: small ones of few rows, no part of many so large that others wait for it."""

import pytest

from app.system.runs import rules


@pytest.mark.parametrize(
    ("total", "rows"), [(0, 2000), (5_000, 2000), (24_000, 2000), (36_000, 3000), (50_000, 4000), (1_000_000, 4000)]
)
def test_many_rows_go_in_larger_parts_up_to_a_limit(total, rows, monkeypatch):
    monkeypatch.setattr(rules, "CHUNK", 2000)  # as it is; the other tests here take less

    assert rules.chunk(total) == rows


def test_progress_of_many_is_seen_in_a_dozen_steps():
    assert all(total / rules.chunk(total) >= rules.STEPS for total in (24_000, 50_000, 1_000_000))
