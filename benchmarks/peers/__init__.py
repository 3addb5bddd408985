"""Other taggers trained on the same treebank, one file each, with the same two functions.

`train(train, dev, folder)` writes a model for UPOS to a folder; `load(folder)` returns a function from sentences, as
lists of words, to lists of tags. None of these packages is a dependency of seqkit: install those to compare with.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

PEERS = {
    "crf": "python-crfsuite",
    "udpipe": "ufal.udpipe",
    "spacy": "spacy",
    "nltk": "nltk",
}
"""Name -> package to install."""
Tag = Callable[[list[list[str]]], list[list[str]]]


def peer(name: str) -> ModuleType:
    """The module of one peer."""
    return importlib.import_module(f"peers.{name}_peer")


def megabytes(folder: Path) -> float:
    """Size of all files in a folder, in MB."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
