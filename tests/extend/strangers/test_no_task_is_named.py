"""No code outside a task's folder and outside plugins names a task."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TASKS = ("tagging", "seq2seq")
FOLDERS = tuple(f"seqkit.tasks.{name}" for name in TASKS)
ALLOWED = {
    "seqkit.extend.specs.corpora": "the default kind of a corpus, a word for people",
    "seqkit.pretrained.__init__": "records of shipped models, as a plugin would write them",
}
"""Modules that name a task, and for what."""


def found_in(module: str, source: str) -> Iterator[tuple[int, str]]:
    """Line and text of each string that is a task's name, docstrings aside, and of each import of a task's folder."""
    tree = ast.parse(source)
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value in TASKS and id(node) not in docs:
            yield node.lineno, repr(node.value)
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, f"import {one.name}") for one in node.names if is_of_a_task(one.name))
        elif isinstance(node, ast.ImportFrom):
            package = module.rpartition(".")[0]
            base = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
            names = [base] if is_of_a_task(base) else [f"{base}.{one.name}" for one in node.names]
            yield from ((node.lineno, f"import {name}") for name in names if is_of_a_task(name))


def is_of_a_task(module: str) -> bool:
    """Whether it is a task's folder or a module in it."""
    return module.startswith(tuple(f"{folder}." for folder in FOLDERS)) or module in FOLDERS


def own_folder(module: str) -> bool:
    """Whether it may name the task."""
    return is_of_a_task(module.removesuffix(".__init__"))


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ('task = "tagging"', 1),
        ('f(task="seq2seq", kind="tagging")', 2),
        ("from seqkit.tasks.tagging.apply import tag_text", 1),
        ("from seqkit.tasks import tagging, Task", 1),
        ("def f():\n    import seqkit.tasks.seq2seq", 1),
        ("from ..tasks.seq2seq import apply", 1),
        ('"""tagging"""\nx = "tagging models"', 0),
        ("class A:\n    x: str\n    'tagging'", 0),
        ("from seqkit.tasks import Task", 0),
        ("import seqkit.tasks.tagging_of_others", 0),
    ],
)
def test_the_rule_finds_names_and_imports(source, count):
    assert len(list(found_in("seqkit.cli.app", source))) == count


def named_in_seqkit() -> dict[str, list[str]]:
    """Module -> what it names, with lines, of the modules that may name no task."""
    named: dict[str, list[str]] = {}
    for path in sorted((ROOT / "seqkit").rglob("*.py")):
        module = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
        if not own_folder(module):
            found = sorted(found_in(module, path.read_text(encoding="utf-8")))
            named |= {module: [f"line {line}: {text}" for line, text in found]} if found else {}
    return named


def test_no_other_module_names_a_task():
    assert named_in_seqkit().keys() == ALLOWED.keys()
