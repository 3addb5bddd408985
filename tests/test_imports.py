"""Import order: every import in the package is checked against the order of its parts."""

import ast
import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LEVELS = [
    {"cli"},
    {"api", "scaffold", "spacy_pipes", "testing"},
    {"batch", "inspection"},
    {"tasks"},
    {"terminal"},
    {"training", "evaluation", "inference"},
    {"models"},
    {"data"},
    {"decoding", "text"},
    {"formats", "pretrained"},
    {"labels"},
    {"extend"},
    {"nn"},
    {"config", "option_fields"},
    {"io"},
    {"examples", "media", "runtime"},
    {"errors", "_version"},
]
"""A part may import its own level and those after it."""
APART = {("extend", "nn")}
"""Beyond the order: the first may not import the second."""
FOR_PLUGINS = (
    "seqkit.batch.engine",
    "seqkit.batch.jobs",
    "seqkit.batch.worker",
    "seqkit.config",
    "seqkit.decoding",
    "seqkit.evaluation",
    "seqkit.examples",
    "seqkit.formats.plain",
    "seqkit.formats.text_writer",
    "seqkit.inference.numpy",
    "seqkit.io",
    "seqkit.labels",
    "seqkit.media",
    "seqkit.models",
    "seqkit.nn",
    "seqkit.runtime",
    "seqkit.tasks",
    "seqkit.terminal",
    "seqkit.testing",
    "seqkit.text",
    "seqkit.training",
)
PLUGINS = sorted(
    folder.name for where in ("plugins", "corpora") for folder in (ROOT / where).glob("seqkit_*")
)


def files_below(*folders: str) -> list[str]:
    paths = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(str(path.relative_to(ROOT)) for path in paths)


def imports_of(module: str, source: str) -> Iterator[str]:
    """The modules that `source` imports, wherever in the file; `from seqkit import x` counts as seqkit.x."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = module.rpartition(".")[0]
            base = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
            if base == "seqkit":
                yield from (f"seqkit.{alias.name}" for alias in node.names)
            else:
                yield base


def part_of(module: str) -> str:
    """The part of seqkit that a module belongs to; "" for the package itself."""
    return module.split(".")[1] if "." in module else ""


def level_of(module: str) -> int | None:
    """Where in the order a module of seqkit stands; None for a name of the package itself."""
    part = part_of(module)
    return next((rank for rank, parts in enumerate(LEVELS) if part in parts), None)


def wrong_in_seqkit(module: str, source: str) -> list[str]:
    """The imports that a module of seqkit may not have."""
    wrong = [name for name in imports_of(module, source) if name.split(".")[0] in PLUGINS]
    own = level_of(module)
    if own is None:
        return wrong
    for name in imports_of(module, source):
        if name.split(".")[0] != "seqkit":
            continue
        other = level_of(name)
        if other is None or other < own or (part_of(module), part_of(name)) in APART:
            wrong.append(name)
    return wrong


def wrong_in_plugin(module: str, source: str) -> list[str]:
    """The imports that a plugin may not have: other plugins, and what of seqkit is not public."""
    wrong = []
    for name in imports_of(module, source):
        package = name.split(".")[0]
        if package in PLUGINS and package != module.split(".")[0]:
            wrong.append(name)
        if package == "seqkit" and level_of(name) is not None and not name.startswith(FOR_PLUGINS):
            wrong.append(name)
    return wrong


def module_name(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".")


@pytest.mark.parametrize("path", files_below("seqkit"))
def test_a_part_imports_only_parts_after_it(path):
    module = module_name(path)
    assert module in ("seqkit.__init__", "seqkit.__main__") or level_of(module) is not None, "give it a level"
    assert wrong_in_seqkit(module, (ROOT / path).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", files_below("plugins", "corpora"))
def test_a_plugin_imports_only_public_names(path):
    module = module_name(path.split("/", 1)[1])
    assert wrong_in_plugin(module, (ROOT / path).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("seqkit.nn.recurrent", "from seqkit.models import tagger"),
        ("seqkit.formats.conllu.treebank", "def f():\n    import seqkit.data.catalogue"),
        ("seqkit.extend.manager", "from ..nn import recurrent"),
        ("seqkit.data.catalogue", "from seqkit import models"),
        ("seqkit.nn.recurrent", "from seqkit import SeqkitError"),
        ("seqkit.nn.recurrent", "from seqkit.extend.manager import registry"),
        ("seqkit.models.tagger", "from seqkit.inference.tagger import TaggerRunner"),
        ("seqkit.runtime.start", "from seqkit.io.atomic import FULL"),
        ("seqkit.models.tagger", "import seqkit_lstm.layer"),
    ],
)
def test_the_rule_for_seqkit_catches(module, source):
    assert wrong_in_seqkit(module, source)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("seqkit_lstm.layer", "from seqkit_rnn.layer import Layer"),
        ("seqkit_lstm", "from seqkit.extend.specs import ModelSpec"),
        ("seqkit_lstm", "from seqkit import data"),
    ],
)
def test_the_rule_for_plugins_catches(module, source):
    assert wrong_in_plugin(module, source)
