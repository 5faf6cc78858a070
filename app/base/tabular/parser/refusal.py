"""How the child says no: a reason that `reading` turns into a sentence."""


class Refused(Exception):
    """The file is not read. `reason` is a key of `reading.SENTENCES`."""

    def __init__(self, reason: str, **values: object) -> None:
        self.reason, self.values = reason, values
