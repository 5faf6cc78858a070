"""These tests read the code and one built application."""

import pytest

from app import load_models


@pytest.fixture(scope="session")
def loaded():
    """Every table of the product, known."""
    load_models()
