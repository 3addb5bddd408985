"""Training a tagger: the loss of some sentences, and the accuracy on dev."""

from __future__ import annotations

from collections.abc import Sequence

from torch.nn.utils.rnn import pad_sequence

from seqkit.evaluation.spans import score_span_kinds
from seqkit.formats.examples import Sentence
from seqkit.labels.kinds import is_label, kinds_in
from seqkit.labels.schemes import repaired_labels, schemes_of
from seqkit.models.tagger import Tagger
from seqkit.training.distillation import Soft
from seqkit.training.objectives import Loss, distilled_nll, tagging_nll, with_crf


class TaggingTask:
    """A tagger, the sentences it learns from (and what teachers say of them), those it is scored on, and the kinds of
    label that it learns.
    """

    def __init__(
        self,
        model: Tagger,
        train: Sequence[Sentence],
        dev: Sequence[Sentence],
        kinds: Sequence[str],
        label_smoothing: float,
        soft: Sequence[Soft] | None = None,
        teacher_weight: float = 0.0,
    ) -> None:
        self.model, self.train, self.dev, self.label_smoothing = model, train, dev, label_smoothing
        self.soft, self.teacher_weight = soft, teacher_weight
        self.kinds = [kind for kind in model.facts.labels if kind in kinds]
        self.lengths = [len(sentence.words) for sentence in train]

    def loss(self, indices: Sequence[int], seed: int) -> Loss:
        """Negative log-likelihood of these sentences' labels."""
        sentences = [self.train[index] for index in indices]
        batch = self.model.collate(sentences, sampling=self.model.options.sampling, seed=seed)
        of_all = self.model(batch)
        logits = {kind: of_all[kind] for kind in self.kinds}
        if self.soft is None:
            loss = tagging_nll(logits, batch.targets, self.label_smoothing)
            return with_crf(
                loss, {kind: self.model.heads[kind] for kind in logits}, logits, batch, self.label_smoothing
            )
        soft = {
            kind: pad_sequence([self.soft[index][kind].float() for index in indices], batch_first=True)
            for kind in self.soft[indices[0]]
        }
        return distilled_nll(logits, batch.targets, soft, self.teacher_weight, self.label_smoothing)

    def score(self) -> dict[str, float]:
        """Accuracy of each kind of label that is learnt and dev has, the first kind first; before it, where labels are
        spans, their F1 (`ner_f1`).
        """
        there = kinds_in(self.dev)
        scored = [kind for kind in self.kinds if kind in there]
        if not scored:
            return {}
        schemes = schemes_of(self.model.facts.labels)
        predicted = [repaired_labels(labels, schemes) for labels in self.model.predict(self.dev, scored)]
        spans = score_span_kinds(self.dev, predicted, scored)
        scores: dict[str, float] = {}
        for kind in scored:
            if kind in spans:
                scores[f"{kind}_f1"] = spans[kind].overall.f1
            scores[kind] = _accuracy(self.dev, predicted, kind)
        return scores


def _accuracy(gold: Sequence[Sentence], predicted: Sequence[dict[str, list[str]]], kind: str) -> float:
    """Share of labelled words whose label is right."""
    pairs = [
        (label, guess)
        for sentence, tags in zip(gold, predicted, strict=True)
        for label, guess in zip(sentence.labels.get(kind, ()), tags[kind], strict=False)
        if is_label(kind, label)
    ]
    return sum(label == guess for label, guess in pairs) / max(len(pairs), 1)
