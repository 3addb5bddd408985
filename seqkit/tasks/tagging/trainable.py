"""Training a tagger: batches of sentences, their loss, and the accuracy on dev."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from seqkit.evaluation.metric import NATS, Metric
from seqkit.evaluation.spans import score_span_kinds
from seqkit.examples import Sentence
from seqkit.inference.tagger import TaggerRunner
from seqkit.labels.kinds import is_label, kinds_in
from seqkit.labels.schemes import repaired_labels, schemes_of
from seqkit.models.contracts import Loss, StepLogProbs
from seqkit.models.tagger import TagBatch, Tagger
from seqkit.nn.draws import EXAMPLES, Rows
from seqkit.nn.embedding import WORDS, WordTable
from seqkit.nn.heads import IGNORE, in_float32
from seqkit.tasks.tagging.distillation import Soft
from seqkit.tasks.tagging.draws import drawn_labels
from seqkit.tasks.tagging.losses import distilled_loss, tagging_loss
from seqkit.training.batches import length_buckets
from seqkit.training.trainable import Outputs, Part, Trainable

DEV_WORDS = 4000
"""Words of a batch of dev."""


class TrainingBatch(NamedTuple):
    """Sentences as tensors, and what teachers say of them."""

    sentences: TagBatch
    soft: dict[str, Tensor] | None = None
    """Kind of label -> p_BTL, all 0 at padding; None without teachers."""


class TaggingTrainable(Trainable):
    """A tagger, the sentences it learns from (and what teachers say of them), those it is scored on, and the kinds of
    label that it learns.
    """

    name = "tagging"

    def __init__(
        self,
        model: Tagger,
        train: Sequence[Sentence],
        dev: Sequence[Sentence],
        kinds: Sequence[str],
        soft: Sequence[Soft] | None = None,
        teacher_weight: float = 0.0,
    ) -> None:
        self.model: Tagger = model
        self.train, self.dev = train, dev
        self.soft, self.teacher_weight = soft, teacher_weight
        self.kinds = [kind for kind in model.facts.labels if kind in kinds]
        self._lengths = [len(sentence.words) for sentence in train]

    @property
    def lengths(self) -> list[int]:
        """Words of each sentence."""
        return self._lengths

    def collate(self, indices: Sequence[int], seed: int) -> TrainingBatch:
        """These sentences; the segmentation of some words is drawn at random."""
        sentences = [self.train[index] for index in indices]
        batch = self.model.collate(sentences, sampling=self.model.options.sampling, seed=seed)
        if self.soft is None:
            return TrainingBatch(batch)
        soft = {
            kind: pad_sequence([self.soft[index][kind].float() for index in indices], batch_first=True)
            for kind in self.soft[indices[0]]
        }
        return TrainingBatch(batch, soft)

    def part(self, batch: TrainingBatch, rows: Rows) -> Part:
        """Some of the sentences, and the table of the words in them."""
        sentences, own_N = batch.sentences, rows.own_N
        used_W, index_BT = sentences.index_BT.index_select(0, own_N).unique(return_inverse=True)
        targets = {kind: y_BT.index_select(0, own_N) for kind, y_BT in sentences.targets.items()}
        soft = batch.soft and {kind: p_BTL.index_select(0, own_N) for kind, p_BTL in batch.soft.items()}
        table = WordTable(*(column.index_select(0, used_W) for column in sentences.table))
        own = TagBatch(table, index_BT, sentences.lengths_B.index_select(0, own_N), targets)
        words = Rows(len(sentences.table.word_U), used_W)
        return Part(TrainingBatch(own, soft), {EXAMPLES: rows, WORDS: words})

    def _logits(self, batch: TrainingBatch) -> dict[str, Tensor]:
        of_all = self.model(batch.sentences)
        return {kind: of_all[kind] for kind in self.kinds}

    def loss(self, batch: TrainingBatch, label_smoothing: float = 0.0) -> Loss:
        """Negative log-likelihood of the labels, and the loss against teachers if there are some."""
        logits = self._logits(batch)
        heads = {kind: self.model.heads[kind] for kind in logits}
        targets, lengths_B = batch.sentences.targets, batch.sentences.lengths_B
        if batch.soft is None:
            return tagging_loss(heads, logits, targets, lengths_B, label_smoothing)
        return distilled_loss(
            heads, logits, targets, lengths_B, batch.soft, self.teacher_weight, label_smoothing
        )

    def log_probs(self, batch: TrainingBatch) -> list[StepLogProbs]:
        """Of the labelled words, for each kind of label; of each word by itself, also where a CRF joins them."""
        found = []
        for kind, logits_BTL in self._logits(batch).items():
            y_BT = batch.sentences.targets[kind]
            real_BT = y_BT != IGNORE
            log_p_NV = torch.log_softmax(in_float32(logits_BTL[real_BT]), dim=-1)
            found.append(StepLogProbs(log_p_NV, y_BT[real_BT]))
        return found

    def sample(self, batch: TrainingBatch, count: int, seed: int, *, search: bool = False) -> list[Outputs]:
        """Labels of each sentence, drawn word by word, for each kind of label; there is no search."""
        targets, labels = batch.sentences.targets, self.model.facts.labels
        return [
            drawn_labels(logits_BTL, targets[kind], labels[kind], count, seed)
            for kind, logits_BTL in self._logits(batch).items()
        ]

    def step_losses(self, batch: TrainingBatch) -> Tensor:
        """Negative log-likelihood of each word, all kinds of label together, (B, T)."""
        total_BT = torch.zeros(batch.sentences.index_BT.shape, device=batch.sentences.index_BT.device)
        for kind, logits_BTL in self._logits(batch).items():
            y_BT = batch.sentences.targets[kind]
            log_p_BTL = torch.log_softmax(in_float32(logits_BTL), dim=-1)
            nll_BT = -log_p_BTL.gather(2, y_BT.clamp(min=0)[:, :, None])[:, :, 0]
            total_BT = total_BT + nll_BT.masked_fill(y_BT == IGNORE, 0.0)
        return total_BT

    def score(self) -> list[Metric]:
        """Accuracy of each kind of label that is learnt and dev has, the first kind first; before it, where labels are
        spans, their F1 (`ner_f1`); and last the negative log-likelihood of a word, all kinds of label together.
        """
        there = kinds_in(self.dev)
        scored = [kind for kind in self.kinds if kind in there]
        if not scored:
            return []
        schemes = schemes_of(self.model.facts.labels)
        runner = TaggerRunner(self.model)
        predicted = [repaired_labels(labels, schemes) for labels in runner.predict(self.dev, scored)]
        spans = score_span_kinds(self.dev, predicted, scored)
        found = []
        for kind in scored:
            if kind in spans:
                found.append(Metric(f"{kind}_f1", spans[kind].overall.f1))
            found.append(Metric(kind, _accuracy(self.dev, predicted, kind)))
        return [*found, Metric("loss", self._nll(), higher_is_better=False, unit=NATS)]

    @torch.inference_mode()
    def _nll(self) -> float:
        """Negative log-likelihood of the labels of dev, a word."""
        self.model.eval()
        total, steps = 0.0, 0
        for members in length_buckets([len(sentence.words) for sentence in self.dev], DEV_WORDS, 0, 0):
            batch = TrainingBatch(self.model.collate([self.dev[member] for member in members]))
            counts = self.loss(batch).counts
            total, steps = total + float(counts.nll), steps + int(counts.steps)
        return total / max(steps, 1)


def _accuracy(gold: Sequence[Sentence], predicted: Sequence[dict[str, list[str]]], kind: str) -> float:
    """Share of labelled words whose label is right."""
    pairs = [
        (label, guess)
        for sentence, tags in zip(gold, predicted, strict=True)
        for label, guess in zip(sentence.labels.get(kind, ()), tags[kind], strict=False)
        if is_label(kind, label)
    ]
    return sum(label == guess for label, guess in pairs) / max(len(pairs), 1)
