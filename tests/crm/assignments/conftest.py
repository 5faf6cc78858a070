import pytest

from app.system.runs import rules


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    """Three rows a transaction, so that a test has several."""
    monkeypatch.setattr(rules, "CHUNK", 3)
