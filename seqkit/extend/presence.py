"""Whether what a reference names is there, without importing it: listing plugins must stay quick."""

from __future__ import annotations

import ast
import functools
import sys
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType


def absence(reference: str) -> str:
    """What is missing of `"module:attr"`, in words; "" if nothing is, or if only importing could tell."""
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
    """The spec of a module, found through the folders of the packages above it; none of these is imported."""
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
    """The names that a module binds; None if only running it could tell."""
    try:
        tree = ast.parse(Path(path).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
            if node.name == "__getattr__":
                return None
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            if any(alias.name == "*" for alias in node.names):
                return None
            found |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    return frozenset(found)
