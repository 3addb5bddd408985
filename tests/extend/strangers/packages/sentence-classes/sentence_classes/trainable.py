"""Training a sentence classifier."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from sentence_classes.data import Example
from sentence_classes.model import Classifier, SentenceBatch
from seqkit.evaluation.corpus_metric import measured
from seqkit.tasks import Counts, Loss, Metric, StepLogProbs, Trainable


class ClassifierTrainable(Trainable):
    """A classifier, the sentences it learns from and those it is scored on. Each sentence is one step."""

    name = "sentence-class"

    def __init__(
        self, model: Classifier, train: Sequence[Example], dev: Sequence[Example], metric: str
    ) -> None:
        self.model: Classifier = model
        self.train, self.dev, self.metric = train, dev, metric

    @property
    def lengths(self) -> list[int]:
        """Words of each sentence."""
        return [len(self.model.facts.ids(one.text)) for one in self.train]

    def collate(self, indices: Sequence[int], seed: int) -> SentenceBatch:
        """These sentences."""
        chosen = [self.train[index] for index in indices]
        return self.model.collate([one.text for one in chosen], [one.label for one in chosen])

    def loss(self, batch: SentenceBatch, label_smoothing: float = 0.0) -> Loss:
        """-Σ log P(class | x)."""
        log_p_BC = self.model(batch).log_softmax(-1)
        nll_B = -log_p_BC.gather(1, batch.y_B[:, None])[:, 0]
        smooth_B = (1 - label_smoothing) * nll_B - label_smoothing * log_p_BC.mean(-1)
        right, steps = (log_p_BC.argmax(-1) == batch.y_B).sum(), torch.tensor(len(nll_B))
        return Loss(smooth_B.sum(), steps, Counts.of(nll_B.sum(), right, steps))

    def log_probs(self, batch: SentenceBatch) -> list[StepLogProbs]:
        """Of every sentence."""
        return [StepLogProbs(self.model(batch).log_softmax(-1), batch.y_B)]

    def score(self) -> list[Metric]:
        """The metric that was chosen, which decides, accuracy and the likelihood of a sentence."""
        if not self.dev:
            return []
        return scores(self.model, self.dev, [self.metric], bootstrap=False)


def scores(
    model: Classifier, examples: Sequence[Example], metrics: Sequence[str], bootstrap: bool
) -> list[Metric]:
    """Registered metrics of the classes, then accuracy and the log-likelihood of a sentence."""
    references, p_NC = [one.label for one in examples], model.probabilities([one.text for one in examples])
    classes = model.facts.classes
    outputs = [classes[number] for number in p_NC.argmax(-1).tolist()]
    found = [measured(name, outputs, references, bootstrap) for name in metrics]
    right = sum(map(str.__eq__, outputs, references))
    found.append(Metric("accuracy", right / len(examples)))
    if set(references) <= set(classes):
        y_N1 = torch.tensor([classes.index(label) for label in references])[:, None]
        log_p: Tensor = p_NC.gather(1, y_N1).clamp(min=1e-30).log().mean()
        found.append(Metric("log_likelihood", float(log_p), unit="a sentence", likelihood=True))
    return found
