"""UDPipe 1: only its tagger, only for UPOS."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from peers import Tag
from seqkit.examples import Sentence

# Without lemmas and features a word keeps few analyses, and those that the guesser adds cost their cube in time.
OPTIONS = ";".join(
    (
        "models=1",
        "iterations=10",
        "templates_1=tagger",
        "guesser_suffix_rules_1=5",
        "guesser_enrich_dictionary_1=4",
        "guesser_prefixes_max_1=0",
        "use_lemma_1=0",
        "provide_lemma_1=0",
        "use_xpostag_1=0",
        "provide_xpostag_1=0",
        "use_feats_1=0",
        "provide_feats_1=0",
        "prune_features_1=0",
    )
)


def train(train: Sequence[Sentence], dev: Sequence[Sentence], folder: Path) -> None:
    """Train a tagger; dev chooses the iteration."""
    from ufal.udpipe import ProcessingError, Trainer

    error = ProcessingError()
    model = Trainer.train(
        "morphodita_parsito", _sentences(train), _sentences(dev), "none", OPTIONS, "none", error
    )
    if error.occurred():
        raise RuntimeError(error.message)
    (folder / "model.udpipe").write_bytes(model)


def load(folder: Path) -> Tag:
    """Load the tagger of a folder."""
    from ufal.udpipe import Model

    model = Model.load(str(folder / "model.udpipe"))

    def tag(sentences: list[list[str]]) -> list[list[str]]:
        found = []
        for words in sentences:
            sentence = _sentence(words)
            if not model.tag(sentence, model.DEFAULT):
                raise RuntimeError(f"UDPipe did not tag {words}")
            found.append([word.upostag for word in list(sentence.words)[1:]])
        return found

    return tag


def _sentences(sentences: Iterable[Sentence]) -> object:
    from ufal.udpipe import Sentences

    found = Sentences()
    for sentence in sentences:
        found.append(_sentence(sentence.words, sentence.labels["upos"]))
    return found


def _sentence(words: Sequence[str], labels: Sequence[str] = ()) -> Any:
    from ufal.udpipe import Sentence as UDPipeSentence

    sentence = UDPipeSentence()
    for word in words:
        sentence.addWord(word)
    for t, label in enumerate(labels, start=1):
        sentence.words[t].upostag = label
    return sentence
