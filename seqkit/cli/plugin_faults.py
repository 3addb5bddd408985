"""Find faults of third-party records: missing implementations, models that training refuses, empty formats.

Implementations are not imported; `seqkit plugins check` runs the full checks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from seqkit.errors import SeqkitError
from seqkit.extend.checks import references_of
from seqkit.extend.manager import package_folder, registry
from seqkit.extend.presence import absence
from seqkit.extend.registry import KINDS, Failure, Registered


def faults_of_records() -> list[Failure]:
    """Return the faults of the records of third-party plugins, each with its plugin."""
    every = [(kind, one) for kind in KINDS for one in registry().all(kind) if not one.builtin]
    return [
        Failure(one.plugin, one.distribution, f"{KINDS[kind][1]} '{one.spec.name}': {reason}")
        for kind, one in every
        for reason in _faults(kind, one)
    ]


def _faults(kind: str, one: Registered) -> Iterator[str]:
    for field, reference in references_of(one.spec):
        if missing := absence(reference):
            yield f"{field} names {reference}, but {missing}"
    if kind == "models":
        yield from _faults_of_model(one.spec)
    elif kind == "formats" and not (
        one.spec.reader or one.spec.writer or one.spec.translations or one.spec.join
    ):
        yield "it has neither a reader nor a writer"
    elif kind in ("pretrained", "corpora") and one.spec.folder:
        yield from _faults_of_folder(kind, one.spec)


def _faults_of_folder(kind: str, spec: Any) -> Iterator[str]:
    """Check that a folder exists in the package and, for a model, has a manifest."""
    try:
        folder = package_folder(spec.name, spec.folder)
    except SeqkitError as error:
        yield error.problem
        return
    if not folder.is_dir():
        yield f"its folder {spec.folder} is not in the package"
    elif kind == "pretrained" and not (folder / "MANIFEST.json").is_file():
        yield f"its folder {spec.folder} does not contain a complete model"


def _faults_of_model(spec: Any) -> Iterator[str]:
    """The reasons for which training would refuse a model."""
    from seqkit.models.options import names_in, parts_of_options
    from seqkit.training.request_sections import sections_of, task_of

    try:
        options = spec.options()
        for option, sort in parts_of_options(spec.options).items():
            for name in names_in(str(vars(options).get(option, ""))):
                registry().find(sort, name)
        sections = sections_of(spec, task_of(spec), {})
    except SeqkitError as error:
        yield error.problem
        return
    owners: dict[str, str] = {}
    for section, kind in sections.items():
        for name in vars(kind).get("__dataclass_fields__", {}):
            if name in owners:
                yield f"its option '{name}' is an option of {owners[name]} and of {section}: training refuses it"
            owners[name] = section
