"""A spaCy pipeline with only a tagger, with UPOS in place of fine tags: no vectors, HashEmbedCNN, CPU."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from peers import Tag
from seqkit.examples import Sentence

STEPS = 5000
CONFIG = """
[paths]
train = null
dev = null

[nlp]
lang = {language}
pipeline = ["tagger"]

[components]

[components.tagger]
factory = "tagger"

[components.tagger.model]
@architectures = "spacy.Tagger.v2"

[components.tagger.model.tok2vec]
@architectures = "spacy.HashEmbedCNN.v2"
pretrained_vectors = null
width = 96
depth = 4
embed_size = 2000
window_size = 1
maxout_pieces = 3
subword_features = true

[corpora]

[corpora.train]
@readers = "spacy.Corpus.v1"
path = ${{paths.train}}

[corpora.dev]
@readers = "spacy.Corpus.v1"
path = ${{paths.dev}}

[training]
seed = 1
max_steps = {steps}
patience = 2000
eval_frequency = 400
dev_corpus = "corpora.dev"
train_corpus = "corpora.train"

[training.batcher]
@batchers = "spacy.batch_by_words.v1"
discard_oversize = false
tolerance = 0.2

[training.batcher.size]
@schedules = "compounding.v1"
start = 100
stop = 1000
compound = 1.001

[training.optimizer]
@optimizers = "Adam.v1"

[training.optimizer.learn_rate]
@schedules = "warmup_linear.v1"
warmup_steps = 250
total_steps = {steps}
initial_rate = 0.001

[training.score_weights]
tag_acc = 1.0
"""


def train(train: Sequence[Sentence], dev: Sequence[Sentence], folder: Path, language: str = "en") -> None:
    """Train by `spacy train`; dev chooses the step."""
    from spacy.cli.init_config import fill_config
    from spacy.cli.train import train as spacy_train

    with tempfile.TemporaryDirectory() as work:
        base, config = Path(work) / "base.cfg", Path(work) / "config.cfg"
        base.write_text(CONFIG.format(language=language, steps=STEPS), encoding="utf-8")
        fill_config(config, base, silent=True)
        paths = {}
        for name, sentences in (("train", train), ("dev", dev)):
            paths[f"paths.{name}"] = str(Path(work) / f"{name}.spacy")
            _write(sentences, language, paths[f"paths.{name}"])
        spacy_train(config, Path(work) / "out", overrides=paths)
        (Path(work) / "out" / "model-best").rename(folder / "pipeline")


def load(folder: Path) -> Tag:
    """Load the tagger of a folder."""
    import spacy
    from spacy.tokens import Doc

    nlp = spacy.load(folder / "pipeline")

    def tag(sentences: list[list[str]]) -> list[list[str]]:
        docs = (Doc(nlp.vocab, words=words) for words in sentences)
        return [[token.tag_ for token in doc] for doc in nlp.pipe(docs)]

    return tag


def _write(sentences: Iterable[Sentence], language: str, path: str) -> None:
    import spacy
    from spacy.tokens import Doc, DocBin

    vocab = spacy.blank(language).vocab
    DocBin(docs=[Doc(vocab, words=s.words, tags=s.labels["upos"]) for s in sentences]).to_disk(path)
