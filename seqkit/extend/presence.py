"""Check whether the object of a reference exists, without importing it, so that listing plugins is fast."""

from __future__ import annotations

import ast
import functools
import sys
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType


def absence(reference: str) -> str:
    """Describe which part of `"module:attr"` is missing; "" if none is, or if only an import could determine it."""
    module, _, attribute = reference.partition(":")
    if module in sys.modules:
        first = attribute.partition(".")[0]
        return "" if hasattr(sys.modules[module], first) else f"{module} has no '{first}'"
    spec = _spec(module)
    if spec is None:
        return f"there is no module {module}"
    if not spec.origin or not spec.origin.endswith(".py"):
        return ""
    names = _names(spec.origin)
    first = attribute.partition(".")[0]
    return "" if names is None or first in names else f"{module} has no '{first}'"


def _spec(module: str) -> ModuleSpec | None:
    """The spec of a module, found through the folders of its parent packages, without importing these."""
    top, *rest = module.split(".")
    loaded: ModuleType | None = sys.modules.get(top)
    spec = loaded.__spec__ if loaded is not None else find_spec(top)
    name = top
    for part in rest:
        if spec is None or spec.submodule_search_locations is None:
            return None
        name = f"{name}.{part}"
        spec = PathFinder.find_spec(name, list(spec.submodule_search_locations))
    return spec


@functools.cache
def _names(path: str) -> frozenset[str] | None:
    """The names that a module binds; None if only its execution could determine them."""
    try:
        tree = ast.parse(Path(path).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
            if node.name == "__getattr__":
                return None
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            if any(alias.name == "*" for alias in node.names):
                return None
            names |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    return frozenset(names)
