"""A statement carries the criteria of what it reads, and no others; that must narrow it as all of them would."""

import pytest
from flask_appbuilder import Model
from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import aliased

from app.base import narrowing
from app.base.actor import acting
from app.base.scope import PUBLIC, policy_of
from app.extensions import db
from tests.cast import LIN

CLASSES = sorted(Model.registry.mappers, key=lambda mapper: mapper.class_.__name__)
TABLES = sorted({mapper.class_.__table__.name for mapper in CLASSES})


def statements(mapper):
    """Return statements of every shape that the product writes on a class."""
    cls, key = mapper.class_, mapper.class_.__mapper__.primary_key[0]
    column, other = getattr(cls, mapper.get_property_by_column(key).key), aliased(cls)
    yield select(cls)
    yield select(column)
    yield select(other).where(exists().where(getattr(other, column.key) == column))
    yield select(func.count()).select_from(select(cls).subquery())
    yield select(cls).where(column.in_(select(column)))
    yield select(cls).join(other, getattr(other, column.key) == column)
    with_key = select(column).cte()
    yield select(cls).join(with_key, with_key.c[0] == column)
    yield update(cls).values({column: column})
    for relation in mapper.relationships:
        near = getattr(cls, relation.key)
        yield select(cls).where(near.any() if relation.uselist else near.has())


def sql(statement, options):
    return str(statement.options(*options).compile(db.engine))


@pytest.mark.parametrize("mapper", CLASSES, ids=lambda mapper: mapper.class_.__name__)
def test_the_criteria_of_what_is_read_narrow_as_all_would(app, mapper):
    with app.app_context(), acting(LIN.actor):
        kept = narrowing._kept_options(narrowing._sight(LIN.actor), with_deleted=False)
        every = [one.option for name in TABLES if (one := kept.get(name))]
        for statement in statements(mapper):
            assert sql(statement, narrowing._options(statement)) == sql(statement, every)


def test_a_statement_carries_no_criteria_it_does_not_need(app):
    from app.crm.customers.models import Customer  # noqa: PLC0415 - after the models are loaded

    with app.app_context(), acting(LIN.actor):
        assert len(narrowing._options(select(Customer))) < len(CLASSES) / 4


def test_what_is_loaded_in_a_join_by_itself_is_open_to_everybody(loaded):
    """The criteria of a statement do not reach what ``lazy="joined"`` adds to it."""
    joined = [
        (one.key, one.mapper.class_) for mapper in CLASSES for one in mapper.relationships if one.lazy == "joined"
    ]
    assert [name for name, cls in joined if policy_of(cls) is not PUBLIC] == []
