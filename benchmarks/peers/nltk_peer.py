"""NLTK's greedy averaged perceptron, with its own features and number of passes."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

from peers import Tag
from seqkit.examples import Sentence


def train(train: Sequence[Sentence], dev: Sequence[Sentence], folder: Path) -> None:
    """Train with the default settings; dev is not used."""
    from nltk.tag.perceptron import PerceptronTagger

    random.seed(1)
    perceptron = PerceptronTagger(load=False)
    perceptron.train([list(zip(s.words, s.labels["upos"], strict=True)) for s in train])
    (folder / "perceptron.json").write_text(json.dumps(perceptron.encode_json_obj()), encoding="utf-8")


def load(folder: Path) -> Tag:
    """Load the tagger of a folder."""
    from nltk.tag.perceptron import PerceptronTagger

    perceptron = PerceptronTagger(load=False)
    perceptron.decode_json_params(json.loads((folder / "perceptron.json").read_text(encoding="utf-8")))

    def tag(sentences: list[list[str]]) -> list[list[str]]:
        return [[label for _, label in perceptron.tag(words)] for words in sentences]

    return tag
