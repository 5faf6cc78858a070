"""Change sets: who changed something, when, from where and why. The table ``transaction``, and what is in it."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy_continuum.plugins.base import Plugin
from sqlalchemy_continuum.transaction import TransactionFactory
from sqlalchemy_continuum.unit_of_work import UnitOfWork

from app.base import clock
from app.base.actor import current_actor
from app.base.scope import PUBLIC
from app.base.sentences import Sentence

#: Columns of versions that upstream gives an index each. Nothing is looked for by them alone, always by the row's id,
#: and the primary key has that: two index entries less for each version, and two less when it is ended.
NEVER_ASKED_ALONE = ("end_transaction_id", "operation_type")


class ActorPlugin(Plugin):
    """Notes on each change set who acted, from where, by which way and in which request."""

    def transaction_args(self, _uow: UnitOfWork, session: Session) -> dict[str, Any]:
        actor = current_actor()
        note = session.info.get("note")
        if actor is None:
            return {"user_id": None, "channel": "system", "note": note}
        return {
            "user_id": actor.id,
            "remote_addr": actor.address,
            "channel": str(actor.channel),
            "request_id": actor.request_id,
            "note": note,
        }

    def after_build_version_table_columns(self, _builder: Any, columns: Sequence[Any]) -> None:
        for column in columns:
            if column.name in NEVER_ASKED_ALONE:
                column.index = False


class ChangeSetFactory(TransactionFactory):
    """Builds the ``transaction`` table with the columns the auditor asks for."""

    def create_class(self, manager: Any) -> type[Any]:
        class Transaction(manager.declarative_base):
            """A change set: everything one person changed in one database transaction."""

            __tablename__ = "transaction"
            __versioning_manager__ = manager
            __scope__ = PUBLIC  # what it holds is told by the versions, which are scoped
            __table_args__ = (sa.Index("ix_transaction_issued_at", "issued_at"),)

            id = sa.Column(
                sa.BigInteger().with_variant(sa.Integer, "sqlite"),
                sa.Sequence("transaction_id_seq"),
                primary_key=True,
                autoincrement=True,
            )
            issued_at = sa.Column(sa.DateTime, default=clock.now, nullable=False)
            user_id = sa.Column(sa.Integer, sa.ForeignKey("ab_user.id"), index=True)
            remote_addr = sa.Column(sa.String(50))
            channel = sa.Column(sa.String(10))  # base.actor.Channel
            request_id = sa.Column(sa.String(36))
            note = sa.Column(Sentence)  # why: a reason, the name of an import, what was taken back

        return Transaction
