"""seqkit's own tagger behind the same function: what `seqkit tag` does between reading and writing."""

from __future__ import annotations

import gc
import os
from pathlib import Path

from peers import Tag


def load(folder: Path) -> Tag:
    """The tagger of a model's folder."""
    import torch

    from seqkit.batch.tagging import tag_sentences
    from seqkit.formats.examples import Sentence
    from seqkit.memory import return_freed_memory
    from seqkit.models.artifact import load_model

    return_freed_memory()  # as `seqkit tag` does
    torch.set_num_threads(1)
    tagger = load_model(str(folder))
    tagger.inference_dtype = os.environ.get("BENCHMARK_DTYPE", tagger.inference_dtype)
    gc.freeze()  # the same

    def tag(sentences: list[list[str]]) -> list[list[str]]:
        tagged = tag_sentences(tagger, map(Sentence, sentences), ("upos",))
        return [sentence.labels["upos"] for sentence in tagged]

    return tag
