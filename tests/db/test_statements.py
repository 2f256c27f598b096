"""SQL is put together from constants of the code alone: values go in as parameters."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import db

ASKING = {"fetch", "fetchrow", "fetchval", "execute", "executemany", "cursor", "prepare"}
# Fragments which a module composes in a function of its own, from constants and numbered parameters.
COMPOSED = {"db/exporting.py", "db/matching.py", "db/reports/naming.py", "db/reports/sifted.py"}
# A single statement made so elsewhere in its module: a constant of its own with its places filled in by
# `Parameters.fill`, before what `query.walking` made of a query.
COMPOSED_HERE = {("db/earlier.py", "stand_ins"), ("db/earlier.py", "statement.sql")}


def modules() -> Iterator[tuple[str, ast.Module]]:
    folder = Path(db.__file__).parent
    for path in sorted(folder.rglob("*.py")):
        name = f"db/{path.relative_to(folder).as_posix()}"
        yield name, ast.parse(path.read_text(encoding="utf-8"), name)


def spliced(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """What stands in the braces of f-strings that are given to a connection, or kept as a constant."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ASKING
            and node.args
        ):
            texts = [node.args[0]]
        elif (
            isinstance(node, ast.AnnAssign) and "LiteralString" in ast.unparse(node.annotation) and node.value
        ):
            texts = [node.value]
        else:
            continue
        for text in texts:
            for part in ast.walk(text):
                if isinstance(part, ast.FormattedValue):
                    yield part.lineno, ast.unparse(part.value)


def is_constant(expression: str) -> bool:
    return expression.rpartition(".")[2].strip("_").isupper()


def test_statements_splice_constants_only() -> None:
    found = [
        f"{name}:{line}: {{{expression}}}"
        for name, tree in modules()
        if name not in COMPOSED
        for line, expression in spliced(tree)
        if not is_constant(expression) and (name, expression) not in COMPOSED_HERE
    ]
    assert not found, "\n".join(found)


def test_a_spliced_value_would_be_noticed() -> None:
    tree = ast.parse('conn.fetch(f"SELECT {COLUMNS} FROM t WHERE name = {name}")')
    assert [expression for _, expression in spliced(tree) if not is_constant(expression)] == ["name"]
