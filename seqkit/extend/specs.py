"""The records that plugins hand over. Each names its implementation as `"module:attr"`, so that listing is cheap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class RecurrenceSpec:
    """A layer z_t = f(x_t, z_{t-1}).

    `layer` names a subclass of `seqkit.nn.recurrent.Recurrence`, made as `layer(input_size, hidden_size)`.
    """

    name: str
    layer: str
    summary: str = ""


@dataclass(frozen=True)
class ModelSpec:
    """What `seqkit train NAME` trains.

    `options` is a plain dataclass of defaults; `build` names a function `(options, facts) -> Model`, and
    `facts` the class that holds what the corpus told (vocabularies, label sets).
    """

    name: str
    task: str
    options: type
    build: str
    facts: str = "seqkit.models.tagger:TaggerFacts"
    summary: str = ""


@dataclass(frozen=True)
class FormatSpec:
    """A file suffix and who reads and writes it.

    `reader` names `(path, problems) -> Iterator[Sentence]` (or of RawText where `yields` is "text");
    `writer` names a class made as `writer(binary_file)` with `write(sentence)` and `close()`.
    """

    name: str
    suffixes: tuple[str, ...]
    reader: str | None = None
    writer: str | None = None
    yields: str = "sentences"
    summary: str = ""


@dataclass(frozen=True)
class CorpusFile:
    """One file of a corpus: its place below the corpus's folder, and where it can be had."""

    path: str
    sha256: str
    size: int
    url: str = ""


@dataclass(frozen=True)
class CorpusSpec:
    """A corpus by name. `splits` maps train, dev, test (or others) to paths in `files`."""

    name: str
    language: str
    licence: str
    source: str
    files: tuple[CorpusFile, ...]
    splits: Mapping[str, tuple[str, ...]]
    kind: str = "tagging"
    """The task its examples serve."""
    format: str = ""
    """The format's name, where the suffix does not tell."""
    folder: str = ""
    """`"package:path/inside"` where the files ship with the plugin; they then need no `url`."""
    summary: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PretrainedSpec:
    """A trained model by name. `folder` is `"package:path/inside"`.

    The default of a task and language is the built-in one, else the first by name.
    """

    name: str
    folder: str
    task: str
    language: str
    summary: str = ""
