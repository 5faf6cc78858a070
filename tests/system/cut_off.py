"""A worker that dies in the middle, without a process."""

from app.base.background import AtOnce


class CutOffError(Exception):
    """The worker is gone."""


class CutsOff(AtOnce):
    """Progress of a worker that dies after so many steps."""

    def __init__(self, actor, *, after):
        super().__init__({}, actor)
        self.left = after

    def step(self, change, *, done, total=None):
        if not self.left:
            raise CutOffError
        self.left -= 1
        return super().step(change, done=done, total=total)
