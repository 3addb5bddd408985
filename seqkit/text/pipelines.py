"""Load spaCy pipelines and find out which labels they set."""

from __future__ import annotations

import hashlib
import os
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from seqkit.errors import SeqkitError
from seqkit.labels.kinds import kind_spec, standard_kinds

ASSIGNED = {"POS": "token.pos", "TAG": "token.tag", "MORPH": "token.morph", "ENT_IOB": "token.ent_iob"}
"""Attribute in which spaCy stores a kind of label -> attributes that a component declares to assign."""
IDLE = {
    "ner",
    "lemmatizer",
    "trainable_lemmatizer",
    "entity_linker",
    "textcat",
    "textcat_multilabel",
    "spancat",
}
"""Components that set no label used here; they are disabled because they take half of the time."""


def load_pipeline(pipeline: str) -> Any:
    """Load a spaCy pipeline by name or path. Raises SeqkitError with the command that installs it."""
    import spacy

    path = Path(pipeline)
    fix = f"Install it: python -m spacy download {pipeline}"
    if os.sep in pipeline or path.exists():
        fix = "Name the folder of a spaCy pipeline, which contains config.cfg and meta.json."
        if not path.exists():
            raise SeqkitError(f"{pipeline}: no such spaCy pipeline", fix)
    elif not spacy.util.is_package(pipeline):
        raise SeqkitError(f"the spaCy pipeline {pipeline} is not installed", fix)
    try:
        nlp = spacy.load(pipeline)
    except (OSError, ValueError, ImportError, AttributeError) as error:
        reason = str(error).splitlines()[0]
        raise SeqkitError(f"spaCy cannot load the pipeline {pipeline}: {reason}", fix) from error
    nlp.select_pipes(disable=[name for name in nlp.pipe_names if nlp.get_pipe_meta(name).factory in IDLE])
    return nlp


def label_kinds(nlp: Any) -> tuple[str, ...]:
    """The kinds of label that the components of a pipeline declare to assign."""
    rulers = [pipe for name, pipe in nlp.pipeline if nlp.get_pipe_meta(name).factory == "attribute_ruler"]
    ruled = {str(attribute) for ruler in rulers for rule in ruler.patterns for attribute in rule["attrs"]}
    places = {kind: kind_spec(kind).spacy for kind in standard_kinds()}
    return tuple(kind for kind, place in places.items() if place in ruled or _sets(nlp, place))


def _sets(nlp: Any, place: str) -> bool:
    return place in ASSIGNED and assigns(nlp, ASSIGNED[place])


def assigns(nlp: Any, attribute: str) -> bool:
    """Whether a component declares to assign an attribute, such as `token.tag`."""
    return any(attribute in nlp.get_pipe_meta(name).assigns for name in nlp.pipe_names)


def hash_of(folder: Path) -> str:
    """A checksum of all files of a pipeline, because two pipelines with one name and version may differ."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(str(path.relative_to(folder)).encode())
        with open(path, "rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


@cache
def folder_of(pipeline: str) -> Path:
    """The folder of a pipeline, which is loaded once to find out. Raises SeqkitError as `load_pipeline`."""
    return Path(load_pipeline(pipeline).path)


def current_hash(folder: Path) -> str:
    """As `hash_of`, but files are read again only if a size, modification time or inode has changed."""
    found = [(path, path.stat()) for path in sorted(folder.rglob("*")) if path.is_file()]
    return _hash_at(folder, tuple((path, one.st_mtime_ns, one.st_size, one.st_ino) for path, one in found))


@lru_cache(maxsize=4)
def _hash_at(folder: Path, stamps: tuple[tuple[Path, int, int, int], ...]) -> str:
    return hash_of(folder)
