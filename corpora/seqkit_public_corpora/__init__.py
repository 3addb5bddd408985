"""Public corpora, each with a manifest `NAME.toml`; samples written for seqkit; makers of examples."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path

from seqkit import CorpusFile, CorpusListing, CorpusSpec, Division, hookimpl
from seqkit_public_corpora.memory_tasks import memory_tasks


@hookimpl
def seqkit_corpora() -> Iterable[CorpusSpec]:
    """Yield the corpus of each manifest in this folder."""
    for manifest in sorted(Path(__file__).parent.glob("*.toml")):
        yield read_manifest(manifest)
    yield from memory_tasks()


def read_manifest(path: Path) -> CorpusSpec:
    """The corpus of a manifest: fields of `CorpusSpec`, with a table `[[files]]` for each file."""
    fields = tomllib.loads(path.read_text(encoding="utf-8"))
    files = tuple(CorpusFile(**file) for file in fields.pop("files", ()))
    splits = {split: tuple(paths) for split, paths in fields.pop("splits").items()}
    sides = tuple(fields.pop("sides", ()))
    division = Division(**fields.pop("division")) if "division" in fields else None
    parameters = fields.pop("options", {})
    listing = CorpusListing(**fields.pop("listing")) if "listing" in fields else None
    return CorpusSpec(
        name=path.stem,
        files=files,
        splits=splits,
        sides=sides,
        division=division,
        listing=listing,
        parameters=parameters,
        **fields,
    )
