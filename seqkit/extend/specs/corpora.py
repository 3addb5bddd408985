"""Records of corpora."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from seqkit.extend.specs.options import NoOptions


@dataclass(frozen=True)
class CorpusFile:
    """A file of a corpus."""

    path: str
    """Path in the folder of the corpus."""
    sha256: str
    size: int
    """Bytes."""
    url: str = ""
    """Address; "" if the file is part of the plugin."""
    packed: bool = False
    """Whether the file is stored as gzip (`path` ends in .gz); size and checksum are those of the content."""


@dataclass(frozen=True)
class CorpusListing:
    """A list of many files with a line `sha256 size path` for each. It is read only to fetch or verify the files."""

    path: str
    """Path of the list: `"package:path/inside"`."""
    url: str
    """Prefix of the address of each file."""
    size: int
    """Total bytes of all files."""


@dataclass(frozen=True)
class Division:
    """The division of a file into splits by a hash of one side, so that equal texts are in the same split.

    See `seqkit.data.hash_split`.
    """

    side: str
    """The side whose text is hashed."""
    shares: Mapping[str, int]
    """Split -> its share in thousandths; the rest is train."""
    rule: str = "sha256"
    """The hash rule."""


@dataclass(frozen=True)
class CorpusSpec:
    """A corpus by name. `splits` maps train, dev, test (or others) to paths in `files`.

    Parallel text (`kind` "translation") has `sides`. In the format "lines" a split has one file for each side,
    in their order; in "tsv" and "jsonl" each file has all sides (columns in the order of `sides`). A path may
    point into a zip file: `archive.zip/member.txt`.
    """

    name: str
    language: str
    licence: str
    source: str
    files: tuple[CorpusFile, ...]
    splits: Mapping[str, tuple[str, ...]]
    kind: str = "tagging"
    """Task of the examples. With the default they are sentences; those of other tasks are read as pairs or media."""
    format: str = ""
    """Name of the format, if the suffix does not determine it."""
    folder: str = ""
    """`"package:path/inside"` if the files are part of the plugin; they then need no `url`."""
    summary: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Fixed parameters of `maker`."""
    options: type = NoOptions
    """A frozen dataclass of further parameters of `maker`, which users may set: `--set corpus.length=600` in
    training, `NAME?length=600` in place of the name of the corpus."""
    sides: tuple[str, ...] = ()
    """The languages of parallel text, the values of `--source` and `--target`."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Other names of splits: {"dev": "val"}."""
    maker: str | None = None
    """`"module:attr"`: `(folder, split, parameters) -> Iterator[Item]`, if examples are generated; the
    parameters are a mapping that includes the options."""
    made_from: str = ""
    """The corpus whose files the examples are generated from, if this corpus has no files."""
    listing: CorpusListing | None = None
    """A list of further files, for a corpus of thousands. A path in `splits` may then be a folder."""
    division: Division | None = None
    """The rule that divides files that several splits share."""
