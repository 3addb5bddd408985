"""Scores of predicted labels on gold words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from seqkit.examples import Sentence
from seqkit.extend.manager import load
from seqkit.labels.kinds import is_label, kind_spec

if TYPE_CHECKING:
    from seqkit.evaluation.spans import SpanScores

Z_95 = 1.959964


class Accuracy(NamedTuple):
    """Number right of a total."""

    right: int = 0
    total: int = 0

    @property
    def value(self) -> float | None:
        """Share that is right; None if the total is 0."""
        return self.right / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's 95 % interval (1927), which treats cases as independent; None if the total is 0."""
        if not self.total:
            return None
        n, p, z = self.total, self.right / self.total, Z_95
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        # For 0 % and 100 % the ends are 0 and 1 up to rounding.
        low = 0.0 if self.right == 0 else max(0.0, middle - half)
        return low, 1.0 if self.right == self.total else min(1.0, middle + half)


class LabelScore(NamedTuple):
    """Counts of a label: in gold (its support), in the prediction, and in both on the same word.

    Division by zero gives 0, as in scikit-learn: precision of a label that is never predicted, recall of one without
    support, F1 of one that is never right.
    """

    support: int
    predicted: int
    right: int

    @property
    def precision(self) -> float:
        """Share of the predictions of this label that are right."""
        return self.right / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Share of the words with this gold label that are right."""
        return self.right / self.support if self.support else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.right / (self.support + self.predicted) if self.support + self.predicted else 0.0


@dataclass
class KindScores:
    """Accuracies of a kind of label."""

    overall: Accuracy
    known: Accuracy
    """Accuracy on words of the training split."""
    unknown: Accuracy
    ambiguous: Accuracy
    """Accuracy on words with more than one label in the training split."""
    sentences: Accuracy
    """Sentences in which every word is right."""
    confusion: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(gold label, predicted label) -> words; empty for `ufeats` and `all`."""

    def labels(self) -> dict[str, LabelScore]:
        """Counts of each label in gold or prediction, sorted by support."""
        support: Counter[str] = Counter()
        predicted: Counter[str] = Counter()
        for (gold, guess), count in self.confusion.items():
            support[gold] += count
            predicted[guess] += count
        names = sorted(support | predicted, key=lambda name: (-support[name], name))
        return {
            name: LabelScore(support[name], predicted[name], self.confusion[name, name]) for name in names
        }

    @property
    def macro_f1(self) -> float | None:
        """Mean F1 over the labels in gold or prediction."""
        scores = self.labels().values()
        return sum(score.f1 for score in scores) / len(scores) if scores else None


@dataclass
class TaggingScores:
    """Result of `score_tagging`."""

    sentences: int
    words: int
    kinds: dict[str, KindScores]
    """Scores by kind of label or name of a coarser view (`ufeats`: `feats` with universal features only); `all` is all
    kinds at once."""
    silver: str | None = None
    """The pipeline that made the silver labels scored against, or None."""
    model_silver: str | None = None
    """The pipeline whose silver labels the model was trained on, or None."""
    spans: dict[str, SpanScores] = field(default_factory=dict)
    """Span scores by kind of label, for kinds that are spans."""


def score_tagging(
    gold: Sequence[Sentence],
    predicted: Sequence[Mapping[str, Sequence[str]]],
    kinds: Sequence[str],
    train_words: Collection[str] = frozenset(),
    ambiguous: Mapping[str, Collection[str]] | None = None,
) -> TaggingScores:
    """Compare predicted labels with gold ones.

    A word without a label (UPOS `_`) is not scored on it; for kinds in which `_` is a value, it is scored as any other.

    Args: predicted, kind -> one label for each word, for each sentence; train_words, words of the training split;
    ambiguous, kind -> training words with more than one label. Raises ValueError if numbers of words differ.
    """
    several = ambiguous or {}
    scores = {
        kind: _score(_cases(gold, predicted, [kind]), train_words, frozenset(several.get(kind, ())), True)
        for kind in kinds
    }
    for kind in kinds:
        spec = kind_spec(kind)
        if spec.view:
            cases = _cases(gold, predicted, [kind], load(spec.view))
            scores[spec.view_name] = _score(cases, train_words, frozenset(several.get(kind, ())))
    if len(kinds) > 1:
        doubtful = frozenset(word for kind in kinds for word in several.get(kind, ()))
        scores["all"] = _score(_cases(gold, predicted, kinds), train_words, doubtful)
    words = sum(len(sentence.words) for sentence in gold)
    silver = next((sentence.silver for sentence in gold if sentence.silver), None)
    return TaggingScores(len(gold), words, scores, silver)


class _Case(NamedTuple):
    word: str
    gold: str
    guess: str


def _cases(
    gold: Sequence[Sentence],
    predicted: Sequence[Mapping[str, Sequence[str]]],
    kinds: Sequence[str],
    view: Callable[[str], str] = str,
) -> Iterator[list[_Case]]:
    """The labelled words of each sentence with gold and predicted label; several kinds are joined by tabs."""
    for sentence, tags in zip(gold, predicted, strict=True):
        if any(kind not in sentence.labels for kind in kinds):
            continue
        labels = zip(*(sentence.labels[kind] for kind in kinds), strict=True)
        guesses = zip(*(tags[kind] for kind in kinds), strict=True)
        yield [
            _Case(word, "\t".join(map(view, label)), "\t".join(map(view, guess)))
            for word, label, guess in zip(sentence.words, labels, guesses, strict=True)
            if all(map(is_label, kinds, label))
        ]


def _score(
    sentences: Iterable[list[_Case]],
    train_words: Collection[str],
    ambiguous: Collection[str],
    confusions: bool = False,
) -> KindScores:
    counts: dict[str, list[int]] = {
        name: [0, 0] for name in ("overall", "known", "unknown", "ambiguous", "sentences")
    }
    confusion: Counter[tuple[str, str]] = Counter()
    for cases in sentences:
        for case in cases:
            groups = ["overall", "known" if case.word in train_words else "unknown"]
            groups += ["ambiguous"] if case.word in ambiguous else []
            for group in groups:
                counts[group][0] += case.gold == case.guess
                counts[group][1] += 1
        if cases:
            counts["sentences"][0] += all(case.gold == case.guess for case in cases)
            counts["sentences"][1] += 1
        if confusions:
            confusion.update((case.gold, case.guess) for case in cases)
    return KindScores(**{name: Accuracy(*count) for name, count in counts.items()}, confusion=confusion)
