"""How long messages stay, and how many are counted. Pure."""

from datetime import timedelta

#: A message is removed so long after it was read. What nobody has read stays.
READ_KEPT = timedelta(days=180)
#: The bell counts no further.
MOST_COUNTED = 100


def count_text(count: int) -> str:
    """Return a count as the bell shows it: "99+" where it stopped counting."""
    return f"{MOST_COUNTED - 1}+" if count >= MOST_COUNTED else str(count)
