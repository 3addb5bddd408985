"""Training a tagger: the loss of some sentences, and the accuracy on dev."""

from __future__ import annotations

from collections.abc import Sequence

from seqkit.formats.examples import LABELS, NO_LABEL, Sentence, is_label
from seqkit.models.tagger import Tagger
from seqkit.training.objectives import Loss, tagging_nll


def kinds_in(sentences: Sequence[Sentence]) -> tuple[str, ...]:
    """The kinds of label that the sentences have values of."""
    return tuple(kind for kind in LABELS if any(set(s.labels.get(kind, ())) - {NO_LABEL} for s in sentences))


class TaggingTask:
    """A tagger, the sentences it learns from, and those it is scored on."""

    def __init__(
        self, model: Tagger, train: Sequence[Sentence], dev: Sequence[Sentence], label_smoothing: float
    ) -> None:
        self.model, self.train, self.dev, self.label_smoothing = model, train, dev, label_smoothing
        self.lengths = [len(sentence.words) for sentence in train]

    def loss(self, indices: Sequence[int], seed: int) -> Loss:
        """Negative log-likelihood of these sentences' labels."""
        sentences = [self.train[index] for index in indices]
        batch = self.model.collate(sentences, sampling=self.model.options.sampling, seed=seed)
        return tagging_nll(self.model(batch), batch.targets, self.label_smoothing)

    def score(self) -> dict[str, float]:
        """Accuracy of each kind of label that dev has, the first kind first."""
        scored = [kind for kind in self.model.facts.labels if kind in kinds_in(self.dev)]
        if not scored:
            return {}
        predicted = self.model.predict(self.dev)
        return {kind: _accuracy(self.dev, predicted, kind) for kind in scored}


def _accuracy(gold: Sequence[Sentence], predicted: Sequence[dict[str, list[str]]], kind: str) -> float:
    """Share of labelled words whose label is right."""
    pairs = [
        (label, guess)
        for sentence, tags in zip(gold, predicted, strict=True)
        for label, guess in zip(sentence.labels.get(kind, ()), tags[kind], strict=False)
        if is_label(kind, label)
    ]
    return sum(label == guess for label, guess in pairs) / max(len(pairs), 1)
