"""What pages keep of what waits is thrown away after the commit: so no decision holds up another for that."""

from app.base.stamps import raise_stamp
from app.base.transaction import listen, transaction
from app.system.approvals.facts import CasesMoved
from app.system.approvals.queries import STAMP


@transaction
def forget_counts(_fact: CasesMoved) -> None:
    """Let every process count anew."""
    raise_stamp(STAMP)


listen(CasesMoved, forget_counts)
