"""Pages of the API reference and their public modules. mkdocstrings fills them from docstrings."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = {
    "seqkit": ["seqkit", "seqkit.api.*", "seqkit.errors"],
    "records": ["seqkit.extend.specs.*", "seqkit.extend.hookspecs"],
    "tasks": [
        "seqkit.tasks",
        "seqkit.tasks.contract",
        "seqkit.tasks.reading",
        "seqkit.tasks.held_out",
        "seqkit.tasks.labelled",
        "seqkit.tasks.texts",
        "seqkit.tasks.application",
        "seqkit.tasks.applying",
        "seqkit.tasks.command",
        "seqkit.tasks.loaded",
        "seqkit.tasks.python_values",
        "seqkit.tasks.sentence_task",
        "seqkit.tasks.text_records",
    ],
    "batch": ["seqkit.batch.engine", "seqkit.batch.jobs", "seqkit.batch.worker"],
    "training": ["seqkit.training.*"],
    "evaluation": ["seqkit.evaluation.*"],
    "models": ["seqkit.models.*"],
    "nn": ["seqkit.nn.*"],
    "inference": ["seqkit.inference.*", "seqkit.inference.numpy.*"],
    "decoding": ["seqkit.decoding.*"],
    "text": ["seqkit.text.*"],
    "labels": ["seqkit.labels.*"],
    "files": [
        "seqkit.examples",
        "seqkit.media",
        "seqkit.io.*",
        "seqkit.formats.plain",
        "seqkit.formats.text_writer",
        "seqkit.config.*",
    ],
    "runtime": ["seqkit.runtime.*"],
    "terminal": ["seqkit.terminal.*"],
    "testing": ["seqkit.testing", "seqkit.testing.check", "seqkit.testing.suite"],
}
"""Page -> modules; `package.*` stands for every module in that package."""
LEFT_OUT = {"plugin", "renamed", "train_request"}
"""Excluded modules: they register built-in names, refuse old ones, or serve the command line."""


def modules(page: str) -> list[str]:
    """The modules on a page, in order."""
    return [module for pattern in PAGES[page] for module in _matching(pattern)]


def _matching(pattern: str) -> list[str]:
    if not pattern.endswith(".*"):
        return [pattern]
    package = pattern.removesuffix(".*")
    files = sorted((ROOT / package.replace(".", "/")).glob("*.py"))
    names = [path.stem for path in files if not path.stem.startswith("_") and path.stem not in LEFT_OUT]
    return [f"{package}.{name}" for name in names]


def directives(page: str) -> str:
    """The part of a page that mkdocstrings reads."""
    return "\n\n".join(f"::: {module}" for module in modules(page))
