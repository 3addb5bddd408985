"""Training of a segmenter: windows of text, the loss of their labels, and scores on dev.

Shapes: B windows, T characters, K possible sentence ends (places), N labelled steps, L labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from seqkit.evaluation.raw import RawScores, score_raw
from seqkit.evaluation.run import raw_text
from seqkit.examples import Sentence
from seqkit.nn.draws import EXAMPLES, Rows
from seqkit.nn.heads import in_float32
from seqkit.nn.placement import steps_with_target, summed
from seqkit.tasks import Counts, Loss, Metric, StepLogProbs, Trainable
from seqkit.training.batch_parts import rows_of
from seqkit.training.trainable import Part
from seqkit_segmenter.batch import TextBatch, padded, text_batch
from seqkit_segmenter.examples import IGNORED, Paragraph
from seqkit_segmenter.model import SegmenterModel
from seqkit_segmenter.noise import noisy
from seqkit_segmenter.segmenter import in_torch
from seqkit_segmenter.stream import StreamSegmenter
from seqkit_segmenter.windows import Window, windows_of

STOP_WEIGHT = 2.0
"""Weight of the loss of sentence ends relative to token ends: they are harder to predict, and rarer."""


class LabelledBatch(NamedTuple):
    """Windows and their labels."""

    text: TextBatch
    ends_BT: Tensor
    stops_BK: Tensor
    """1 at sentence ends, 0 at other places, IGNORED at padding."""


class _Example(NamedTuple):
    paragraph: Paragraph
    window: Window


class SegmentationTrainable(Trainable):
    """A segmenter, its training paragraphs, and the dev sentences."""

    name = "segmentation"

    def __init__(
        self, model: SegmenterModel, train: Sequence[Paragraph], dev: Sequence[Sentence], noise: float
    ) -> None:
        self.model: SegmenterModel = model
        self.dev, self.noise = dev, noise
        self._examples = [_Example(p, window) for p in train for window in windows_of(p.text)]

    @property
    def lengths(self) -> list[int]:
        """Number of characters of each window."""
        return [window.end - window.start for _, window in self._examples]

    def collate(self, indices: Sequence[int], seed: int) -> LabelledBatch:
        """Make a batch of windows, some of them changed by noise."""
        random = np.random.default_rng(seed)
        windows = [noisy(_cut(self._examples[index]), random, self.noise) for index in indices]
        seen = [self.model.facts.alphabet.see(window.text) for window in windows]
        stops = [
            np.where(window.ends_T[see.places_K] == IGNORED, IGNORED, window.stops_T[see.places_K])
            for window, see in zip(windows, seen, strict=True)
        ]
        return LabelledBatch(
            text_batch(seen, self.model.reads_runs),
            padded([window.ends_T for window in windows], IGNORED),
            padded(stops, IGNORED),
        )

    def part(self, batch: LabelledBatch, rows: Rows) -> Part:
        """Some of the windows, and all runs."""
        without_runs = batch._replace(text=batch.text._replace(groups=()))
        own: LabelledBatch = rows_of(without_runs, rows, self.name)
        return Part(own._replace(text=own.text._replace(groups=batch.text.groups)), {EXAMPLES: rows})

    def loss(self, batch: LabelledBatch, label_smoothing: float = 0.0) -> Loss:
        """-Σ_t log P(end_t) - STOP_WEIGHT Σ_k log P(sentence ends at k); each place counts as one step."""
        ends_BTL, stops_BK = map(in_float32, self.model(batch.text))
        known_BT, known_BK = batch.ends_BT != IGNORED, batch.stops_BK != IGNORED
        ends_NL, ends_N = steps_with_target(ends_BTL, batch.ends_BT, known_BT)
        of_ends = F.cross_entropy(ends_NL, ends_N, reduction="sum", ignore_index=-1)
        stops_N, y_N = steps_with_target(stops_BK, batch.stops_BK, known_BK)
        stop_N = y_N.clamp(min=0).to(stops_N.dtype)
        of_stops = summed(F.binary_cross_entropy_with_logits(stops_N, stop_N, reduction="none"), y_N)
        right = (((stops_N > 0) == (y_N > 0)) & (y_N >= 0)).sum()
        counts = Counts.of(of_ends + of_stops, right, known_BK.sum())
        return Loss(of_ends + STOP_WEIGHT * of_stops, counts.steps, counts)

    def log_probs(self, batch: LabelledBatch) -> list[StepLogProbs]:
        """Log-probabilities of token ends, and of sentence ends."""
        ends_BTL, stops_BK = map(in_float32, self.model(batch.text))
        known_BT, known_BK = batch.ends_BT != IGNORED, batch.stops_BK != IGNORED
        log_p_NL = torch.log_softmax(ends_BTL[known_BT], dim=-1)
        stops_N = stops_BK[known_BK]
        of_stops_N2 = torch.stack([F.logsigmoid(-stops_N), F.logsigmoid(stops_N)], dim=-1)
        return [
            StepLogProbs(log_p_NL, batch.ends_BT[known_BT]),
            StepLogProbs(of_stops_N2, batch.stops_BK[known_BK]),
        ]

    def step_losses(self, batch: LabelledBatch) -> Tensor:
        """Negative log-likelihood of the token-end label of each character, (B, T)."""
        log_p_BTL = torch.log_softmax(in_float32(self.model(batch.text)[0]), dim=-1)
        nll_BT = -log_p_BTL.gather(2, batch.ends_BT.clamp(min=0)[:, :, None])[:, :, 0]
        return nll_BT.masked_fill(batch.ends_BT == IGNORED, 0.0)

    def score(self) -> list[Metric]:
        """The mean of the F1 of words and sentences (the main metric), then each F1."""
        if not self.dev:
            return []
        scores = dev_scores(in_torch(self.model), self.dev)
        words, sentences, tokens = (scores.metrics[name].f1 for name in ("Words", "Sentences", "Tokens"))
        return [
            Metric("mean_f1", (words + sentences) / 2),
            Metric("words_f1", words),
            Metric("sentences_f1", sentences),
            Metric("tokens_f1", tokens),
        ]


def dev_scores(segmenter: StreamSegmenter, gold: Sequence[Sentence]) -> RawScores:
    """Scores of a segmenter on the raw text of sentences."""
    return score_raw(gold, list(segmenter.sentences(raw_text(gold))))


def _cut(example: _Example) -> Paragraph:
    """The text and labels of a window, without labels outside its core."""
    paragraph, window = example
    ends_T = paragraph.ends_T[window.start : window.end].copy()
    ends_T[: window.core_start - window.start] = IGNORED
    ends_T[window.core_end - window.start :] = IGNORED
    part = slice(window.start, window.end)
    return Paragraph(paragraph.text[part], ends_T, paragraph.stops_T[part])
