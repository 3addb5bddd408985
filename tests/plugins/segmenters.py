"""Small segmenters and treebanks, for tests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from seqkit_segmenter import SegmenterOptions
from seqkit_segmenter.decode import NEVER, Labels
from seqkit_segmenter.examples import Paragraph, paragraphs_of
from seqkit_segmenter.facts import SegmenterFacts
from seqkit_segmenter.model import SegmenterModel
from seqkit_segmenter.multiwords import Multiwords
from seqkit_segmenter.segmenter import in_torch
from seqkit_segmenter.stream import StreamSegmenter

from seqkit.data.catalogue import read_sentences
from seqkit.examples import RawText, RecordErrors, Sentence, SourceLocation

SMALL = {"hidden": 8, "context": 6, "char_size": 6, "class_size": 4, "run_size": 5, "dropout": 0.0}


def facts_of(sentences: Sequence[Sentence], options: SegmenterOptions) -> SegmenterFacts:
    """Facts of some sentences."""
    paragraphs = list(paragraphs_of(sentences, RecordErrors()))
    return SegmenterFacts.gather(paragraphs, Multiwords.gather(sentences), options, "en")


def untrained(
    sentences: Sequence[Sentence] | None = None, spread: float = 20.0, **options
) -> StreamSegmenter:
    """A seeded segmenter. `spread` multiplies the output matrices, so that it finds ends here and there."""
    chosen = SegmenterOptions(**{**SMALL, **options})
    sentences = sentences or list(read_sentences("sample-english", "train", RecordErrors()))
    torch.manual_seed(5)
    model = SegmenterModel(chosen, facts_of(sentences, chosen))
    with torch.no_grad():
        model.ends.weight.mul_(spread)
        model.stops.weight.mul_(spread)
        if model.ends_in_context is not None:
            model.ends_in_context.weight.mul_(spread)
    return in_torch(model)


def gold_labels(paragraph: Paragraph) -> Labels:
    """The treebank's labels as confident outputs of a network."""
    ends_TL = np.zeros((len(paragraph.text), 3), dtype=np.float32)
    ends_TL[np.arange(len(paragraph.text)), paragraph.ends_T.clip(0)] = 9
    return Labels(ends_TL, np.where(paragraph.stops_T, 9.0, NEVER).astype(np.float32))


def stretch(text: str, **more) -> RawText:
    """A text as a reader gives it."""
    return RawText(text, SourceLocation("a.txt", 1), **more)


def written(sentences: Sequence[Sentence]) -> str:
    """The text of sentences."""
    return "".join(sentence.text for sentence in sentences)
