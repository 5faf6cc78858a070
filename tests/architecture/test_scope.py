"""Every table says who sees its rows, ours and those of the frameworks."""

import pytest
from flask_appbuilder import Model
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.base.scope import policy_of

pytestmark = pytest.mark.usefixtures("loaded")


def without_a_scope(mappers):
    return sorted(mapper.class_.__name__ for mapper in mappers if policy_of(mapper.class_) is None)


def test_every_mapped_class_declares_its_scope():
    assert without_a_scope(Model.registry.mappers) == []


def test_a_new_class_without_a_scope_would_be_found():
    class Base(DeclarativeBase):
        pass

    class Forgotten(Base):
        __tablename__ = "architecture_forgotten"
        id: Mapped[int] = mapped_column(primary_key=True)

    assert without_a_scope(Base.registry.mappers) == ["Forgotten"]


def test_every_table_is_mapped_or_joins_two_that_are():
    mapped = {mapper.local_table.name for mapper in Model.registry.mappers}
    loose = [table for name, table in Model.metadata.tables.items() if name not in mapped]
    assert [table.name for table in loose if len(table.foreign_keys) < 2] == []
