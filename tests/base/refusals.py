"""The words of a refusal, untranslated, so that a test needs no application."""

import re

import pytest

from app.base.errors import Invalid


def sentence(error: Invalid) -> str:
    """Return the English sentence with its values filled in."""
    return error.message._args[0] % error.values


def refused(words: str):
    """Expect Invalid whose sentence contains `words`."""

    class Refused:
        def __enter__(self):
            self.raises = pytest.raises(Invalid)
            self.caught = self.raises.__enter__()
            return self.caught

        def __exit__(self, *left):
            is_handled = self.raises.__exit__(*left)
            assert re.search(re.escape(words), sentence(self.caught.value)), sentence(self.caught.value)
            return is_handled

    return Refused()
