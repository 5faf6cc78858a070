"""The source of the product as the architecture tests read it: parsed, never run."""

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import app
from app.domains import DOMAINS

APP = Path(app.__file__).parent
#: The files of a domain; each may be a package of the same name.
VOCABULARY = frozenset("facts rules models queries services forms views api tasks subscribers grants seeds".split())


def folder(domain: str) -> Path:
    return APP.joinpath(*domain.split("."))


@lru_cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def files(where: Path = APP) -> list[Path]:
    """Return every Python file, without the migrations (each is a letter from the past)."""
    return sorted(path for path in where.rglob("*.py") if "migrations" not in path.parts)


def imports(path: Path) -> Iterator[str]:
    """Yield the dotted name of everything a file imports, also inside functions."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def domains_used(where: Path) -> set[str]:
    """Return the domains that the files of a folder import from."""
    names = {name for path in files(where) for name in imports(path)}
    return {
        domain for domain in DOMAINS for name in names if name.startswith(f"app.{domain}.") or name == f"app.{domain}"
    }
