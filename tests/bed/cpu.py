"""How much work something costs. A clock on the wall would also measure what else the machine has to do."""

import os


def cpu_seconds() -> float:
    """Return the processor time of this process and of the children it has waited for, so far."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system
