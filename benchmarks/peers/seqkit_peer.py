"""seqkit's tagger with the same function: the work of `seqkit tag` between reading and writing."""

from __future__ import annotations

import os
from pathlib import Path

from peers import Tag


def load(folder: Path) -> Tag:
    """Load the tagger of a model folder."""
    from seqkit.examples import Sentence
    from seqkit.runtime.start import loading_models
    from seqkit.tasks.tagging.apply import tag_sentences
    from seqkit.tasks.tagging.loading import load_tagger

    with loading_models(one_thread=True):  # as `seqkit tag` does
        tagger = load_tagger(str(folder), os.environ.get("BENCHMARK_DTYPE", ""))

    def tag(sentences: list[list[str]]) -> list[list[str]]:
        tagged = tag_sentences(tagger, map(Sentence, sentences), ("upos",))
        return [sentence.labels["upos"] for sentence in tagged]

    return tag
