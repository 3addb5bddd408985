"""python-crfsuite with the features of `crf_baseline.py`; those of a word are computed once per distinct word."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from crf_baseline import features, fit

from peers import Tag
from seqkit.examples import Sentence

AROUND = (-2, -1, 1, 2)


def train(train: Sequence[Sentence], dev: Sequence[Sentence], folder: Path) -> None:
    """Train by L-BFGS, c1 = c2 = 0.1; dev is not used."""
    import pycrfsuite

    fit(pycrfsuite.Trainer(verbose=False), list(train), folder / "crf")


def load(folder: Path) -> Tag:
    """Load the tagger of a folder."""
    import pycrfsuite

    crf = pycrfsuite.Tagger()
    crf.open(str(folder / "crf"))
    of_word = _FeaturesOfWord()

    def tag(sentences: list[list[str]]) -> list[list[str]]:
        return [crf.tag(_rows(words, of_word)) for words in sentences]

    return tag


class _FeaturesOfWord(dict[str, tuple[list[str], dict[int, str]]]):
    """Word -> its own features, and the feature that it contributes to a neighbour at each distance."""

    def __missing__(self, word: str) -> tuple[list[str], dict[int, str]]:
        own = features([word], 0)[: -len(AROUND)]
        self[word] = own, {offset: f"{offset}={word.lower()}" for offset in AROUND}
        return self[word]


def _rows(words: list[str], of_word: _FeaturesOfWord) -> list[list[str]]:
    """The same features as `crf_baseline.features` for each word of a sentence."""
    known = [of_word[word] for word in words]
    T = len(words)
    edge = {offset: f"{offset}=</s>" for offset in AROUND}
    return [
        own + [known[t + o][1][o] if 0 <= t + o < T else edge[o] for o in AROUND]
        for t, (own, _) in enumerate(known)
    ]
