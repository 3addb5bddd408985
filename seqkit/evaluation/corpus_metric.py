"""Metrics that are computed from sums over a corpus; corpus score, sentence score and bootstrap follow.

Shapes: N outputs, K sums, S resampled corpora.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from numbers import Real
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seqkit.errors import PluginError
from seqkit.evaluation.metric import Metric
from seqkit.evaluation.resampling import SEED, by_chance, interval, samples_of
from seqkit.extend.build import class_of
from seqkit.extend.manager import registry
from seqkit.extend.specs import MetricSpec

Sums = NDArray[np.float64]


class CorpusMetric(ABC):
    """A score of texts against references. A MetricSpec names a subclass, which is created without arguments."""

    @abstractmethod
    def statistics(self, outputs: Sequence[str], references: Sequence[str]) -> Sums:
        """Statistics of each output, (N, K), such as matches and lengths; the score follows from their sum."""

    @abstractmethod
    def score(self, sums_K: Sums) -> float:
        """Compute the score from sums over any number of outputs."""

    def for_language(self, language: str, tokenizer: str = "") -> CorpusMetric:
        """Return the metric for outputs in a language. Override it if the language changes tokenization.

        Args: language, a code such as "de"; tokenizer, a name of sacreBLEU, "": the usual one of the language.
        """
        return self

    def signature(self, samples: int) -> str:
        """Settings with which another program computes the same number; "" if the name is enough.

        Args: samples, number of resampled corpora.
        """
        return ""

    def sentence_score(self, output: str, reference: str) -> float:
        """Score one output. Override it if the sums of one sentence need smoothing (BLEU+1)."""
        return self.score(self.statistics([output], [reference])[0])

    def corpus_score(self, outputs: Sequence[str], references: Sequence[str]) -> float:
        """Score all outputs together."""
        return self.score(self.statistics(outputs, references).sum(axis=0))


class Score(NamedTuple):
    """A corpus metric of a system, with interval."""

    value: float
    low: float
    """95 % interval, by bootstrap over outputs (Koehn 2004)."""
    high: float
    signature: str
    """The settings with which sacreBLEU computes the same number."""
    higher_is_better: bool = True

    def as_metric(self, name: str) -> Metric:
        """The score as a value, without a unit."""
        return Metric(name, self.value, (self.low, self.high), self.higher_is_better, unit="")


def metric_of(name: str) -> CorpusMetric:
    """The registered metric with this name. Raises SeqkitError for an unknown name or a class that is not a metric."""
    made: CorpusMetric = class_of(CorpusMetric, "metrics", name)()
    return made


def title_of(name: str) -> str:
    """The title of a registered metric in tables."""
    spec: MetricSpec = registry().find("metrics", name)
    return spec.title or spec.name


def higher_is_better(name: str) -> bool:
    """Whether higher scores of a registered metric are better."""
    return bool(registry().find("metrics", name).higher_is_better)


def measured(
    name: str, outputs: Sequence[str], references: Sequence[str], bootstrap: bool = True, language: str = ""
) -> Metric:
    """Compute a registered metric with its 95 % bootstrap interval over outputs (Koehn 2004).

    Args: bootstrap, whether to estimate the interval; language, the language of the outputs, or "".
    """
    spec, metric = registry().find("metrics", name), metric_of(name)
    metric = metric.for_language(language) if language else metric
    sums_NK = metric.statistics(outputs, references)
    _check(name, "its `statistics` give", _fault_of_sums(sums_NK, len(outputs)))
    value = metric.score(sums_NK.sum(axis=0))
    _check(name, "its score is", "" if isinstance(value, Real) and not math.isnan(value) else str(value))
    ends = interval(drawn_scores(metric, sums_NK)) if bootstrap and len(sums_NK) else None
    return Metric(name, float(value), ends, spec.higher_is_better, spec.unit)


def _fault_of_sums(sums_NK: Sums, outputs: int) -> str:
    """Describe what is wrong with the statistics of a plugin's metric; "" if nothing is."""
    if not isinstance(sums_NK, np.ndarray):
        return f"a {type(sums_NK).__name__}, not an array (N, K)"
    if sums_NK.ndim != 2 or len(sums_NK) != outputs:
        return f"an array of shape {sums_NK.shape} for {outputs} outputs"
    return ""


def _check(name: str, what: str, fault: str) -> None:
    """Raise PluginError with the metric's plugin if there is a fault."""
    if fault:
        owner = registry().registered("metrics", name).display_name
        raise PluginError(f"{owner}, metric '{name}': {what} {fault}", "Tell the author of the plugin.")


def resampled(name: str, metric: CorpusMetric, outputs: Sequence[str], references: Sequence[str]) -> Score:
    """Score a corpus of at least one output, with interval and signature."""
    sums_NK = metric.statistics(outputs, references)
    drawn_S = drawn_scores(metric, sums_NK)
    signature = metric.signature(len(drawn_S))
    value = metric.score(sums_NK.sum(axis=0))
    return Score(value, *interval(drawn_S), signature, higher_is_better(name))


def compared(
    metric: CorpusMetric, this: Sequence[str], other: Sequence[str], references: Sequence[str]
) -> tuple[float, float, float, float, float]:
    """The scores of two systems, the 95 % interval of their difference and its p-value (`by_chance`).

    Paired bootstrap: the same outputs of both are resampled.
    """
    mine_NK, theirs_NK = (metric.statistics(outputs, references) for outputs in (this, other))
    mine, theirs = metric.score(mine_NK.sum(axis=0)), metric.score(theirs_NK.sum(axis=0))
    drawn_S = drawn_scores(metric, mine_NK) - drawn_scores(metric, theirs_NK)
    return mine, theirs, *interval(drawn_S), by_chance(drawn_S, mine - theirs)


def drawn_scores(metric: CorpusMetric, sums_NK: Sums) -> Sums:
    """Scores of resampled corpora, seeded, (S,)."""
    random, count = np.random.default_rng(SEED), len(sums_NK)
    drawn = (random.choice(count, size=count, replace=True) for _ in range(samples_of(count)))
    return np.array([metric.score(sums_NK[chosen_N].sum(axis=0)) for chosen_N in drawn])
