"""Nobody writes past the history: no raw bulk statement against a versioned table, outside base/history."""

import ast

import pytest
from flask_appbuilder import Model

from tests.architecture.sources import APP, files, tree

WRITERS = frozenset({"insert", "update", "delete", "pg_insert", "sqlite_insert"})
ALLOWED = frozenset({APP / "base" / "history.py"})

pytestmark = pytest.mark.usefixtures("loaded")


def versioned():
    return {mapper.class_.__name__ for mapper in Model.registry.mappers if hasattr(mapper.class_, "__versioned__")}


def raw_writes(module, names):
    """Yield (line, class) for insert(X), update(X), delete(X), X.__table__.insert(), and aliases of X.__table__."""
    aliases = _aliases(module, names)
    for node in ast.walk(module):
        if not isinstance(node, ast.Call):
            continue
        if _called(node) in WRITERS:
            subject = node.args[0] if node.args else getattr(node.func, "value", None)
            if (name := _class(subject, names, aliases)) is not None:
                yield node.lineno, name


def _called(node):
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)


def _aliases(module, names):
    """Return the variables that hold a class's table: ``TABLE = Customer.__table__``, ``A, B = …``."""
    found = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                found |= dict(_pairs(target, node.value, names))
    return found


def _pairs(target, value, names):
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, other in zip(target.elts, value.elts, strict=False):
            yield from _pairs(one, other, names)
    elif isinstance(target, ast.Name) and (name := _class(value, names, {})) is not None:
        yield target.id, name


def _class(node, names, aliases):
    if isinstance(node, ast.Attribute) and node.attr == "__table__":
        node = node.value
    if isinstance(node, ast.Name):
        return node.id if node.id in names else aliases.get(node.id)
    return None


def test_nothing_writes_past_the_history():
    names = versioned()
    assert "Customer" in names
    found = [
        f"{path.relative_to(APP)}:{line}: {name}"
        for path in files()
        if path not in ALLOWED
        for line, name in raw_writes(tree(path), names)
        if (path.relative_to(APP).as_posix(), name) not in DERIVED
    ]
    assert found == []


#: (file, class) → the statement touches only what is excluded from the history, or derived.
DERIVED: dict[tuple[str, str], str] = {
    (
        "crm/customers/services/phones.py",
        "PhoneNumber",
    ): "customer_count is derived and excluded; a new number has no history",
}


@pytest.mark.parametrize(
    "source",
    [
        "db.session.execute(update(Customer).values(name='x'))",
        "db.session.execute(sa.delete(Customer.__table__))",
        "db.session.execute(insert(Customer), rows)",
        "Customer.__table__.update()",
        "T = Customer.__table__\ndb.session.execute(update(T))",
        "A, B = Stamp.__table__, Customer.__table__\nB.delete()",
    ],
)
def test_a_statement_past_the_history_would_be_found(source):
    assert [name for _line, name in raw_writes(ast.parse(source), {"Customer"})] == ["Customer"]


@pytest.mark.parametrize("source", ["update(Stamp)", "db.session.delete(customer)", "table.update()", "d.update(x=1)"])
def test_an_honest_statement_is_left_alone(source):
    assert list(raw_writes(ast.parse(source), {"Customer"})) == []


def test_nobody_uses_the_bulk_methods_of_queries_and_sessions():
    banned = {"bulk_insert_mappings", "bulk_update_mappings", "bulk_save_objects"}
    for path in files():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute):
                assert node.attr not in banned, f"{path}:{node.lineno}"
            on_query = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "query"
            assert not on_query, f"{path}:{node.lineno}: Session.query; write select()"
